import { expect, test } from 'vitest';
import { AgentCallError, newestUserText, parseCall } from './call.ts';
import { callBody } from './testing/agent-server.ts';

function changed(change: (call: Record<string, unknown>) => void): string {
  const call: Record<string, unknown> = JSON.parse(callBody('Hi', 'Hello!', 'How are you?'));
  change(call);
  return JSON.stringify(call);
}

test('a call is read, from text and from bytes', () => {
  const call = parseCall(callBody('Hi', 'Hello!', 'How are you?'));
  expect(call.messages.map(({ role, seq }) => [role, seq])).toEqual([
    ['user', 1],
    ['assistant', 2],
    ['user', 3],
  ]);
  expect(newestUserText(call)).toBe('How are you?');
  expect(parseCall(new TextEncoder().encode(callBody('Hi'))).messages).toHaveLength(1);
});

test('a field that a newer FleetLM adds is no fault', () => {
  const body = changed((call) => {
    call.later = true;
    for (const message of Array.isArray(call.messages) ? call.messages : []) message.later = true;
  });
  expect(parseCall(body)).toEqual(parseCall(callBody('Hi', 'Hello!', 'How are you?')));
});

test.each([
  ['epoch is required', (call: Record<string, unknown>) => delete call.epoch],
  ['session_id must be a session id', (call: Record<string, unknown>) => (call.session_id = 'x')],
  ['attempt', (call: Record<string, unknown>) => (call.attempt = 0)],
  ['messages must be an array', (call: Record<string, unknown>) => (call.messages = {})],
  [
    'messages.0.parts is required',
    (call: Record<string, unknown>) =>
      (call.messages = [{ id: '01970000-0000-7000-8000-000000000000' }]),
  ],
])('what is wrong is named: %s', (reason, change) => {
  const parse = () => parseCall(changed(change));
  expect(parse).toThrow(AgentCallError);
  expect(parse).toThrow(reason);
});

test('what is no JSON in UTF-8 says so', () => {
  expect(() => parseCall('{"id":')).toThrow('not JSON in UTF-8');
  expect(() => parseCall(new Uint8Array([0x22, 0xff, 0x22]))).toThrow('not JSON in UTF-8');
  expect(() => parseCall('[]')).toThrow('the payload must be an object');
});
