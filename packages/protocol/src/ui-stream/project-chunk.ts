import type { UiChunk } from './assemble-message.ts';

/** A version of the `ai` package, as far as it matters to what its reader understands. */
export interface SdkVersion {
  readonly major: 5 | 6 | 7;
  readonly minor: number;
  readonly patch: number;
}

/** What a reader that does not say its version is taken for. */
export const SDK_VERSION_DEFAULT: SdkVersion = { major: 6, minor: 0, patch: 0 };

/** `7.0.31`, `6.0` or `5`; a newer major version reads as the newest known. Null: not a version that reads this protocol. */
export function parseSdkVersion(text: string): SdkVersion | null {
  const [, major, minor, patch] =
    /^(\d{1,4})(?:\.(\d{1,6}))?(?:\.(\d{1,6}))?(?:[-+].*)?$/.exec(text) ?? [];
  if (major === undefined || Number(major) < 5) return null;
  if (Number(major) > 7) return { major: 7, minor: Number.MAX_SAFE_INTEGER, patch: 0 };
  const known = major === '5' ? 5 : major === '6' ? 6 : 7;
  return { major: known, minor: Number(minor ?? 0), patch: Number(patch ?? 0) };
}

type Since = readonly [major: 5 | 6 | 7, patch: number];

/** Types that are younger than the protocol: to an older reader an unknown type is the end of the stream. */
const TYPES_SINCE: Readonly<Record<string, Since>> = {
  'tool-approval-request': [6, 0],
  'tool-output-denied': [6, 0],
  'tool-approval-response': [7, 0],
  custom: [7, 0],
  'reasoning-file': [7, 0],
  'reset-step': [7, 70],
  'steering-message': [7, 163],
};

/** The last versions that break off at a field that they don't know. */
const LAST_STRICT: Readonly<Record<SdkVersion['major'], number>> = { 5: 216, 6: 230, 7: 31 };

const BLOCK = ['id', 'providerMetadata'];
const INPUT = ['toolCallId', 'toolName', 'providerExecuted', 'dynamic'];
/** The fields of 6.0.0, beside `type`. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  start: ['messageId', 'messageMetadata'],
  'message-metadata': ['messageMetadata'],
  finish: ['finishReason', 'messageMetadata'],
  error: ['errorText'],
  'text-start': BLOCK,
  'text-delta': [...BLOCK, 'delta'],
  'text-end': BLOCK,
  'reasoning-start': BLOCK,
  'reasoning-delta': [...BLOCK, 'delta'],
  'reasoning-end': BLOCK,
  'tool-input-start': [...INPUT, 'title'],
  'tool-input-delta': ['toolCallId', 'inputTextDelta'],
  'tool-input-available': [...INPUT, 'title', 'input', 'providerMetadata'],
  'tool-input-error': [...INPUT, 'title', 'input', 'providerMetadata', 'errorText'],
  'tool-output-available': ['toolCallId', 'output', 'providerExecuted', 'dynamic', 'preliminary'],
  'tool-output-error': ['toolCallId', 'errorText', 'providerExecuted', 'dynamic'],
  'tool-approval-request': ['approvalId', 'toolCallId'],
  'tool-approval-response': [
    'approvalId',
    'approved',
    'reason',
    'providerExecuted',
    'providerMetadata',
  ],
  'tool-output-denied': ['toolCallId'],
  'source-url': ['sourceId', 'url', 'title', 'providerMetadata'],
  'source-document': ['sourceId', 'mediaType', 'title', 'filename', 'providerMetadata'],
  file: ['url', 'mediaType', 'providerMetadata'],
  'reasoning-file': ['url', 'mediaType', 'providerMetadata'],
  custom: ['kind', 'providerMetadata'],
};
const DATA_FIELDS = ['id', 'data', 'transient'];

/** Fields that came later, and one that version 5 did not have from its beginning. */
const FIELDS_SINCE: Readonly<Record<string, Since>> = {
  'finish.finishReason': [5, 92],
  'tool-input-start.title': [6, 0],
  'tool-input-available.title': [6, 0],
  'tool-input-error.title': [6, 0],
  'abort.reason': [6, 15],
  'tool-input-start.providerMetadata': [6, 39],
  'tool-output-available.providerMetadata': [6, 120],
  'tool-input-start.toolMetadata': [6, 176],
  'tool-input-available.toolMetadata': [6, 176],
  'tool-input-error.toolMetadata': [6, 176],
  'tool-output-available.toolMetadata': [6, 176],
  'tool-output-error.toolMetadata': [6, 176],
  'tool-approval-request.signature': [6, 202],
  'tool-approval-request.isAutomatic': [7, 0],
};

const FINISH_REASON_SINCE: Readonly<Record<string, Since>> = { interrupted: [7, 149] };

/**
 * The chunk as a reader of this version understands it; null: it has nothing like it and goes on without. What is
 * taken away here is in the committed message all the same.
 */
export function projectChunk(chunk: UiChunk, version: SdkVersion): UiChunk | null {
  if (!knows(version, TYPES_SINCE[chunk.type])) return null;
  if (chunk.type === 'finish') return projectFields(withKnownReason(chunk, version), version);
  return projectFields(chunk, version);
}

function withKnownReason(chunk: UiChunk, version: SdkVersion): UiChunk {
  const since = FINISH_REASON_SINCE[String(chunk.finishReason)];
  return knows(version, since) ? chunk : { ...chunk, finishReason: 'other' };
}

function projectFields(chunk: UiChunk, version: SdkVersion): UiChunk {
  if (version.minor > 0 || version.patch > LAST_STRICT[version.major]) return chunk;
  const { type, ...fields } = chunk;
  const known = type.startsWith('data-') ? DATA_FIELDS : (FIELDS[type] ?? []);
  const kept = Object.entries(fields).filter(([field]) => {
    const since = FIELDS_SINCE[`${type}.${field}`];
    return since === undefined ? known.includes(field) : knows(version, since);
  });
  return { type, ...Object.fromEntries(kept) };
}

/** Without a beginning it was always there. */
function knows({ major, minor, patch }: SdkVersion, since: Since | undefined): boolean {
  if (since === undefined || major > since[0]) return true;
  return major === since[0] && (minor > 0 || patch >= since[1]);
}
