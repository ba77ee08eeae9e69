import { CLI_LIMIT_ROWS } from '@fleetlm/cli/limit-rows';
import { LIMIT_ROWS } from '@fleetlm/cluster-node/limit-rows';
import { LIMIT_EDGES, type LimitRow, type LimitUnit } from '@fleetlm/protocol/reference';
import { WEB_LIMIT_ROWS } from '@fleetlm/web/limit-rows';

/** All rows of the limits: of nodes, client, SDK, command line and web app. */
export const ALL_LIMIT_ROWS: readonly LimitRow[] = [
  ...LIMIT_ROWS,
  ...CLI_LIMIT_ROWS,
  ...WEB_LIMIT_ROWS,
];

/** Where `docs/reference/limits.md` finds the root of the repository. */
const ROOT = '../../';
/** What probes the boundary of the rows that name no test of their own. */
export const BOUNDARY_TEST = 'apps/cluster-node/src/limit-rows/boundary.test.ts';

/** A heading and a table for each edge. */
export function limitTables(): string {
  return LIMIT_EDGES.map((edge) => {
    const rows = ALL_LIMIT_ROWS.filter((row) => row.edge === edge).map(line);
    return `## ${edge}\n\n| input | limit | beyond it | enforced in | tested in |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  }).join('\n');
}

function line({ input, name, value, unit, enforcedIn, answer, test }: LimitRow): string {
  const tested = test === 'boundary' ? BOUNDARY_TEST : test.file;
  const cells = [
    input,
    `${words(value, unit)} \`${name}\``,
    answer,
    link(enforcedIn),
    link(tested),
  ];
  return `| ${cells.join(' | ')} |`;
}

function link(path: string): string {
  return `[${path.replace(/.*\//, '')}](${ROOT}${encodeURI(path).replaceAll('(', '%28').replaceAll(')', '%29')})`;
}

const KIB = 1024;
const MIB = KIB * KIB;
const grouped = new Intl.NumberFormat('en-US');

function words(value: number, unit: LimitUnit): string {
  switch (unit) {
    case 'bytes':
      return bytes(value);
    case 'bytes a second':
      return `${bytes(value)} a second`;
    case 'ms':
      return value >= 1_000 && value % 100 === 0
        ? `${grouped.format(value / 1_000)} s`
        : `${grouped.format(value)} ms`;
    case 'entries':
      return grouped.format(value);
    default:
      return `${grouped.format(value)} ${unit}`;
  }
}

function bytes(value: number): string {
  if (value >= MIB && value % MIB === 0) return `${grouped.format(value / MIB)} MiB`;
  if (value >= KIB && value % KIB === 0) return `${grouped.format(value / KIB)} KiB`;
  return `${grouped.format(value)} bytes`;
}
