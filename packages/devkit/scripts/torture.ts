process.stderr.write('npm run torture: not built yet\n');
process.exit(1);
