import { createServer, type Server } from 'node:http';
import { expect } from '@playwright/test';
import { unique } from './accounts.ts';
import type { RunningSystem } from './system.ts';

/** An agent of one journey alone: a web server that answers every call with the same text, or fails. */
export class StubAgent {
  readonly id: string;
  readonly name: string;
  /** The text of every answer; null: it answers with status 500. */
  words: string | null = 'Hello from the agent';
  #server: Server;
  #url = '';

  constructor(name: string) {
    const suffix = unique();
    this.id = `${name.toLowerCase()}-${suffix}`;
    this.name = `${name} ${suffix}`;
    this.#server = createServer((request, response) => {
      request.resume();
      if (this.words === null) {
        response.writeHead(500).end('{"oops":true}');
        return;
      }
      const chunks = [
        { type: 'start' },
        { type: 'text-start', id: '1' },
        { type: 'text-delta', id: '1', delta: this.words },
        { type: 'text-end', id: '1' },
        { type: 'finish' },
      ];
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join(''));
    });
  }

  get url(): string {
    return this.#url;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    this.#url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  }

  /** As its owner would, by the cluster's interface. */
  async register({ nodeUrls, secrets }: RunningSystem): Promise<void> {
    const response = await fetch(`${nodeUrls[0]}/api/agents`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${secrets.apiKey}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ agent: { id: this.id, name: this.name, origin_url: this.#url } }),
    });
    expect(response.status, await response.text()).toBe(201);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
