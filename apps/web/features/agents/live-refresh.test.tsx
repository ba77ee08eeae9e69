// @vitest-environment happy-dom
import { act, cleanup, render } from '@testing-library/react';
import { Suspense, use, useState } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LiveRefresh } from './live-refresh.tsx';

const router = vi.hoisted((): { refresh: () => void } => ({ refresh: () => undefined }));
vi.mock('next/navigation', () => ({ useRouter: () => router }));

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

/** As Next's router draws a page: what a refresh brings is waited for in a transition. */
function Page({ answers }: { readonly answers: (() => void)[] }) {
  const [page, setPage] = useState<Promise<void> | null>(null);
  router.refresh = () => setPage(new Promise((resolve) => answers.push(resolve)));
  if (page !== null) use(page);
  return <LiveRefresh />;
}

const pass = (ms: number): Promise<void> =>
  act(async () => {
    await vi.advanceTimersByTimeAsync(ms);
  });

test('a page is asked for again when the last answer has come, however slow it is', async () => {
  const answers: (() => void)[] = [];
  await act(async () => {
    render(
      <Suspense>
        <Page answers={answers} />
      </Suspense>,
    );
  });
  await pass(3_000);
  expect(answers).toHaveLength(1);
  await pass(30_000);
  expect(answers).toHaveLength(1);
  await act(async () => answers[0]?.());
  await pass(3_000);
  expect(answers).toHaveLength(2);
});
