process.stderr.write('npm run dev: not built yet\n');
process.exit(1);
