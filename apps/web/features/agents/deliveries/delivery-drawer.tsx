'use client';

import type { DeliveryAnswer, DeliveryExchange, ExchangedMessage } from '@fleetlm/protocol';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useQueryState } from 'nuqs';
import { formatDuration } from '@/common/format-time.ts';
import { CopyButton } from '@/ui/copy-button.tsx';
import { Dialog } from '@/ui/dialog.tsx';
import { LocalTime } from '@/ui/local-time.tsx';
import { Notice } from '@/ui/notice.tsx';
import { ScrollRegion } from '@/ui/scroll-region.tsx';
import { DELIVERIES_QUERY } from './deliveries-query.ts';
import { DeliveryState } from './delivery-state.tsx';

interface DeliveryDrawerProps {
  readonly delivery: DeliveryAnswer['delivery'] | null;
  /** Why there is no delivery. */
  readonly problem: string | null;
}

/** The page lists and reads the delivery: it is asked for again. */
const OPEN = DELIVERIES_QUERY.d.withOptions({ shallow: false, history: 'push', scroll: false });

/** One turn with what went over the wire, attempt by attempt. Its address can be shared. */
export function DeliveryDrawer({ delivery, problem }: DeliveryDrawerProps) {
  const pathname = usePathname();
  const [, setOpen] = useQueryState('d', OPEN);
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) void setOpen(null);
      }}
      title="Delivery"
      {...(delivery === null ? {} : { description: delivery.id })}
      className="w-[min(94vw,760px)]"
    >
      {delivery === null ? (
        <Notice tone="critical" role="alert">
          {problem}
        </Notice>
      ) : (
        <div className="flex flex-col gap-4">
          <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm">
            <DeliveryState state={delivery.state} />
            <span className="text-muted">
              {delivery.user_id}, turn {delivery.epoch}
              {delivery.through_seq !== null && `, message ${delivery.through_seq}`}
              {delivery.is_replay && ', replay'}
            </span>
            <CopyButton text={delivery.id} label="Copy the webhook-id" />
          </p>
          <ol className="flex flex-col gap-4">
            {delivery.attempts.map((attempt) => (
              <li key={attempt.attempt}>
                <AttemptView attempt={attempt} />
              </li>
            ))}
          </ol>
          {delivery.state === 'failed' && (
            <p className="text-sm text-muted">
              Replay it under{' '}
              <Link
                href={pathname.replace(/\/deliveries$/, '/dead-letters')}
                className="text-accent underline underline-offset-2"
              >
                dead letters
              </Link>
              .
            </p>
          )}
        </div>
      )}
    </Dialog>
  );
}

function AttemptView({ attempt }: { readonly attempt: DeliveryExchange }) {
  const times = [
    ['first byte', attempt.first_byte_ms],
    ['first token', attempt.first_token_ms],
    ['total', attempt.total_ms],
  ] as const;
  return (
    <section aria-label={`Attempt ${attempt.attempt}`} className="flex flex-col gap-2">
      <h3 className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm font-medium">
        Attempt {attempt.attempt} <DeliveryState state={attempt.state} />
        <span className="font-normal text-muted">
          <LocalTime iso={attempt.started_at} /> on {attempt.node_id}
          {attempt.status !== null && `, HTTP ${attempt.status}`}
        </span>
      </h3>
      <p className="tabular text-xs text-muted">
        {times
          .flatMap(([word, ms]) => (ms === null ? [] : [`${word} ${formatDuration(ms)}`]))
          .join(' · ')}
      </p>
      {attempt.error !== null && (
        <Notice tone="critical">
          {attempt.error} <code className="text-xs text-muted">{attempt.error_code}</code>
        </Notice>
      )}
      <Exchanged title={`Request to ${attempt.url ?? 'nowhere'}`} message={attempt.request} />
      <Exchanged title="Response" message={attempt.response} />
    </section>
  );
}

function Exchanged({
  title,
  message,
}: {
  readonly title: string;
  readonly message: ExchangedMessage | null;
}) {
  if (message === null)
    return <p className="text-xs text-muted">{title}: nothing went over the wire.</p>;
  const headers = Object.entries(message.headers).map(([name, value]) => `${name}: ${value}`);
  const text = `${headers.join('\n')}\n\n${message.body}${message.is_truncated ? '\n…' : ''}`;
  return (
    <details className="rounded-md border border-border bg-raised">
      <summary className="cursor-pointer break-all px-3 py-1.5 text-xs font-medium">
        {title}
      </summary>
      <div className="relative">
        <ScrollRegion label={title} className="max-h-64 overflow-auto">
          <pre className="whitespace-pre-wrap break-all px-3 pb-3 text-xs">{text}</pre>
        </ScrollRegion>
        <div className="absolute right-1 top-0">
          <CopyButton text={text} label={`Copy ${title.toLowerCase()}`} />
        </div>
      </div>
    </details>
  );
}
