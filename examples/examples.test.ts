import { examineAgent } from '@fleetlm/agent/doctor';
import { afterEach, expect, test } from 'vitest';
import { EXAMPLES, hasRuntime, type RunningExample, startExample } from './start-example.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

let running: RunningExample | null = null;
afterEach(async () => {
  await running?.stop();
  running = null;
});

for (const example of EXAMPLES) {
  const title = `${example.name}: the doctor finds nothing wrong`;
  if (!hasRuntime(example)) {
    const reason = `${example.command[0]} is not on this machine, so the example ${example.name} was NOT tested`;
    console.warn(reason);
    test(`${title} (left out: ${reason})`, () => undefined);
    continue;
  }
  test(title, async () => {
    running = await startExample(example, SECRET);
    const report = await examineAgent({
      url: running.url,
      secret: example.verifies ? SECRET : null,
      text: 'Grüße 👋',
    });
    expect(report.findings.filter(({ verdict }) => verdict === 'wrong')).toEqual([]);
    const warned = report.findings.filter(({ verdict }) => verdict === 'warning');
    // The AI SDK's handler answers a body that is no JSON with 500, as handlers without a guard do.
    expect(warned.map(({ check }) => check)).toEqual(example.verifies ? [] : ['malformed']);
  });
}
