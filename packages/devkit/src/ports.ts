import { createServer } from 'node:net';

/** Every port that the system listens on, all moved together by PORT_BASE. */
export interface Ports {
  readonly web: number;
  readonly nodes: readonly number[];
  readonly mesh: readonly number[];
  readonly agent: number;
  readonly postgres: number;
}

const PORT_BASE_DEFAULT = 3000;
const NODES = 3;

/**
 * Web 3000, nodes 4001-4003, mesh 4101-4103, demo agent 4200, Postgres 54329; with PORT_BASE=5000 web 5000,
 * nodes 5001-5003, mesh 5101-5103, agent 5200, Postgres 5329.
 */
export function portsFrom(portBase: string | undefined): Ports {
  if (portBase === undefined || portBase === '') {
    return layout(PORT_BASE_DEFAULT, PORT_BASE_DEFAULT + 1000, 54329);
  }
  const base = Number(portBase);
  if (!Number.isInteger(base) || base < 1024 || base > 65_000) {
    throw new Error(
      `PORT_BASE must be a whole number from 1024 to 65000 (say 5000); it is "${portBase}"`,
    );
  }
  return layout(base, base, base + 329);
}

function layout(web: number, nodeBase: number, postgres: number): Ports {
  const numbers = Array.from({ length: NODES }, (_, index) => index + 1);
  return {
    web,
    nodes: numbers.map((number) => nodeBase + number),
    mesh: numbers.map((number) => nodeBase + 100 + number),
    agent: nodeBase + 200,
    postgres,
  };
}

/** The names of those parts whose port another process holds. */
export async function portsInUse(ports: Ports): Promise<readonly string[]> {
  const wanted: readonly (readonly [string, number])[] = [
    ['the web app', ports.web],
    ...ports.nodes.map((port, index) => [`node n${index + 1}`, port] as const),
    ...ports.mesh.map((port, index) => [`the mesh of node n${index + 1}`, port] as const),
    ['the demo agent', ports.agent],
    ['Postgres', ports.postgres],
  ];
  const taken: string[] = [];
  for (const [part, port] of wanted) {
    if (!(await isFree(port))) taken.push(`${port} (${part})`);
  }
  return taken;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () =>
      probe.close(() => resolve(true)),
    );
  });
}

/** Below the ports that Linux gives to outgoing connections. */
const PORT_BASES = Array.from({ length: 30 }, (_, at) => 17_000 + at * 400);

/** A PORT_BASE whose ports are free; none of `given`, whose systems may not listen yet. */
export async function freePortBase(given: readonly string[] = []): Promise<string> {
  for (const base of PORT_BASES.map(String))
    if (!given.includes(base) && (await portsInUse(portsFrom(base))).length === 0) return base;
  throw new Error(`No free ports from ${PORT_BASES[0]} to ${PORT_BASES.at(-1)}`);
}
