#!/usr/bin/env node
// Plain JavaScript, so that an old Node can say what it lacks.
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(`fleetlm needs Node 24 or newer; this is ${process.version}.\n`);
  process.exit(78);
}

const { runInRepository } = await import('../src/in-repository.ts');
await runInRepository();
