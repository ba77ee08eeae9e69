import { expect, test } from 'vitest';
import { webhookUrl } from './webhook-url.ts';

test.each([
  ['https://agents.example.com', '/webhook', 'https://agents.example.com/webhook'],
  ['https://agents.example.com/', '/webhook', 'https://agents.example.com/webhook'],
  ['https://example.com/support', '/webhook', 'https://example.com/support/webhook'],
  ['https://example.com/support/', '/hook?a=1', 'https://example.com/support/hook?a=1'],
  ['http://127.0.0.1:9/a/b', '/', 'http://127.0.0.1:9/a/b/'],
  // A path can't lead to another host.
  ['https://example.com', '//evil.example/x', 'https://example.com//evil.example/x'],
  ['https://example.com', '/@evil.example', 'https://example.com/@evil.example'],
])('%s and %s', (originUrl, webhookPath, url) => {
  expect(webhookUrl({ originUrl, webhookPath }).href).toBe(url);
});
