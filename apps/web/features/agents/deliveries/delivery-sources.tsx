import type { DeliverySources as Sources } from '@fleetlm/protocol';
import { Notice } from '@/ui/notice.tsx';

/** What may be missing from the page, and why; nothing when nothing is. */
export function DeliverySources({ sources }: { readonly sources: Sources }) {
  const away = sources.nodes.filter(({ state }) => state === 'unreachable');
  const dropped = sources.nodes.reduce((sum, node) => sum + (node.dropped ?? 0), 0);
  const lines = [
    ...(sources.archive === 'ok'
      ? []
      : [
          'Postgres is unreachable. These deliveries are in the memory of the nodes; older ones return with Postgres.',
        ]),
    ...(away.length === 0
      ? []
      : [
          `${away.map(({ node_id }) => node_id).join(', ')} can’t be reached: what only it knows is missing.`,
        ]),
    ...(dropped === 0
      ? []
      : [
          `${dropped} attempts were forgotten before they could be written, because Postgres was away for too long.`,
        ]),
  ];
  return lines.map((text) => (
    <Notice key={text} tone="warn" role="status">
      {text}
    </Notice>
  ));
}
