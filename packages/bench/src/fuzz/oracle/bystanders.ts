import { userToken } from '../../credentials.ts';
import { Latencies } from '../../latencies.ts';
import { openLoop } from '../../load.ts';
import { Rest } from '../../rest.ts';
import { readBack } from '../../run-bench.ts';
import { pause } from '../../torture/rig/wait-until.ts';
import { BenchUser } from '../../user.ts';
import type { Stage } from '../drive/stage.ts';
import type { Findings } from './findings.ts';

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
  readonly #users: BenchUser[] = [];
  #latencies = new Latencies();
  #calmP99 = 0;
  #running = true;
  #load: Promise<unknown> = Promise.resolve();
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
      bystanders.#users.push(
        new BenchUser({
          userId,
          sessionId: await api.createSession(userId, WRITERS_AGENT, CALL_LIMIT_MS),
          target: nodes[number % nodes.length]?.url ?? '',
          token: await userToken(credentials, userId),
          bytes: TEXT_BYTES,
        }),
      );
    }
    await Promise.all(bystanders.#users.map((user) => user.join()));
    return bystanders;
  }

  /** Begins the load, and measures for a while how it is when nothing else happens. */
  async measureCalm(milliseconds: number): Promise<void> {
    const load = openLoop(
      this.#users,
      RATE,
      () => this.#running,
      (latency) => {
        if (latency !== null) this.#latencies.add(latency);
      },
    );
    this.#load = Promise.all([load, this.#askAgain()]);
    await pause(1_000);
    this.#latencies = new Latencies();
    await pause(milliseconds);
    this.#calmP99 = this.#p99();
    this.#latencies = new Latencies();
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

  #p99(): number {
    const [p99 = 0] = this.#latencies.quantiles([0.99]);
    return Math.round(p99 * 10) / 10;
  }

  /** Takes the p99 of what went on so far; call it when the hostile traffic is over. */
  judge(): Pick<BystanderReport, 'calm_p99_ms' | 'p99_ms'> {
    const p99 = this.#p99();
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
    await this.#load;
    await this.readBack();
    return {
      acked: this.#users.reduce((sum, { acked }) => sum + acked.length, 0),
      refused: this.#users.reduce(
        (sum, { errors }) => sum + [...errors.values()].reduce((all, one) => all + one, 0),
        0,
      ),
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
      const { lost, duplicated, gaps } = await readBack(this.#users, rest);
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

  close(): void {
    this.#running = false;
    for (const user of this.#users) user.close();
  }
}
