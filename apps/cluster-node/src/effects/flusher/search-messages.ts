import { type ArchiveDatabase, failureOf } from '@fleetlm/database';
import { characterStart } from '../../preview.ts';
import { inComponent } from '../../telemetry/component-turns.ts';
import {
  ARCHIVE_UNREACHABLE,
  type FoundMessage,
  type MessageSearch,
  type SearchResult,
} from '../ports.ts';

/** Searches at a time, those that wait for a connection included; more are refused at once. */
export const SEARCHES_MAX = 32;

/** Characters on each side of what was found. */
const AROUND = 60;

const SEARCH = `
SELECT m.session_id, s.agent_id, s.title, m.seq, m.sender_id, m.kind, m.search_text AS text, m.inserted_at
FROM messages m
JOIN sessions s ON s.id = m.session_id
WHERE s.user_id = $1 AND m.search_text ILIKE $2
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

/** Looks through one user's archived messages, newest first. Never rejects. */
export class MessageSearches {
  readonly #database: ArchiveDatabase;
  readonly #onFailure: (error: unknown) => void;
  #running = 0;

  constructor(database: ArchiveDatabase, onFailure: (error: unknown) => void) {
    this.#database = database;
    this.#onFailure = onFailure;
  }

  async search({ userId, text, limit }: MessageSearch): Promise<SearchResult> {
    if (this.#running >= SEARCHES_MAX) return unavailable('Search is busy. Try again shortly.');
    this.#running += 1;
    const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
    try {
      const rows = await this.#database.query<FoundRow>(SEARCH, userId, pattern, limit);
      return {
        ok: true,
        value: inComponent('search', () => rows.map((row) => foundMessage(row, text))),
      };
    } catch (error) {
      this.#onFailure(error);
      return unavailable(
        failureOf(error) === 'slow'
          ? 'The search took too long. Search for a longer text.'
          : ARCHIVE_UNREACHABLE,
      );
    } finally {
      this.#running -= 1;
    }
  }
}

function unavailable(detail: string): SearchResult {
  return { ok: false, error: { code: 'archive_unavailable', detail } };
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
  const cut = line.slice(characterStart(line, from), characterStart(line, to)).toWellFormed();
  return `${from > 0 ? '…' : ''}${cut}${to < line.length ? '…' : ''}`;
}
