import type {
  NodeRecord,
  NodeRegistry,
  NodeState,
  OperationRecord,
  RegistryCommand,
} from '../membership/node-registry.ts';
import { progressOf } from '../membership/operation-progress.ts';
import { COORDINATOR } from '../membership/operation-rules.ts';
import { SYSTEM_GROUP } from '../membership/placement.ts';
import { type PlanInput, planSteps, type Step } from '../membership/planner.ts';
import { type Outcome, refused } from '../outcome.ts';
import type { Router } from '../router/router.ts';
import { inComponent } from '../telemetry/component-turns.ts';
import { guarded } from '../telemetry/guarded.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Without any change the cluster is looked at so often. */
const RECONCILE_EVERY_MS = 10_000;
/** Changes of a moment are looked at together. */
const CHANGE_DEBOUNCE_MS = 500;
/** While something is on the move, or waits. */
const MOVING_EVERY_MS = 300;
const WAITING_EVERY_MS = 500;
/** A coordinator begins to count the silence of others when it is elected, and decides nothing before. */
const FIRST_RECONCILE_MS = 1_000;

export interface CoordinatorPorts {
  /** The term in which this node leads the system group; null: it does not, or not yet. */
  readonly term: () => number | null;
  readonly registry: () => NodeRegistry;
  readonly groupCount: number;
  readonly input: () => PlanInput;
  readonly router: Pick<Router, 'request' | 'ask'>;
  /** How the router names a node, null: this one; undefined: it is not connected. */
  readonly nodeIdOf: (node: number) => string | null | undefined;
  /** A dead node's replicas are made anew elsewhere after this. */
  readonly replaceAfterMs: number;
  readonly newOperationId: () => string;
  /** `group` null: of the system group. */
  readonly publish: (group: number | null, detail: string) => void;
  readonly monotonicMs: () => number;
  readonly onError: (error: unknown) => void;
  readonly log: Logger;
}

/**
 * Keeps the cluster as it should be: on the node that leads the system group, and nowhere else. What it wants is in
 * the registry and what there is in the nodes' reports, so the next coordinator goes on where this one dies.
 */
export class Coordinator {
  readonly #ports: CoordinatorPorts;
  /** Since when each node has sent no report. */
  readonly #deadSince = new Map<number, number>();
  #timer: NodeJS.Timeout | null = null;
  #dueAtMs = Number.POSITIVE_INFINITY;
  #term: number | null = null;
  #isReconciling = false;
  #stopped = false;

  constructor(ports: CoordinatorPorts) {
    this.#ports = ports;
  }

