// @vitest-environment happy-dom
import type { LegalHoldBody, PrivacyOperation } from '@fleetlm/protocol';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { PrivacyView } from './privacy-view.tsx';

const { startErasure, setHold } = vi.hoisted(() => ({ startErasure: vi.fn(), setHold: vi.fn() }));
vi.mock('./actions.ts', () => ({ startErasure, setHold }));
vi.mock('sonner', () => ({ toast: { success: vi.fn(), error: vi.fn() } }));
afterEach(() => {
  cleanup();
  startErasure.mockReset();
  setHold.mockReset();
});

const OPERATION: PrivacyOperation = {
  id: 'a',
  kind: 'erase-user',
  subject: 'ann',
  requested_by: 'olga',
  state: 'running',
  total: 5,
  done: 2,
  detail: '',
  started_at: '2026-11-30T12:00:00.000Z',
  ended_at: null,
};
const HOLD: LegalHoldBody = {
  user_id: 'bob',
  reason: 'Case 7',
  placed_by: 'olga',
  placed_at: '2026-11-30T12:00:00.000Z',
  lifted_by: null,
  lifted_at: null,
};

function draw(): void {
  render(
    <PrivacyView
      operations={{ ok: true, value: [OPERATION] }}
      holds={{ ok: true, value: [HOLD] }}
    />,
  );
}

test('the data of a user is erased after a question, and exported by a link', async () => {
  startErasure.mockResolvedValue({ ok: true, value: null });
  draw();
  expect(screen.getByText('running, 2 of 5')).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: /^Erase/ }));
  expect(screen.queryByRole('dialog')).toBeNull();
  fireEvent.change(screen.getByLabelText('User'), { target: { value: ' ann ' } });
  expect(screen.getByRole('link', { name: 'Export HTML' }).getAttribute('href')).toBe(
    '/api/admin/export?user_id=ann&format=html',
  );
  fireEvent.click(screen.getByRole('button', { name: /^Erase/ }));
  fireEvent.click(await screen.findByRole('button', { name: 'Erase' }));
  await vi.waitFor(() => expect(startErasure).toHaveBeenCalledWith('ann'));
});

test('a hold takes a reason, and is lifted by a click', async () => {
  setHold.mockResolvedValue({ ok: true, value: null });
  draw();
  fireEvent.change(screen.getByLabelText('User'), { target: { value: 'ann' } });
  fireEvent.click(screen.getByRole('button', { name: 'Place hold' }));
  expect(setHold).not.toHaveBeenCalled();
  fireEvent.change(screen.getByLabelText('Reason of a hold'), { target: { value: 'Case 8' } });
  fireEvent.click(screen.getByRole('button', { name: 'Place hold' }));
  await vi.waitFor(() => expect(setHold).toHaveBeenCalledWith('ann', 'Case 8'));
  fireEvent.click(screen.getByRole('button', { name: 'Lift the hold of bob' }));
  await vi.waitFor(() => expect(setHold).toHaveBeenCalledWith('bob', null));
});
