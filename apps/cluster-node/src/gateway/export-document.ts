import type { FeedbackBody, MessageBody, SessionBody } from '@fleetlm/protocol';
import type { UserUsage } from '../runtime/runtime-api.ts';

/** A user's data as text, piece by piece. */
export interface ExportWriter {
  readonly mediaType: string;
  readonly fileName: string;
  begin(userId: string, exportedAt: string): string;
  beginSession(session: SessionBody, isFirst: boolean): string;
  message(message: MessageBody, isFirst: boolean): string;
  endSession(feedback: readonly FeedbackBody[]): string;
  end(usage: readonly UserUsage[]): string;
}

export const JSON_EXPORT: ExportWriter = {
  mediaType: 'application/json; charset=utf-8',
  fileName: 'export.json',
  begin: (userId, exportedAt) =>
    `{"user_id":${JSON.stringify(userId)},"exported_at":"${exportedAt}","sessions":[`,
  beginSession: (session, isFirst) =>
    `${isFirst ? '' : ','}\n{"session":${JSON.stringify(session)},"messages":[`,
  message: (message, isFirst) => `${isFirst ? '' : ','}\n${JSON.stringify(message)}`,
  endSession: (feedback) => `],"feedback":${JSON.stringify(feedback)}}`,
  end: (usage) => `\n],"usage":${JSON.stringify(usage)}}\n`,
};

/** A page that loads nothing and runs nothing, whatever was written in it. */
export const HTML_EXPORT: ExportWriter = {
  mediaType: 'text/html; charset=utf-8',
  fileName: 'export.html',
  begin: (userId, exportedAt) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><title>Data of ${escaped(userId)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:72ch;margin:2rem auto;padding:0 1rem}
article{border-top:1px solid #999;margin-top:2rem}pre,p{white-space:pre-wrap;overflow-wrap:anywhere}
small{color:#555}</style></head><body><h1>Data of ${escaped(userId)}</h1>
<p>Exported ${escaped(exportedAt)}. Times are UTC.</p>
`,
  beginSession: ({
    id,
    agent_id,
    metadata,
    inserted_at,
    status,
  }) => `<article><h2 dir="auto">${escaped(
    typeof metadata.title === 'string' ? metadata.title : id,
  )}</h2><p><small>${escaped(id)}, with ${escaped(agent_id)}, since ${escaped(inserted_at)}, ${status}</small></p>
`,
  message: (message) =>
    `<section><p><small>#${message.seq} ${escaped(message.sender_id)}, ${escaped(message.inserted_at)}</small></p>${contentHtml(message)}</section>
`,
  endSession: (feedback) =>
    `${feedback
      .map(
        ({ seq, rating, reason, comment }) =>
          `<p><small>Feedback on #${seq}: ${rating}${reason === null ? '' : `, ${reason}`}</small> <span dir="auto">${escaped(comment ?? '')}</span></p>`,
      )
      .join('\n')}</article>
`,
  end: (usage) =>
    `<article><h2>Usage</h2>${usage
      .map(
        ({ agent_id, replies, total_tokens }) =>
          `<p>${escaped(agent_id)}: ${replies} replies, ${total_tokens} tokens</p>`,
      )
      .join('\n')}</article></body></html>
`,
};

function contentHtml({ content }: MessageBody): string {
  const { text, parts } = content;
  if (typeof text === 'string') return `<p dir="auto">${escaped(text)}</p>`;
  if (!Array.isArray(parts)) return preOf(content);
  return parts
    .map((part: unknown) => {
      const isText = typeof part === 'object' && part !== null && 'text' in part;
      return isText && typeof part.text === 'string'
        ? `<p dir="auto">${escaped(part.text)}</p>`
        : preOf(part);
    })
    .join('');
}

function preOf(value: unknown): string {
  return `<pre>${escaped(JSON.stringify(value, null, 2))}</pre>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
