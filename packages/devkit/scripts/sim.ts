process.stderr.write('npm run sim: not built yet\n');
process.exit(1);
