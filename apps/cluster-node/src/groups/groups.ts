import {
  type Command,
  type Effect,
  findHead,
  type GroupState,
  isCold,
  type Reply,
  type SessionHead,
  spillTails,
} from '@fleetlm/conversation';
import type { ProposalOutcome, RaftHost, ReadOutcome } from '@fleetlm/raft/host';
import type { LedGroup, Propose } from '../effects/ports.ts';
import type { MemberNode } from '../membership/cluster-descriptor.ts';
import { SYSTEM_GROUP } from '../membership/placement.ts';
import { encodeSystemCommand, systemCommandProblem } from '../membership/system-codec.ts';
import type { SystemCommand, SystemReply, SystemState } from '../membership/system-state.ts';
import { type NodeRefusal, type Outcome, ok, type Refused, UNKNOWN } from '../outcome.ts';
import { guarded } from '../telemetry/guarded.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { commandProblem, encodeCommand } from './command-codec.ts';
import { ConversationMachine } from './conversation-machine.ts';
import type { GroupReply } from './group-reply.ts';
import type { SpillFile } from './spill-file.ts';
import { SystemMachine } from './system-machine.ts';

/** A read that can't be confirmed within this is refused; callers look for another replica. */
const READ_TIMEOUT_MS = 1_000;

export interface GroupsOptions {
  readonly self: number;
  readonly founders: readonly MemberNode[];
  readonly perform: (effect: Effect) => void;
  readonly systemChanged: () => void;
  readonly metrics: Pick<Metrics, 'entriesRefused'>;
  readonly log: Logger;
  readonly onError: (error: unknown) => void;
  /** Where messages go that wait for Postgres, when there are many. */
  readonly spill: SpillFile;
  /** Above it messages that wait for Postgres go there, but for the newest of each session. */
  readonly hotBytesMax: number;
}

/** Groups with a smaller backlog and less in memory keep it there. */
const SPILL_BACKLOG_MIN = 1_000;
const SPILL_MEMORY_BYTES_MIN = 4 * 1024 * 1024;
const SPILL_EVERY_MS = 250;
/** Written in one go, while the event loop waits. */
const SPILL_BYTES_PER_TURN = 2 * 1024 * 1024;

/** The groups that have a replica on this node: their machines, on the host. */
export class Groups {
  readonly #options: GroupsOptions;
  readonly #machines = new Map<number, ConversationMachine>();
  readonly #system: SystemMachine;
  #hasSystem = false;
  #host: RaftHost<GroupReply> | null = null;

  constructor(options: GroupsOptions) {
    this.#options = options;
    this.#system = new SystemMachine(options.founders, options.systemChanged, options.onError);
  }

  attach(host: RaftHost<GroupReply>): void {
    this.#host = host;
    setInterval(
      guarded('timer', () => this.#spill()),
      SPILL_EVERY_MS,
    ).unref();
  }

  /**
   * Opens a replica, and replays what the disk holds of it. `voters`: the group's first members, when it is founded;
   * none for a replica that the disk knows, or that joins. `nonVotingBelow`: see the host.
   */
  add(group: number, voters: readonly number[], nonVotingBelow: number): void {
    const { self, perform, onError } = this.#options;
    const options = { group, replicaId: self, voters, nonVotingBelow };
    if (group === SYSTEM_GROUP) {
      this.#opened().addGroup({ ...options, machine: this.#system });
      this.#hasSystem = true;
      return;
    }
    const machine = new ConversationMachine(perform, onError);
    this.#machines.set(group, machine);
    this.#opened().addGroup({ ...options, machine });
  }

  /** Closes the replica and deletes what the disk holds of it; `done` once that is durable. */
  remove(group: number, done: () => void): void {
    this.#machines.delete(group);
    this.#opened().removeGroup(group, done);
  }

  /** Is a replica of the group open here? */
  has(group: number): boolean {
    return group === SYSTEM_GROUP ? this.#hasSystem : this.#machines.has(group);
  }

  /** While Postgres is away messages wait on the disk, not in memory; as many as that when memory is short. */
  #spill(): void {
    const { spill, hotBytesMax } = this.#options;
    const kept = this.inMemory().bytes > hotBytesMax ? 'least' : 'usual';
    let room = SPILL_BYTES_PER_TURN;
    for (const { state } of this.#machines.values()) {
      const isSmall =
        state.flushBacklog < SPILL_BACKLOG_MIN && state.memoryBytes < SPILL_MEMORY_BYTES_MIN;
      if (isSmall && kept === 'usual') continue;
      room -= spillTails(state, spill, room, kept);
      if (room <= 0) return;
    }
  }

  get spilledBytes(): number {
    return this.#options.spill.bytes;
  }

  /** Null: this node holds no replica of the group. */
  state(group: number): GroupState | null {
    return this.#machines.get(group)?.state ?? null;
  }

