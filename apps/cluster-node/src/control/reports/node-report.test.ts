import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Packr } from 'msgpackr';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { decodeEvent, decodeReport, encodeEvent, encodeReport } from './node-report.ts';
import { EVENT, REPORT } from './testing/reports.ts';

const packr = new Packr({ useRecords: false });

/** What the first release sends. Never written again: what is added later must be optional to readers. */
const fixture = z
  .strictObject({ report: z.base64(), event: z.base64() })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', 'reports-1.json'), 'utf8')));
const bytesOf = (base64: string): Uint8Array => Buffer.from(base64, 'base64');

test('a report and an event of the first release are read', () => {
  expect(decodeReport(bytesOf(fixture.report))).toMatchObject(REPORT);
  expect(decodeEvent(bytesOf(fixture.event))).toMatchObject(EVENT);
});

test('the first release reads what is sent today: nothing that it needs has gone', () => {
  expect(packr.unpack(encodeReport(REPORT))).toMatchObject(packr.unpack(bytesOf(fixture.report)));
  expect(packr.unpack(encodeEvent(EVENT))).toMatchObject(packr.unpack(bytesOf(fixture.event)));
});

test('of a report of a later release everything is read that this one knows', () => {
  const [group] = REPORT.groups;
  const later = {
    ...REPORT,
    zone: 'eu-1',
    longestTurn: { component: 'blobs', ms: 12, file: 'x' },
    groups: [
      { ...group, role: 'witness', stall: { index: 7, reason: 'paused', since: 1 }, bytes: 12 },
    ],
    system: { ...REPORT.system, bytes: 12 },
  };
  expect(decodeReport(packr.pack(later))).toEqual({
    ...REPORT,
    longestTurn: { component: 'other', ms: 12 },
    groups: [{ ...group, role: 'unknown', stall: { index: 7, reason: 'unknown' } }],
  });
});

test('an event with a field of a later release is read, and one of a later kind is recognised as such', () => {
  expect(decodeEvent(packr.pack({ ...EVENT, severity: 'high' }))).toEqual(EVENT);
  expect(decodeEvent(packr.pack({ ...EVENT, kind: 'blob-lost' }))).toBe('later');
});

test.each<[string, unknown]>([
  ['no object', 1],
  ['a field that is missing', { ...REPORT, groups: undefined }],
  ['a field of another type', { ...REPORT, system: { ...REPORT.system, term: '1' } }],
])('a report that no release sends is malformed: %s', (_, value) => {
  expect(decodeReport(packr.pack(value))).toBeNull();
  expect(decodeEvent(packr.pack(value))).toBeNull();
});

test('bytes that are no MessagePack are malformed', () => {
  expect(decodeReport(Uint8Array.of(0xc1))).toBeNull();
  expect(decodeEvent(Uint8Array.of(0xc1))).toBeNull();
});
