import { expect } from '@playwright/test';
import type { RunningSystem } from './system.ts';

interface Operation {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
}
interface Answer {
  readonly status: number;
  readonly body: {
    readonly code?: string;
    readonly detail?: string;
    readonly operation?: Operation;
    readonly operations?: readonly Operation[];
    readonly groups?: readonly { readonly group: number; readonly leader: string | null }[];
    readonly nodes?: readonly { readonly node_id: string; readonly membership?: string }[];
  };
}

/** What an operator asks of the cluster by its interface, through n2. */
export class Operator {
  readonly #system: RunningSystem;

  constructor(system: RunningSystem) {
    this.#system = system;
  }

  begin(request: {
    readonly kind: string;
    readonly node_id?: string;
    readonly group?: number;
  }): Promise<Answer> {
    return this.#call('POST', '/api/admin/operations', request);
  }

  /** Waits until a node other than this one leads the group. */
  async isLedByAnother(group: number, nodeId: string): Promise<void> {
    await expect
      .poll(
        async () => {
          const { groups = [] } = (await this.#call('GET', '/api/admin/cluster')).body;
          const leader = groups.find((one) => one.group === group)?.leader ?? null;
          return leader !== null && leader !== nodeId;
        },
        { timeout: 30_000 },
      )
      .toBe(true);
  }

  /** Waits until it is no longer running. */
  async ended(id: string, timeoutMs: number): Promise<void> {
    await expect
      .poll(
        async () => (await this.#call('GET', `/api/admin/operations/${id}`)).body.operation?.state,
        { timeout: timeoutMs },
      )
      .not.toMatch(/running/);
  }

  /** Whatever a journey left behind: operations that run are cancelled, nodes that were drained are taken back. */
  async undoAll(timeoutMs: number): Promise<void> {
    const { operations = [] } = (await this.#call('GET', '/api/admin/operations')).body;
    for (const { id, state, kind } of operations)
      if (state === 'running' && kind !== 'undrain')
        await this.#call('POST', `/api/admin/operations/${id}/cancel`);
    const { nodes = [] } = (await this.#call('GET', '/api/admin/cluster')).body;
    for (const { node_id, membership } of nodes)
      if (membership === 'draining') await this.begin({ kind: 'undrain', node_id });
    await expect
      .poll(
        async () => {
          const { body } = await this.#call('GET', '/api/admin/operations');
          return body.operations?.filter(({ state }) => state === 'running');
        },
        { timeout: timeoutMs },
      )
      .toEqual([]);
  }

  async #call(method: string, path: string, body?: object): Promise<Answer> {
    const { nodeUrls, secrets } = this.#system;
    const response = await fetch(`${nodeUrls[1]}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${secrets.apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }
}