  /** A copy of a session as applied here; null: no such session, or no replica of its group. */
  head(group: number, sessionId: string): SessionHead | null {
    const state = this.state(group);
    return state === null ? null : findHead(state, sessionId);
  }

  /** The session has left memory: it is to be brought back before anything is proposed for it. */
  isCold(group: number, sessionId: string): boolean {
    const state = this.state(group);
    return state !== null && isCold(state, sessionId);
  }

  /** Sessions in memory here, and how many groups they are of. */
  inMemory(): { readonly sessions: number; readonly bytes: number; readonly groups: number } {
    let sessions = 0;
    let bytes = 0;
    for (const { state } of this.#machines.values()) {
      sessions += state.sessions.size;
      bytes += state.memoryBytes;
    }
    return { sessions, bytes, groups: this.#machines.size };
  }

  get system(): SystemState {
    return this.#system.state;
  }

  /** Of conversations. */
  get hosted(): Iterable<number> {
    return this.#machines.keys();
  }

  propose(
    group: number,
    command: Command,
    done: (outcome: Outcome<Reply, NodeRefusal>) => void,
  ): void {
    if (!this.has(group)) {
      done(NOT_HERE);
      return;
    }
    const problem = commandProblem(command);
    if (problem !== null) {
      done(this.#refuse(group, command.type, problem));
      return;
    }
    this.#opened().propose(group, encodeCommand(command), (outcome) => {
      done(this.#outcomeOf(outcome, conversationReply));
    });
  }

  proposeSystem(
    command: SystemCommand,
    done: (outcome: Outcome<SystemReply, NodeRefusal>) => void,
  ): void {
    if (!this.#hasSystem) {
      done(NOT_HERE);
      return;
    }
    const problem = systemCommandProblem(command);
    if (problem !== null) {
      done(this.#refuse(SYSTEM_GROUP, command.type, problem));
      return;
    }
    this.#opened().propose(SYSTEM_GROUP, encodeSystemCommand(command), (outcome) => {
      done(this.#outcomeOf(outcome, systemReply));
    });
  }

  /** What apply would refuse is never proposed. The proposer let something through that does not fit the log. */
  #refuse(group: number, type: string, problem: string): Refused<NodeRefusal> {
    const { metrics, log } = this.#options;
    metrics.entriesRefused.inc({ stage: 'propose', reason: 'malformed' });
    log.error({ group, command: type, problem }, 'raft: refused to propose a malformed command');
    return MALFORMED;
  }

  /** What the host says of a proposal, in the node's words. */
  #outcomeOf<R>(
    outcome: ProposalOutcome<GroupReply>,
    reply: (reply: GroupReply) => R,
  ): Outcome<R, NodeRefusal> {
    switch (outcome.status) {
      case 'committed':
        return ok(reply(outcome.reply));
      case 'refused': {
        const { reason: code, leader } = outcome;
        if (code === 'too-large')
          this.#options.metrics.entriesRefused.inc({ stage: 'propose', reason: code });
        return { status: 'refused', code, leader };
      }
      case 'unknown':
        return UNKNOWN;
      default:
        return outcome satisfies never;
    }
  }

  /** For performers of effects: on this node only. */
  readonly proposeHere: Propose = (group, command) =>
    new Promise((resolve) => this.propose(group, command, resolve));

  /** ReadIndex: after `ok` the state holds everything that was acknowledged before the call. */
  read(group: number, done: (outcome: ReadOutcome) => void): void {
    if (this.has(group)) this.#opened().read(group, READ_TIMEOUT_MS, done);
    else done({ status: 'refused', reason: 'stopped', leader: 0 });
  }

  /** Null: this node doesn't lead the group, or isn't ready to propose to it. */
  led(group: number): LedGroup | null {
    const host = this.#opened();
    const machine = this.#machines.get(group);
    if (machine === undefined || !host.isReadyLeader(group)) return null;
    return { group, term: host.termOf(group), state: machine.state };
  }

  /** Groups of conversations that this node leads, ready to be proposed to. */
  *ledGroups(): Generator<LedGroup> {
    const host = this.#opened();
    for (const [group, machine] of this.#machines)
      if (host.isReadyLeader(group))
        yield { group, term: host.termOf(group), state: machine.state };
  }

  #opened(): RaftHost<GroupReply> {
    if (this.#host === null) throw new Error('the groups are not open yet');
    return this.#host;
  }
}

/** A group may leave this node at any moment: definite, nothing was changed. */
const NOT_HERE: Refused<NodeRefusal> = { status: 'refused', code: 'not-leader', leader: 0 };

const MALFORMED: Refused<NodeRefusal> = { status: 'refused', code: 'malformed', leader: 0 };

function conversationReply(reply: GroupReply): Reply {
  if (reply.machine === 'conversation') return reply.reply;
  throw new Error('a group of conversations answered as the system group');
}

function systemReply(reply: GroupReply): SystemReply {
  if (reply.machine === 'system') return reply.reply;
  throw new Error('the system group answered as a group of conversations');
}
