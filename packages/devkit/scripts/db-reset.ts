process.stderr.write('npm run db:reset: not built yet\n');
process.exit(1);
