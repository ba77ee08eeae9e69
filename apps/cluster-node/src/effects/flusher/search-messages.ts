import type { ArchiveDatabase } from '@fleetlm/database';
import type { FoundMessage, MessageSearch, SearchOutcome } from '../ports.ts';

/** Characters on each side of what was found. */
const AROUND = 60;

/** What a person would read of a message: its text, or its text parts one after the other. */
const SEARCH = `
SELECT m.session_id, s.agent_id, s.metadata->>'title' AS title, m.seq, m.sender_id, m.kind, t.text, m.inserted_at
FROM sessions s
JOIN messages m ON m.session_id = s.id
CROSS JOIN LATERAL (
  SELECT concat_ws(' ', m.content->>'text', (
    SELECT string_agg(p->>'text', ' ')
    FROM jsonb_array_elements(CASE jsonb_typeof(m.content->'parts') WHEN 'array' THEN m.content->'parts' ELSE '[]' END) p
    WHERE p->>'type' = 'text'
  )) AS text
) t
WHERE s.user_id = $1 AND t.text ILIKE $2
ORDER BY m.inserted_at DESC, m.session_id, m.seq DESC
LIMIT $3`;

interface FoundRow {
  readonly session_id: string;
  readonly agent_id: string;
  readonly title: string | null;
  readonly seq: number;
  readonly sender_id: string;
  readonly kind: string;
  readonly text: string;
  readonly inserted_at: Date;
}

/** Looks through one person's archived messages, newest first. Never rejects. */
export async function searchMessages(
  database: ArchiveDatabase,
  { userId, text, limit }: MessageSearch,
): Promise<SearchOutcome> {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  try {
    const rows = await database.query<FoundRow>(SEARCH, userId, pattern, limit);
    return { ok: true, value: rows.map((row) => foundMessage(row, text)) };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { ok: false, error: { code: 'archive_unavailable', detail } };
  }
}

function foundMessage(row: FoundRow, searched: string): FoundMessage {
  return {
    sessionId: row.session_id,
    agentId: row.agent_id,
    title: row.title,
    seq: row.seq,
    senderId: row.sender_id,
    kind: row.kind,
    excerpt: excerptOf(row.text, searched),
    insertedAtMs: row.inserted_at.getTime(),
  };
}

/** The text round the first place where it was found, on one line. */
export function excerptOf(text: string, searched: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const at = Math.max(0, line.toLowerCase().indexOf(searched.toLowerCase()));
  const from = Math.max(0, at - AROUND);
  const to = Math.min(line.length, at + searched.length + AROUND);
  const cut = line.slice(from, to).toWellFormed();
  return `${from > 0 ? '…' : ''}${cut}${to < line.length ? '…' : ''}`;
}
