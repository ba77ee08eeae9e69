import { randomBytes } from 'node:crypto';
import type { AgentRecord } from '../membership/agent-record.ts';
import { isSealed, type SecretBox, SecretUnreadableError } from './secret-box.ts';

const SECRET_BYTES = 32;

/** A signing secret as Standard Webhooks writes it. */
export function newSigningSecret(): string {
  return written(randomBytes(SECRET_BYTES));
}

function written(secret: Uint8Array): string {
  return `whsec_${Buffer.from(secret).toString('base64')}`;
}

/** The signing secrets of agents: sealed everywhere but in the moment in which something is signed. */
export class AgentSecrets {
  readonly #box: SecretBox;
  readonly #wallClockMs: () => number;

  constructor(box: SecretBox, wallClockMs: () => number) {
    this.#box = box;
    this.#wallClockMs = wallClockMs;
  }

  seal(agentId: string, secret: string): string {
    return isSealed(secret) ? secret : this.#box.seal(secret, agentId);
  }

  sealKey(agentId: string, apiKey: string): string {
    return this.#box.seal(apiKey, keyOf(agentId));
  }

  /** The agent with its API key in the clear, as a call needs it. Null: no key of this node decrypts it. */
  withKey<A extends Pick<AgentRecord, 'id' | 'apiKey'>>(agent: A): A | null {
    if (agent.apiKey === null) return agent;
    try {
      return { ...agent, apiKey: this.#box.open(agent.apiKey, keyOf(agent.id)) };
    } catch (error) {
      if (error instanceof SecretUnreadableError) return null;
      throw error;
    }
  }

  /** The signing secret of what is created under a key of the caller: the same one each time. */
  derived(from: readonly string[]): string {
    return written(this.#box.derive(JSON.stringify(from)));
  }

  /** In the clear: the newest, and the one before it while both are in force. Null: no key of this node opens them. */
  signing(
    agent: Pick<AgentRecord, 'id' | 'secret' | 'previousSecret'>,
  ): readonly [string, ...string[]] | null {
    const { id, secret, previousSecret } = agent;
    try {
      const newest = this.#box.open(secret, id);
      if (previousSecret === null || previousSecret.untilMs <= this.#wallClockMs()) return [newest];
      return [newest, this.#box.open(previousSecret.secret, id)];
    } catch (error) {
      if (error instanceof SecretUnreadableError) return null;
      throw error;
    }
  }
}

function keyOf(agentId: string): string {
  return `${agentId} api key`;
}
