'use client';

import { useInbox } from '@fleetlm/client/react';
import { useQuery } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import Link from 'next/link';
import { parseAsString, useQueryState } from 'nuqs';
import { formatShort } from '@/common/format-time.ts';
import { isOwnMessage } from '@/common/own-message.ts';
import { plainText } from '@/common/plain-text.ts';
import { Button } from '@/ui/button.tsx';
import { Form } from '@/ui/form.tsx';
import { Notice } from '@/ui/notice.tsx';
import { type FoundMessage, searchConversations } from './queries.ts';

type Found =
  | { readonly status: 'none' | 'searching' }
  | { readonly status: 'found'; readonly results: readonly FoundMessage[] }
  | { readonly status: 'failed'; readonly detail: string };

const TEXT_LENGTH_MIN = 2;
const SEARCHED = parseAsString.withDefault('').withOptions({ history: 'push' });

/** Looks through all conversations of a person. */
export function SearchView({ userId }: { readonly userId: string }) {
  const [text, setText] = useQueryState('q', SEARCHED);
  const { found, searchAgain } = useFound(text);
  const search = (form: FormData) => {
    const next = String(form.get('q') ?? '').trim();
    // The archive may have more by now.
    if (next === text) searchAgain();
    else void setText(next);
  };
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto flex max-w-3xl flex-col gap-4 p-4 md:p-6">
        <h1 className="text-xl font-semibold tracking-tight">Search</h1>
        <search>
          <Form onSend={search} className="flex gap-2">
            <label htmlFor="search" className="sr-only">
              Search in all conversations
            </label>
            <input
              key={text}
              id="search"
              name="q"
              type="search"
              defaultValue={text}
              minLength={TEXT_LENGTH_MIN}
              maxLength={200}
              placeholder="Search in all conversations"
              className="h-9 min-w-0 flex-1 rounded-md border border-strong bg-surface px-3 placeholder:text-muted"
            />
            <Button type="submit" variant="primary">
              <Search size={16} aria-hidden /> Search
            </Button>
          </Form>
        </search>
        <Results found={found} text={text} userId={userId} />
        <p className="text-xs text-muted">
          The archive is searched: messages of the last seconds may be missing.
        </p>
      </div>
    </div>
  );
}

function useFound(text: string): { readonly found: Found; readonly searchAgain: () => void } {
  const isEnough = text.length >= TEXT_LENGTH_MIN;
  const query = useQuery({
    queryKey: ['search', text],
    queryFn: () => searchConversations(text),
    enabled: isEnough,
  });
  const searchAgain = (): void => {
    if (isEnough) void query.refetch();
  };
  if (!isEnough) return { found: { status: 'none' }, searchAgain };
  if (query.isFetching || query.isPending) return { found: { status: 'searching' }, searchAgain };
  const found: Found = query.isError
    ? { status: 'failed', detail: query.error.message }
    : { status: 'found', results: query.data };
  return { found, searchAgain };
}

interface ResultsProps {
  readonly found: Found;
  readonly text: string;
  readonly userId: string;
}

function Results({ found, text, userId }: ResultsProps) {
  const { entries } = useInbox();
  switch (found.status) {
    case 'none':
      return <p className="text-muted">Two characters or more, in any conversation of yours.</p>;
    case 'searching':
      return (
        <p role="status" className="text-muted">
          Searching…
        </p>
      );
    case 'failed':
      return (
        <Notice tone="critical" role="alert">
          The search has failed: {found.detail}
        </Notice>
      );
    case 'found':
      return (
        <>
          <p role="status" className="text-muted">
            {found.results.length === 0
              ? `No messages match “${text}”.`
              : `${found.results.length} ${found.results.length === 1 ? 'message' : 'messages'}, newest first`}
          </p>
          <ul aria-label="Messages found" className="flex flex-col">
            {found.results.map((result) => {
              const entry = entries.find(({ session_id }) => session_id === result.session_id);
              const agent = entry?.agent_name ?? result.agent_id;
              return (
                <li key={`${result.session_id}-${result.seq}`}>
                  <Link
                    href={`/inbox/${result.session_id}?at=${result.seq}`}
                    className="flex flex-col gap-0.5 border-b border-border px-2 py-2.5 hover:bg-raised"
                  >
                    <span className="flex items-baseline justify-between gap-3">
                      <span className="truncate font-medium">
                        {result.title ?? agent}
                        <span className="tabular text-xs font-normal text-muted">
                          {' '}
                          #{result.seq}
                        </span>
                      </span>
                      <time dateTime={result.inserted_at} className="shrink-0 text-xs text-muted">
                        {formatShort(result.inserted_at, Date.now())}
                      </time>
                    </span>
                    <span className="text-sm text-muted">
                      {isOwnMessage(result, userId) ? 'You: ' : `${agent}: `}
                      <Marked text={plainText(result.excerpt)} mark={text} />
                    </span>
                  </Link>
                </li>
              );
            })}
          </ul>
        </>
      );
    default:
      return found satisfies never;
  }
}

/** The text with what was looked for made strong. */
function Marked({ text, mark }: { readonly text: string; readonly mark: string }) {
  const at = text.toLowerCase().indexOf(mark.toLowerCase());
  if (at < 0) return <>{text}</>;
  return (
    <>
      {text.slice(0, at)}
      <mark className="rounded-[2px] bg-[color-mix(in_oklab,var(--warn)_28%,var(--surface))] text-text">
        {text.slice(at, at + mark.length)}
      </mark>
      {text.slice(at + mark.length)}
    </>
  );
}
