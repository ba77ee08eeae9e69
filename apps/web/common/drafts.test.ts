// @vitest-environment happy-dom
import { beforeEach, expect, test } from 'vitest';
import { clearDrafts, dropDraftsWithoutUser, readDraft, writeDraft } from './drafts.ts';

beforeEach(() => localStorage.clear());

test("a draft is its writer's: another user of this browser does not see it", () => {
  writeDraft('alice', 's1', 'mine');
  expect(readDraft('alice', 's1')).toBe('mine');
  expect(readDraft('bob', 's1')).toBe('');
});

test('a sign-out clears the drafts of the user who signs out, and no others', () => {
  writeDraft('alice', 's1', 'mine');
  writeDraft('alice', 's2', 'mine, too');
  writeDraft('alice.b', 's1', 'not mine');
  localStorage.setItem('fleetlm.preferences', 'kept');
  clearDrafts('alice');
  expect([readDraft('alice', 's1'), readDraft('alice', 's2')]).toEqual(['', '']);
  expect(readDraft('alice.b', 's1')).toBe('not mine');
  expect(localStorage.getItem('fleetlm.preferences')).toBe('kept');
});

test('drafts of earlier versions, which name no user, are removed', () => {
  localStorage.setItem('fleetlm.draft.7f-01J00000000000000000000000', "another user's");
  writeDraft('alice', 's1', 'mine');
  dropDraftsWithoutUser();
  expect(localStorage.length).toBe(1);
  expect(readDraft('alice', 's1')).toBe('mine');
});
