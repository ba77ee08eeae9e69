import { type GroupAnswer, groupParamSchema, reviveGroupSchema } from '@fleetlm/protocol';
import { usageFailure } from '../failure.ts';
import { table, text } from '../output/table.ts';
import type { ClientCommand, CommandResult } from './command.ts';

const ACCEPTED = 'accepted';

/** Throws a CommandFailure before anything is sent. */
function groupOf(written: string): { readonly id: string } {
  const parsed = groupParamSchema.safeParse(written);
  if (!parsed.success) throw usageFailure(`<group> ${parsed.error.issues[0]?.message}: ${written}`);
  return { id: String(parsed.data) };
}

export async function showGroup({ client }: ClientCommand, group: string): Promise<CommandResult> {
  const answer = await client.call('getGroup', { params: groupOf(group) });
  return { json: answer, text: groupText(answer) };
}

function groupText({ group, stalled }: GroupAnswer): string {
  const replicas = table(
    ['NODE', 'ROLE', 'TERM', 'LAST', 'COMMIT', 'APPLIED', 'STALLED AT'],
    group.replicas.map(({ node_id, role, term, last_index, commit, applied, stall }) => [
      node_id,
      role,
      text(term),
      text(last_index),
      text(commit),
      text(applied),
      stall === null ? '' : `${stall.index} (${stall.reason})`,
    ]),
  );
  const entries = stalled.map(
    ({ node_id, index, term, entry_type, bytes, digest, reason, detail }) =>
      `\n${node_id} is stalled at entry ${index} of term ${term}: ${reason}\n  ${text(entry_type)}, ${bytes} bytes, digest ${digest}\n  ${detail}\n`,
  );
  return `Group ${group.group}, leader ${text(group.leader)}, reported by ${group.reported_by}\n\n${replicas}${entries.join('')}`;
}

/** Has every replica skip the entry that all of them are stalled at. */
export async function reviveGroup(
  { client }: ClientCommand,
  group: string,
  options: { readonly index: string; readonly term: string; readonly digest: string },
): Promise<CommandResult> {
  const params = groupOf(group);
  const parsed = reviveGroupSchema.safeParse({
    index: Number(options.index),
    term: Number(options.term),
    digest: options.digest,
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw usageFailure(`--${issue?.path.join('.')}: ${issue?.message}`);
  }
  const json = await client.call('reviveGroup', { params, body: parsed.data });
  const { index, term } = parsed.data;
  return {
    json,
    text: `group ${params.id}: every replica skips entry ${index} of term ${term}\n`,
  };
}

export async function snapshotGroup(
  { client }: ClientCommand,
  group: string,
): Promise<CommandResult> {
  const params = groupOf(group);
  const json = await client.call('snapshotGroup', { params });
  return { json, text: `group ${params.id}: snapshot ${ACCEPTED}\n` };
}

export async function transferGroup(
  { client }: ClientCommand,
  group: string,
  node: string,
): Promise<CommandResult> {
  const params = groupOf(group);
  const json = await client.call('transferGroup', { params, body: { to: node } });
  return { json, text: `group ${params.id}: transfer to ${node} ${ACCEPTED}\n` };
}

export async function flush({ client }: ClientCommand): Promise<CommandResult> {
  const json = await client.call('flush');
  return { json, text: `${json.rows ?? 0} rows written to Postgres\n` };
}

export async function audit({ client }: ClientCommand): Promise<CommandResult> {
  const json = await client.call('listAudit');
  const rows = json.entries.map((entry) => [
    entry.at,
    entry.by,
    entry.action,
    entry.kind,
    text(entry.node_id),
    text(entry.group),
    text(entry.operation_id),
    entry.detail,
  ]);
  return {
    json,
    text: table(['AT', 'BY', 'ACTION', 'KIND', 'NODE', 'GROUP', 'OPERATION', 'DETAIL'], rows),
  };
}
