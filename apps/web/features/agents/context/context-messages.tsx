import type { WebhookMessage } from '@fleetlm/protocol';
import { EmptyState } from '@/ui/empty-state.tsx';

/** A long part is not drawn whole. */
const SHOWN_LENGTH_MAX = 2_000;

/** Messages as an agent is sent them, part by part. */
export function ContextMessages({ messages }: { readonly messages: readonly WebhookMessage[] }) {
  if (messages.length === 0)
    return <EmptyState title="Nothing to send" text="The conversation has no messages yet." />;
  return (
    <ol aria-label="What the agent is sent" className="flex flex-col gap-2">
      {messages.map((message) => (
        <li key={message.id} className="rounded-lg border border-border bg-surface px-4 py-2">
          <p className="text-xs text-muted">
            #{message.seq} {message.kind === 'summary' ? 'summary' : message.role}
          </p>
          {message.parts.map((part, at) => (
            <p
              // biome-ignore lint/suspicious/noArrayIndexKey: parts have no name, and their order does not change
              key={at}
              dir="auto"
              className="whitespace-pre-wrap text-sm [overflow-wrap:anywhere]"
            >
              {partWords(part)}
            </p>
          ))}
        </li>
      ))}
    </ol>
  );
}

function partWords(part: WebhookMessage['parts'][number]): string {
  const words = typeof part.text === 'string' ? part.text : JSON.stringify(part);
  const label = part.type === 'text' ? '' : `${part.type}: `;
  const cut = words.length > SHOWN_LENGTH_MAX ? `${words.slice(0, SHOWN_LENGTH_MAX)}…` : words;
  return label + cut.toWellFormed();
}
