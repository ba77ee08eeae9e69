import { rmSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type { Part } from './part.ts';

/** What can be done to one part of a running system, from another terminal (`npm run part`). */
export const ACTIONS = ['status', 'start', 'stop', 'kill', 'pause', 'resume'] as const;
export type Action = (typeof ACTIONS)[number];

const COMMAND_BYTES_MAX = 256;

export function controlSocketOf(dataDirectory: string): string {
  return join(dataDirectory, 'control.sock');
}

/** Listens for lines `<action> <part>`, answers with one line each. */
export function listenForControl(dataDirectory: string, parts: ReadonlyMap<string, Part>): Server {
  const path = controlSocketOf(dataDirectory);
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    let received = '';
    socket.setEncoding('utf8');
    socket.on('error', () => socket.destroy());
    socket.on('data', (text: string) => {
      received += text;
      if (received.length > COMMAND_BYTES_MAX) socket.destroy();
      const end = received.indexOf('\n');
      if (end < 0) return;
      perform(received.slice(0, end), parts).then(
        (answer) => socket.end(`${answer}\n`),
        (error: unknown) => socket.end(`failed: ${String(error)}\n`),
      );
    });
  });
  server.listen(path);
  return server;
}

async function perform(line: string, parts: ReadonlyMap<string, Part>): Promise<string> {
  const [action = '', name = ''] = line.trim().split(' ');
  if (action === 'status') {
    return [...parts.values()]
      .map(
        (part) => `${part.name} ${part.pid === null ? 'stopped' : `running, process ${part.pid}`}`,
      )
      .join('\n');
  }
  const part = parts.get(name);
  if (part === undefined)
    return `failed: no part "${name}"; there are ${[...parts.keys()].join(', ')}`;
  switch (action) {
    case 'start':
      part.start();
      return `${name} started, process ${part.pid}`;
    case 'stop':
      await part.stop(10_000);
      return `${name} stopped`;
    case 'kill':
      await part.kill();
      return `${name} killed`;
    case 'pause':
    case 'resume':
      if (!part[action]()) return `failed: ${name} does not run`;
      return `${name} ${action}d`;
    default:
      return `failed: no action "${action}"; there are ${ACTIONS.join(', ')}`;
  }
}

/** Sends one command to the running system; rejects when none runs on this data directory. */
export function control(dataDirectory: string, action: Action, part: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(controlSocketOf(dataDirectory));
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(`${action} ${part}\n`));
    socket.on('data', (text: string) => {
      answer += text;
    });
    socket.on('error', (error) =>
      reject(
        new Error(`No system runs on ${dataDirectory} (${error.message}); start it with npm start`),
      ),
    );
    socket.on('close', () => {
      if (answer === '') return;
      if (answer.startsWith('failed: ')) reject(new Error(answer.trim().slice('failed: '.length)));
      else resolve(answer.trim());
    });
  });
}
