import { userToken } from '../../credentials.ts';
import { Rest } from '../../rest.ts';
import { readBack } from '../../run-bench.ts';
import { pause } from '../../torture/rig/wait-until.ts';
import type { BenchUserOptions } from '../../user.ts';
import type { Stage } from '../drive/stage.ts';
import type { Findings } from './findings.ts';
import { Writers } from './writers.ts';
import type { Written } from './writers-protocol.ts';

const USERS = 6;
const RATE = 30;
const TEXT_BYTES = 200;
/** Its calls fail at once: the writers' sessions hold their own messages only. */
const WRITERS_AGENT = 'bystanders-writers';
const HONEST_AGENT = 'bystanders-honest';
/** An honest turn is asked for so often, and has a reply by then. */
const TURN_EVERY_MS = 2_000;
const TURN_LIMIT_MS = 30_000;
const CALL_LIMIT_MS = 30_000;
/** A p99 of this or less is calm, whatever it was before: the machine's own noise. */
const FLOOR_MS = 150;
const RATIO_MAX = 3;

export interface BystanderReport {
  readonly calm_p99_ms: number;
  readonly p99_ms: number;
  readonly acked: number;
  readonly refused: number;
  readonly honest_turns: number;
}

/** Honest users beside the hostile traffic: they write at a modest rate and ask an agent now and then. */
export class Bystanders {
  readonly #stage: Stage;
  readonly #findings: Findings;
  readonly #writers = new Writers();
  readonly #users: BenchUserOptions[] = [];
  #written: readonly Written[] = [];
  #calmP99 = 0;
  #running = true;
  #asking: Promise<void> = Promise.resolve();
  #turns = 0;

  private constructor(stage: Stage, findings: Findings) {
    this.#stage = stage;
    this.#findings = findings;
  }

  static async join(stage: Stage, findings: Findings): Promise<Bystanders> {
    const bystanders = new Bystanders(stage, findings);
    const { api, nodes, credentials, agentUrl } = stage;
    const agents = [
      {
        id: WRITERS_AGENT,
        name: 'Writers',
        origin_url: 'http://127.0.0.1:9',
        debounce_window_ms: 60_000,
      },
      { id: HONEST_AGENT, name: 'Honest', origin_url: agentUrl, debounce_window_ms: 0 },
    ];
    for (const agent of agents) await api.insist('POST', '/api/agents', { agent }, CALL_LIMIT_MS);
    for (let number = 0; number < USERS; number += 1) {
      const userId = `bystander-${number}`;
      bystanders.#users.push({
        userId,
        sessionId: await api.createSession(userId, WRITERS_AGENT, CALL_LIMIT_MS),
        target: nodes[number % nodes.length]?.url ?? '',
        token: await userToken(credentials, userId),
        bytes: TEXT_BYTES,
      });
    }
    return bystanders;
  }

  /** Begins the load, and measures for a while how it is when nothing else happens. */
  async measureCalm(milliseconds: number): Promise<void> {
    await this.#writers.start(this.#users, RATE);
    this.#asking = this.#askAgain();
    await pause(1_000);
    await this.#writers.measure();
    await pause(milliseconds);
    this.#calmP99 = await this.#writers.p99();
    await this.#writers.measure();
  }

  async #askAgain(): Promise<void> {
    for (let number = 0; this.#running; number += 1) {
      const startedAt = performance.now();
      await this.#ask(`asker-${number % USERS}`);
      await pause(Math.max(0, TURN_EVERY_MS - (performance.now() - startedAt)));
    }
  }

  async #ask(userId: string): Promise<void> {
    const { api } = this.#stage;
    const fromMs = performance.timeOrigin + performance.now();
    const deadline = performance.now() + TURN_LIMIT_MS;
    try {
      const sessionId = await api.createSession(userId, HONEST_AGENT, CALL_LIMIT_MS);
      await api.append(sessionId, userId, 'a question', CALL_LIMIT_MS);
      for (;;) {
        const page = await api.tail(sessionId, CALL_LIMIT_MS);
        this.#stage.agents.forget(sessionId);
        const reply = page.messages.find(({ kind }) => kind === 'assistant');
        if (reply?.metadata.termination === 'finish') break;
        if (performance.now() > deadline)
          throw new Error(`no whole reply within ${TURN_LIMIT_MS / 1000} s`);
        await pause(200);
      }
      this.#turns += 1;
    } catch (error) {
      const untilMs = performance.timeOrigin + performance.now();
      const detail = error instanceof Error ? error.message : String(error);
      this.#findings.add(
        'honest-turn',
        detail,
        this.#stage.cases.between(fromMs, untilMs).slice(0, 8),
        detail.startsWith('no whole reply') ? 'no reply' : 'no answer',
      );
    }
  }

  /** Takes the p99 of what went on so far; call it when the hostile traffic is over. */
  async judge(): Promise<Pick<BystanderReport, 'calm_p99_ms' | 'p99_ms'>> {
    const p99 = await this.#writers.p99();
    const allowed = Math.max(FLOOR_MS, this.#calmP99 * RATIO_MAX);
    if (p99 > allowed)
      this.#findings.add(
        'slow-bystanders',
        `p99 ${p99} ms, calm ${this.#calmP99} ms: above ${Math.round(allowed)} ms`,
      );
    return { calm_p99_ms: this.#calmP99, p99_ms: p99 };
  }

  /** Ends the load, reads everything back and compares it with what was acknowledged. */
  async finish(): Promise<Omit<BystanderReport, 'calm_p99_ms' | 'p99_ms'>> {
    this.#running = false;
    await this.#asking;
    this.#written = await this.#writers.stop();
    await this.readBack();
    return {
      acked: this.#written.reduce((sum, { acked }) => sum + acked.length, 0),
      refused: this.#written.reduce((sum, { refused }) => sum + refused, 0),
      honest_turns: this.#turns,
    };
  }

  async readBack(): Promise<void> {
    const { nodes, credentials } = this.#stage;
    const rest = new Rest(
      nodes.map(({ url }) => url),
      credentials,
    );
    try {
      const { lost, duplicated, gaps } = await readBack(this.#written, rest);
      if (lost + duplicated + gaps > 0)
        this.#findings.add(
          'lost-or-duplicated',
          `${lost} lost, ${duplicated} duplicated, ${gaps} gaps`,
          [],
          'read back',
        );
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      this.#findings.add(
        'lost-or-duplicated',
        `could not be read back: ${detail}`,
        [],
        'no answer',
      );
    }
  }

  async close(): Promise<void> {
    this.#running = false;
    await this.#writers.close();
  }
}
