import clsx from 'clsx';
import { CircleHelp, ShieldAlert, ShieldCheck, ShieldX } from 'lucide-react';
import type { Headline } from '@/lib/cluster-headline.ts';
import { formatDuration } from '@/lib/format-time.ts';
import type { Freshness } from './use-freshness.ts';

const LOOKS = {
  ok: { icon: ShieldCheck, colour: 'text-ok' },
  warn: { icon: ShieldAlert, colour: 'text-warn' },
  critical: { icon: ShieldX, colour: 'text-critical' },
  unknown: { icon: CircleHelp, colour: 'text-muted' },
} as const;

export interface ClusterHeaderProps {
  readonly headline: Headline;
  readonly freshness: Freshness;
  readonly reportedBy: string | null;
  readonly isConnected: boolean;
}

export function ClusterHeader({
  headline,
  freshness,
  reportedBy,
  isConnected,
}: ClusterHeaderProps) {
  const { icon: Icon, colour } = LOOKS[headline.tone];
  return (
    <header className="flex flex-wrap items-start justify-between gap-4">
      <div className="flex items-start gap-3">
        <Icon size={32} aria-hidden className={clsx('mt-0.5 shrink-0', colour)} />
        <div>
          <p className="text-xs text-muted">Can I lose a node now?</p>
          <h1 className="text-xl font-semibold tracking-tight">{headline.answer}</h1>
          <p className="text-muted">{headline.reason}</p>
        </div>
      </div>
      <p
        role="status"
        className={clsx('text-xs', freshness.kind === 'live' ? 'text-muted' : 'text-warn')}
      >
        {describe(freshness, isConnected)}
        {reportedBy !== null && <span className="text-muted"> · reported by {reportedBy}</span>}
      </p>
    </header>
  );
}

function describe(freshness: Freshness, isConnected: boolean): string {
  switch (freshness.kind) {
    case 'none':
      return isConnected ? 'Waiting for the first report…' : 'Connecting to the cluster…';
    case 'live':
      return 'Live';
    case 'late':
    case 'stale':
      return `${isConnected ? 'No report' : 'Not connected'}, figures are ${formatDuration(freshness.ageMs)} old`;
    default:
      return freshness satisfies never;
  }
}
