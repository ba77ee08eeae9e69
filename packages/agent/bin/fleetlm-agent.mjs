#!/usr/bin/env node
// Plain JavaScript, so that an old Node can say what it lacks.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(`fleetlm-agent needs Node 22.18 or newer; this is ${process.version}.\n`);
  process.exit(2);
}

const { runCommand } = await import('../src/doctor/index.ts');
const { exitCode, stdout, stderr } = await runCommand(process.argv.slice(2), process.env);
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = exitCode;
