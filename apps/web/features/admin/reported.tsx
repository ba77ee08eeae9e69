import { formatDuration } from '@/common/format-time.ts';
import type { Cluster } from './cluster-provider.tsx';

/** Who said what is shown, and when. A figure without that is a rumour. */
export function Reported({ cluster, freshness, isConnected }: Cluster) {
  return (
    <p
      role="status"
      className={freshness.kind === 'live' ? 'text-xs text-muted' : 'text-xs text-warn'}
    >
      {words(freshness, isConnected)}
      {cluster.reportedBy !== null && (
        <span className="text-muted"> · reported by {cluster.reportedBy}</span>
      )}
    </p>
  );
}

function words(freshness: Cluster['freshness'], isConnected: boolean): string {
  switch (freshness.kind) {
    case 'none':
      return isConnected ? 'Waiting for the first report…' : 'Connecting to the cluster…';
    case 'live':
      return 'Live';
    case 'late':
    case 'stale':
      return `${isConnected ? 'No report' : 'Not connected'}, the report is ${formatDuration(freshness.ageMs)} old`;
    default:
      return freshness satisfies never;
  }
}
