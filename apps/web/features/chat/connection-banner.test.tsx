// @vitest-environment happy-dom
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ConnectionBanner, UNCONFIRMED_AFTER_MS } from './connection-banner.tsx';

const held = vi.hoisted(() => ({ connection: {}, entries: [] as object[] }));
vi.mock('@fleetlm/client/react', () => ({
  useConnection: () => held.connection,
  useFleetClient: () => ({ outbox: { entries: null }, wake: () => undefined }),
  useStore: () => held.entries,
}));
vi.mock('@/features/accounts/index.ts', () => ({ openSignIn: () => undefined }));

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

test('a message that no majority confirms is explained after a moment, while the connection is open', () => {
  held.connection = { status: 'online', downSinceMs: null, everOnline: true };
  held.entries = [{ status: 'pending', createdAtMs: Date.now() }];
  const { rerender } = render(<ConnectionBanner />);
  act(() => vi.advanceTimersByTime(UNCONFIRMED_AFTER_MS - 1));
  expect(screen.queryByRole('status')).toBeNull();
  act(() => vi.advanceTimersByTime(1));
  expect(screen.getByRole('status').textContent).toMatch(/no majority/);
  held.entries = [];
  rerender(<ConnectionBanner />);
  expect(screen.queryByRole('status')).toBeNull();
});

test('a new device shows no notice of saved messages that it does not have', () => {
  held.connection = { status: 'dialling', downSinceMs: Date.now(), everOnline: false };
  held.entries = [];
  render(<ConnectionBanner />);
  act(() => vi.advanceTimersByTime(1_000));
  expect(screen.getByRole('status').textContent).toMatch(/^Connecting…/);
  expect(screen.getByRole('status').textContent).not.toMatch(/saved last/);
});
