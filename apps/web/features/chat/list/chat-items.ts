import { type AgentStatus, epochOf, isBusy, type Row } from '@fleetlm/client';

/** What stands in a conversation's list, from top to bottom. */
export type ChatItem =
  | { readonly type: 'day'; readonly key: string; readonly iso: string }
  | { readonly type: 'unread'; readonly key: string }
  | { readonly type: 'row'; readonly key: string; readonly row: Row }
  /** The answer in progress; it keeps its key when it becomes a message. */
  | { readonly type: 'answer'; readonly key: string }
  /** The agent is due or called, and nothing of its answer is here yet. */
  | { readonly type: 'thinking'; readonly key: string };

export interface ChatItemsInput {
  readonly rows: readonly Row[];
  readonly agent: AgentStatus;
  /** Older messages are not here yet: then it is unknown whether the first one begins its day. */
  readonly hasOlder: boolean;
  /** The epoch of the answer in progress; null: none has begun. */
  readonly answerEpoch: number | null;
  /** The divider stands after this seq; null: there is nothing unread. */
  readonly unreadAfterSeq: number | null;
}

/** The list of a conversation: days, the unread divider, messages, what is on its way, the answer in progress. */
export function chatItems({
  rows,
  hasOlder,
  agent,
  answerEpoch,
  unreadAfterSeq,
}: ChatItemsInput): readonly ChatItem[] {
  const items: ChatItem[] = [];
  const first = rows[0];
  // A line that stays first while pages come in front of it would hold the list at its top.
  let day = hasOlder && first !== undefined ? localDay(isoOf(first)) : '';
  let isDivided = unreadAfterSeq === null;
  for (const row of rows) {
    const iso = isoOf(row);
    if (localDay(iso) !== day) {
      day = localDay(iso);
      items.push({ type: 'day', key: `day-${day}`, iso });
    }
    if (!isDivided && row.type === 'message' && row.message.seq > (unreadAfterSeq ?? 0)) {
      isDivided = true;
      items.push({ type: 'unread', key: 'unread' });
    }
    items.push({ type: 'row', key: rowKey(row), row });
  }
  if (answerEpoch !== null) items.push({ type: 'answer', key: answerKey(answerEpoch) });
  else if (isBusy(agent)) items.push({ type: 'thinking', key: answerKey(agent.epoch) });
  return items;
}

function isoOf(row: Row): string {
  return row.type === 'message'
    ? row.message.inserted_at
    : new Date(row.entry.createdAtMs).toISOString();
}

function rowKey(row: Row): string {
  const epoch = row.type === 'message' ? epochOf(row.message) : null;
  return epoch === null ? row.key : answerKey(epoch);
}

function answerKey(epoch: number): string {
  return `answer-${epoch}`;
}

const MINUTES_KEPT_MAX = 20_000;
const dayOfMinute = new Map<string, string>();

/** The calendar day at this place, as a key. Asked for every message again and again, so it is kept by the minute. */
function localDay(iso: string): string {
  const minute = iso.slice(0, 16);
  const known = dayOfMinute.get(minute);
  if (known !== undefined) return known;
  if (dayOfMinute.size >= MINUTES_KEPT_MAX) dayOfMinute.clear();
  const day = new Date(iso).toDateString();
  dayOfMinute.set(minute, day);
  return day;
}
