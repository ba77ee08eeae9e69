process.stderr.write('npm run start: not built yet\n');
process.exit(1);
