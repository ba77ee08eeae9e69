import { UnrecognizedActionError } from 'next/dist/client/components/unrecognized-action-error.js';
import { redirect } from 'next/navigation';
import { expect, test } from 'vitest';
import { called, type Outcome } from './outcome.ts';

const failing = (error: unknown): Promise<Outcome<null>> => Promise.reject(error);

test('what an action answers is passed on', async () => {
  expect(await called(Promise.resolve({ ok: true, value: 7 }))).toEqual({ ok: true, value: 7 });
});

test('an action that the server does not know any more asks to reload the page', async () => {
  const outcome = await called(failing(new UnrecognizedActionError('unknown action')));
  expect(outcome).toMatchObject({
    ok: false,
    problem: { code: 'new_version', detail: expect.stringContaining('Reload') },
  });
});

test('an action that does not reach the server is a problem, with nothing of the inside', async () => {
  const outcome = await called(failing(new TypeError('fetch failed: 127.0.0.1:3000')));
  expect(outcome).toMatchObject({ ok: false, problem: { code: 'not_reached' } });
  expect(JSON.stringify(outcome)).not.toContain('127.0.0.1');
});

test('a redirect is left to the router', async () => {
  const redirected = called(new Promise(() => redirect('/login')));
  await expect(redirected).rejects.toThrow('NEXT_REDIRECT');
});
