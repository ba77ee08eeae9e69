import type { FaultWindow } from './checker/run-record.ts';
import type { AppendOperation } from './history/operations.ts';

/** Of what was asked for; a cluster that is mostly down is not tested. */
const ACKS_SHARE_MIN = 0.25;
const ACKS_PER_GROUP_MIN = 10;

export interface ValidityInput {
  readonly sessionIds: readonly string[];
  readonly appends: Iterable<AppendOperation>;
  readonly faults: readonly FaultWindow[];
  readonly ratePerSecond: number;
  readonly seconds: number;
  /** Kinds without which the run proves nothing. */
  readonly wantedKinds: readonly string[];
}

/** Why a run proves nothing, as sentences; empty: it does. */
export function reasonsInvalid(input: ValidityInput): readonly string[] {
  const reasons: string[] = [];
  const perGroup = new Map<string, number>();
  for (const id of input.sessionIds) perGroup.set(groupOf(id), 0);
  let acks = 0;
  for (const { session, outcome } of input.appends) {
    if (outcome !== 'ok') continue;
    acks += 1;
    const group = groupOf(input.sessionIds[session] ?? '');
    perGroup.set(group, (perGroup.get(group) ?? 0) + 1);
  }
  const wanted = Math.floor(input.ratePerSecond * input.seconds * ACKS_SHARE_MIN);
  if (acks < wanted)
    reasons.push(`only ${acks} appends were acknowledged; at least ${wanted} are needed`);
  for (const [group, count] of perGroup)
    if (count < ACKS_PER_GROUP_MIN)
      reasons.push(
        `group ${group} had ${count} acknowledgements; at least ${ACKS_PER_GROUP_MIN} are needed`,
      );
  if (input.faults.length === 0) reasons.push('there was no fault');
  const made = new Set(input.faults.map(({ kind }) => kind));
  const missing = input.wantedKinds.filter((kind) => !made.has(kind));
  if (missing.length > 0) reasons.push(`there was no time for ${missing.join(', ')}`);
  reasons.push(...ineffective(input.faults));
  return reasons;
}

/**
 * Beside another fault one may find nothing to act on (a link between two killed nodes). Alone it must have an
 * effect, and each kind at least once.
 */
function ineffective(faults: readonly FaultWindow[]): readonly string[] {
  const effective = new Set(faults.filter((fault) => fault.effective).map(({ kind }) => kind));
  return faults
    .filter((fault) => !fault.effective)
    .filter((fault) => !effective.has(fault.kind) || !isOverlapped(fault, faults))
    .map(
      ({ number, kind, target, proof }) =>
        `fault ${number} (${kind} ${target}) had no effect: ${proof}`,
    );
}

/** Whether another fault went on at the same time. */
export function isOverlapped(fault: FaultWindow, faults: readonly FaultWindow[]): boolean {
  return faults.some(
    (other) =>
      other !== fault && other.startMs <= fault.healedMs && other.healedMs >= fault.startMs,
  );
}

function groupOf(sessionId: string): string {
  return sessionId.slice(0, 2);
}
