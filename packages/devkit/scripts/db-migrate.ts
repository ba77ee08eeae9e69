process.stderr.write('npm run db:migrate: not built yet\n');
process.exit(1);
