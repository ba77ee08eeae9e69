import type { OperationPlan } from '@fleetlm/client/admin';
import { ScrollRegion } from '@/ui/scroll-region.tsx';
import { anyGroupName } from '../groups/grid.ts';

interface Row {
  readonly key: string;
  readonly group: number;
  readonly from: string;
  readonly to: string;
  readonly why: string;
}

/** What moves: group, from, to, why. */
export function PlanMoves({ plan }: { readonly plan: OperationPlan }) {
  const rows: readonly Row[] = [
    ...plan.leader_moves.map(({ group, from, to }) => ({
      key: `l${group}`,
      group,
      from,
      to,
      why: `leadership: ${to} is its place`,
    })),
    ...plan.moves.map(({ group, from, to }) => ({
      key: `m${group}`,
      group,
      from: from.join(', '),
      to: to.join(', '),
      why: whyOf(from, to),
    })),
  ];
  return (
    <ScrollRegion
      label="What moves"
      className="max-h-56 overflow-auto rounded-md border border-border"
    >
      <table className="w-full text-left text-sm">
        <thead className="sticky top-0 bg-surface text-xs text-muted">
          <tr className="[&>th]:px-3 [&>th]:py-1.5 [&>th]:font-medium">
            <th scope="col">Group</th>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, group, from, to, why }) => (
            <tr key={key} className="border-t border-border [&>*]:px-3 [&>*]:py-1">
              <th scope="row" className="tabular font-medium">
                {anyGroupName(group)}
              </th>
              <td className="tabular">{from === '' ? '–' : from}</td>
              <td className="tabular">{to === '' ? '–' : to}</td>
              <td className="text-muted">{why}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

function whyOf(from: readonly string[], to: readonly string[]): string {
  if (to.length === 0) return 'a copy is given up: no other node can take it';
  return from.length === 0 ? 'gets a copy more' : 'its copy moves';
}
