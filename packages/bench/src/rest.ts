import type { Credentials } from './credentials.ts';

/** A few REST calls with the API key, to any of the nodes. */
export class Rest {
  readonly #targets: readonly string[];
  readonly #apiKey: string;
  #next = 0;

  constructor(targets: readonly string[], credentials: Credentials) {
    this.#targets = targets;
    this.#apiKey = credentials.apiKey;
  }

  /** Throws with the answer's text on anything but 2xx. */
  async call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
    const target = this.#targets[this.#next++ % this.#targets.length] ?? '';
    const response = await fetch(`${target}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }
}

/** CPU seconds and resident megabytes of all nodes, from their own metrics. */
export async function readProcessFigures(
  targets: readonly string[],
): Promise<{ readonly cpuSeconds: number; readonly rssMegabytes: number }> {
  let cpuSeconds = 0;
  let bytes = 0;
  for (const target of targets) {
    const response = await fetch(`${target}/metrics`, { signal: AbortSignal.timeout(5000) });
    const text = await response.text();
    cpuSeconds += metric(text, 'process_cpu_seconds_total', target);
    bytes += metric(text, 'process_resident_memory_bytes', target);
  }
  return { cpuSeconds, rssMegabytes: Math.round(bytes / 1024 / 1024) };
}

/** The sum of a metric over all nodes. */
export async function sumOf(targets: readonly string[], name: string): Promise<number> {
  let sum = 0;
  for (const target of targets) {
    const response = await fetch(`${target}/metrics`, { signal: AbortSignal.timeout(5000) });
    sum += metric(await response.text(), name, target);
  }
  return sum;
}

function metric(text: string, name: string, target: string): number {
  const line = text
    .split('\n')
    .find((candidate) => candidate.startsWith(`${name} `) || candidate.startsWith(`${name}{`));
  const value = Number(line?.split(' ').at(-1));
  if (line === undefined || Number.isNaN(value))
    throw new Error(`${target}/metrics has no ${name}`);
  return value;
}