  /** Something has changed: nodes, leaders, or what is wanted. */
  changed(): void {
    this.#scheduleReconcile(CHANGE_DEBOUNCE_MS);
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #scheduleReconcile(ms: number): void {
    const dueAtMs = this.#ports.monotonicMs() + ms;
    if (this.#stopped || this.#isReconciling || dueAtMs >= this.#dueAtMs) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#dueAtMs = dueAtMs;
    const reconcile = (): void => {
      this.#timer = null;
      this.#dueAtMs = Number.POSITIVE_INFINITY;
      this.#isReconciling = true;
      void this.#reconcile()
        .catch((error: unknown) => {
          this.#ports.onError(error);
          return WAITING_EVERY_MS;
        })
        .then((nextMs) => {
          this.#isReconciling = false;
          this.#scheduleReconcile(nextMs);
        });
    };
    this.#timer = setTimeout(guarded('timer', reconcile), ms);
  }

  /** The answer is when to look again. */
  async #reconcile(): Promise<number> {
    const term = this.#ports.term();
    if (term === null) {
      this.#term = null;
      this.#deadSince.clear();
      return RECONCILE_EVERY_MS;
    }
    if (term !== this.#term) {
      this.#term = term;
      this.#deadSince.clear();
      this.#ports.log.info({ term }, 'coordinator: elected');
      return FIRST_RECONCILE_MS;
    }
    const input = inComponent('coordinator', () => this.#ports.input());
    if (await this.#updateNodes(input)) return MOVING_EVERY_MS;
    const { steps, waiting } = inComponent('coordinator', () => planSteps(input));
    await this.#perform(steps, term);
    const hasEnded = await this.#endOperations(input);
    if (steps.length > 0 || hasEnded) return MOVING_EVERY_MS;
    return waiting.length > 0 || this.#running().length > 0 ? WAITING_EVERY_MS : RECONCILE_EVERY_MS;
  }

  // --- nodes ---------------------------------------------------------------------------------------

  /** True: a node's state was changed, and the placement with it. */
  async #updateNodes(input: PlanInput): Promise<boolean> {
    const { registry, monotonicMs } = this.#ports;
    const now = monotonicMs();
    let changed = false;
    for (const { number, isAlive } of input.nodes) {
      if (isAlive) this.#deadSince.delete(number);
      else if (!this.#deadSince.has(number)) this.#deadSince.set(number, now);
      const node = registry().nodes.get(number);
      if (node === undefined) continue;
      const to = this.#nextState(node, isAlive, input, now);
      if (to === 'lost') changed = (await this.#replace(node)) || changed;
      else if (to !== null) changed = (await this.#setState(node, to)) || changed;
    }
    return changed;
  }

  /** Null: as it is. */
  #nextState(
    { number, state }: NodeRecord,
    isAlive: boolean,
    input: PlanInput,
    now: number,
  ): NodeState | null {
    switch (state) {
      case 'joining': {
        const system = input.groups.find(({ group }) => group === SYSTEM_GROUP);
        return isAlive && system?.caughtUp.includes(number) === true ? 'active' : null;
      }
      case 'active':
        return !isAlive && this.#isLost(number, input, now) ? 'lost' : null;
      case 'lost':
        return isAlive ? 'active' : null;
      case 'draining':
      case 'gone':
        return null;
      default:
        return state satisfies never;
    }
  }

  /** For too long, and there is a node that could take its replicas. */
  #isLost(number: number, { nodes, replicas }: PlanInput, now: number): boolean {
    const since = this.#deadSince.get(number) ?? now;
    const others = nodes.filter(
      (node) => node.number !== number && node.state === 'active' && node.isAlive,
    );
    return now - since >= this.#ports.replaceAfterMs && others.length >= replicas;
  }

  async #replace({ nodeId }: NodeRecord): Promise<boolean> {
    const id = this.#ports.newOperationId();
    const operation = { id, kind: 'replace', nodeId, group: null, by: COORDINATOR } as const;
    return this.#registry({ type: 'start-operation', operation, timeMs: 0 });
  }

  /** A node that is back from the dead is wanted again: what was to replace it ends. */
  async #setState({ number, nodeId, state }: NodeRecord, to: NodeState): Promise<boolean> {
    const replacing = this.#running().find(
      (operation) => operation.kind === 'replace' && operation.number === number,
    );
    if (state === 'lost' && replacing !== undefined)
      return this.#registry({
        type: 'end-operation',
        id: replacing.id,
        state: 'cancelled',
        by: COORDINATOR,
        detail: `${nodeId} is back`,
        timeMs: 0,
      });
    return this.#registry({ type: 'set-node-state', number, from: state, to, timeMs: 0 });
  }

  // --- steps ---------------------------------------------------------------------------------------

  /** Those of one group one after the other, the groups side by side. */
  async #perform(steps: readonly Step[], term: number): Promise<void> {
    const byGroup = Map.groupBy(steps, ({ group }) => group);
    await Promise.all(
      [...byGroup.values()].map(async (own) => {
        for (const step of own) if (!(await this.#step(step, term))) return;
      }),
    );
  }

  /** False: the steps after it have to wait. */
  async #step(step: Step, term: number): Promise<boolean> {
    const outcome = await this.#call(step, term);
    const { log, publish, registry } = this.#ports;
    const isDone = outcome.status === 'ok';
    if (!isDone) log.info({ step, outcome }, 'coordinator: step not done; it is retried');
    else if (step.type === 'change') {
      const { nodes } = registry();
      const named = (number: number): string => nodes.get(number)?.nodeId ?? `number ${number}`;
      if (step.group === SYSTEM_GROUP) publish(null, `system group: ${describeStep(step, named)}`);
      else publish(step.group, describeStep(step, named));
    }
    return isDone;
  }

  #call(step: Step, term: number): Promise<Outcome<unknown>> {
    const { router, nodeIdOf } = this.#ports;
    const { group } = step;
    switch (step.type) {
      case 'open-replica':
      case 'close-replica': {
        const nodeId = nodeIdOf(step.node);
        if (nodeId === undefined) return Promise.resolve(NOT_CONNECTED);
        return step.type === 'open-replica'
          ? router.ask(nodeId, {
              type: step.type,
              term,
              group,
              nonVotingBelow: step.nonVotingBelow,
            })
          : router.ask(nodeId, { type: step.type, term, group });
      }
      case 'transfer':
        return router.request({ type: 'transfer-group', group, to: step.to });
      case 'change': {
        const { type: _, ...change } = step;
        return router.request({ type: 'change-group', term, change });
      }
      default:
        return step satisfies never;
    }
  }

  // --- operations ----------------------------------------------------------------------------------

  #running(): readonly OperationRecord[] {
    return [...this.#ports.registry().operations.values()].filter(
      ({ state }) => state === 'running',
    );
  }

  async #endOperations(input: PlanInput): Promise<boolean> {
    let hasEnded = false;
    for (const operation of this.#running()) {
      const { nodes } = this.#ports.registry();
      const sources = { input, nodes, groupCount: this.#ports.groupCount };
      const { isComplete, total, stuck } = progressOf(operation, sources);
      if (!isComplete) {
        await this.#push(operation, input, stuck);
        continue;
      }
      const detail =
        total === 1 ? '1 group is where it should be' : `${total} groups are where they should be`;
      hasEnded =
        (await this.#registry({
          type: 'end-operation',
          id: operation.id,
          state: 'done',
          by: COORDINATOR,
          detail,
          timeMs: 0,
        })) || hasEnded;
    }
    return hasEnded;
  }

  /** Leaderships move by themselves, a few a second; an operator who asks for it gets it at once. */
  async #push(
    { kind, number }: OperationRecord,
    input: PlanInput,
    stuck: readonly { readonly group: number }[],
  ): Promise<void> {
    if (kind !== 'transfer' && kind !== 'rebalance') return;
    await Promise.all(
      stuck.map(async ({ group }) => {
        const to = kind === 'transfer' ? (number ?? 0) : input.placement.preferredLeader(group);
        if (to !== 0) await this.#ports.router.request({ type: 'transfer-group', group, to });
      }),
    );
  }

  async #registry(command: RegistryCommand): Promise<boolean> {
    const outcome = await this.#ports.router.request({ type: 'registry', command });
    const isDone = outcome.status === 'ok';
    if (!isDone)
      this.#ports.log.warn({ command, outcome }, 'coordinator: command not decided; it is retried');
    return isDone;
  }
}

/** `n4 learns`, `n4 votes, n2 leaves`. */
function describeStep(
  { addLearners, promote, demote, remove }: Extract<Step, { type: 'change' }>,
  named: (number: number) => string,
): string {
  const phrases = (numbers: readonly number[], what: string): readonly string[] =>
    numbers.map((number) => `${named(number)} ${what}`);
  return [
    ...phrases(addLearners, 'learns'),
    ...phrases(promote, 'votes'),
    ...phrases(demote, 'votes no more'),
    ...phrases(remove, 'leaves'),
  ].join(', ');
}

const NOT_CONNECTED = refused({ code: 'no_quorum', detail: 'the node is unreachable' });
