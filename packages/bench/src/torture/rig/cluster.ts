import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from '../../credentials.ts';
import { buildDiskShim, type DiskShim } from '../disk/build-shim.ts';
import { DiskControl } from '../disk/disk-control.ts';
import { NodeProcess } from './node-process.ts';
import { findPortRange } from './port-range.ts';
import { PostgresServer } from './postgres-server.ts';
import { TcpProxy } from './tcp-proxy.ts';

const LOOPBACK = '127.0.0.1';

export interface ClusterOptions {
  readonly nodeMain: string;
  readonly nodes: number;
  /** The first so many found the cluster; the others are started by the fault that wants them to join. */
  readonly founders: number;
  /** Whether nodes reach each other through links that can be broken, and in no other way. */
  readonly linked: boolean;
  readonly groups: number;
  readonly flushIntervalMs: number;
  /** Of messages in the memory of a node. */
  readonly hotBytesMax: number;
  /** Disks that can misbehave; they make every write a little slower. */
  readonly withDisks: boolean;
}

/** One node with everything that can be done to it. */
export interface RigNode {
  readonly id: string;
  readonly dataDirectory: string;
  /** Empties its disk, for as long as its process does not run: from then on it is another one under the same name. */
  wipe(): void;
  readonly process: NodeProcess;
  /** Where clients go: through a proxy. */
  readonly clientUrl: string;
  readonly clientLink: TcpProxy;
  /** Where the node itself listens for other nodes, past any link. */
  readonly meshPort: number;
  /** What this node says to each other one: a mesh connection carries what its caller says. */
  readonly meshLinks: ReadonlyMap<string, TcpProxy>;
  /** Null: there is no shim on this machine. */
  readonly disk: DiskControl | null;
}

/** Processes, files, Postgres and links of a run, all of its own. */
export interface RigCluster {
  readonly directory: string;
  readonly credentials: Credentials;
  /** What nodes prove to each other. */
  readonly clusterSecret: string;
  /** All that there may ever be. */
  readonly nodes: readonly RigNode[];
  /** Those that belong to the cluster at the moment, or are on their way in or out. */
  readonly members: readonly RigNode[];
  readonly founders: readonly RigNode[];
  setMember(id: string, isMember: boolean): void;
  readonly postgres: PostgresServer;
  readonly agentPort: number;
  readonly shim: DiskShim;
  /** Ends everything; the files stay when they are to be looked at. */
  close(keepFiles: boolean): Promise<void>;
}

/** Starts Postgres, the links and the nodes, and waits until all are ready. */
export async function startRigCluster(options: ClusterOptions): Promise<RigCluster> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'fleetlm-torture-')));
  mkdirSync(join(directory, 'logs'));
  const ports = new Ports(await findPortRange(2 + options.nodes * (4 + options.nodes)));
  const shim: DiskShim = options.withDisks
    ? buildDiskShim(directory)
    : { available: false, why: 'disks are left alone' };
  const postgres = await PostgresServer.start(join(directory, 'postgres'), ports.next());
  const agentPort = ports.next();
  const credentials = {
    jwtSecret: randomBytes(32).toString('base64url'),
    apiKey: randomBytes(32).toString('base64url'),
  };
  const places = Array.from({ length: options.nodes }, (_, at) => ({
    id: `n${at + 1}`,
    port: ports.next(),
    meshPort: ports.next(),
    nobodysPort: ports.next(),
    isFounder: at < options.founders,
  }));
  // Those who join are known to the others by the one address that they give: one link for all who call them.
  const inbound = new Map<string, TcpProxy>();
  for (const { id, isFounder, meshPort, nobodysPort } of places)
    if (options.linked && !isFounder) inbound.set(id, await TcpProxy.listen(nobodysPort, meshPort));
  const clusterSecret = randomBytes(32).toString('base64url');
  const shared = {
    CLUSTER_SECRET: clusterSecret,
    RAFT_GROUPS: String(options.groups),
    DATABASE_URL: postgres.url,
    FLUSH_INTERVAL_MS: String(options.flushIntervalMs),
    HOT_BYTES_MAX: String(options.hotBytesMax),
    AUTH_JWT_SECRET: credentials.jwtSecret,
    API_KEY: credentials.apiKey,
    WEBHOOK_ALLOW_PRIVATE: 'true',
    LOG_LEVEL: 'info',
  };
  const nodes: RigNode[] = [];
  for (const place of places)
    nodes.push(
      await makeNode({
        place,
        places: place.isFounder ? places.filter(({ isFounder }) => isFounder) : places,
        inbound,
        ports,
        shared,
        directory,
        shim,
        main: options.nodeMain,
        linked: options.linked,
      }),
    );
  const close = async (keepFiles: boolean): Promise<void> => {
    await Promise.all(nodes.map((node) => node.process.close()));
    await Promise.all(
      nodes
        .flatMap((node) => [node.clientLink, ...node.meshLinks.values()])
        .filter((link, at, all) => all.indexOf(link) === at)
        .map((link) => link.close()),
    );
    for (const { disk } of nodes) disk?.close();
    await postgres.close();
    if (!keepFiles) rmSync(directory, { recursive: true, force: true });
  };
  try {
    const founding = nodes.slice(0, options.founders);
    for (const node of founding) node.process.start();
    await Promise.all(founding.map((node) => node.process.ready()));
  } catch (error) {
    await close(true);
    throw error;
  }
  const founders = nodes.slice(0, options.founders);
  const present = new Set(founders.map(({ id }) => id));
  return {
    directory,
    credentials,
    clusterSecret,
    nodes,
    founders,
    get members() {
      return nodes.filter(({ id }) => present.has(id));
    },
    setMember: (id, isMember) => {
      if (isMember) present.add(id);
      else present.delete(id);
    },
    postgres,
    agentPort,
    shim,
    close,
  };
}

class Ports {
  readonly #ports: readonly number[];
  #used = 0;

  constructor(ports: readonly number[]) {
    this.#ports = ports;
  }

  next(): number {
    const port = this.#ports[this.#used];
    if (port === undefined) throw new Error('not enough ports were reserved');
    this.#used += 1;
    return port;
  }
}

interface Place {
  readonly id: string;
  readonly port: number;
  readonly meshPort: number;
  /** What a node of a linked cluster says of itself: nothing listens there; for those who join, the link to them. */
  readonly nobodysPort: number;
  readonly isFounder: boolean;
}

interface NodeParts {
  readonly place: Place;
  readonly places: readonly Place[];
  readonly ports: Ports;
  readonly shared: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly shim: DiskShim;
  readonly main: string;
  readonly linked: boolean;
  readonly inbound: ReadonlyMap<string, TcpProxy>;
}

async function makeNode(parts: NodeParts): Promise<RigNode> {
  const { place, places, ports, shared, directory, shim, main, linked, inbound } = parts;
  const meshLinks = new Map<string, TcpProxy>();
  const peers: string[] = [];
  for (const other of places) {
    let port = other.meshPort;
    const link = inbound.get(other.id);
    if (other.id !== place.id && link !== undefined) {
      port = other.nobodysPort;
      meshLinks.set(other.id, link);
    } else if (linked && other.id !== place.id) {
      port = ports.next();
      meshLinks.set(other.id, await TcpProxy.listen(port, other.meshPort));
    }
    // What a node says of itself is where others may call it as well: past the links, unless nothing is there.
    if (linked && other.id === place.id) port = other.nobodysPort;
    peers.push(`${other.id}=${LOOPBACK}:${port}`);
  }
  for (const [id, link] of inbound) if (id !== place.id) meshLinks.set(id, link);
  const clientPort = ports.next();
  const clientLink = await TcpProxy.listen(clientPort, place.port);
  const dataDirectory = join(directory, place.id);
  const disk = shim.available
    ? new DiskControl(shim.library, join(directory, `${place.id}-disk`), dataDirectory)
    : null;
  const env = {
    ...shared,
    NODE_ID: place.id,
    PORT: String(place.port),
    MESH_PORT: String(place.meshPort),
    CLUSTER_PEERS: peers.join(','),
    DATA_DIR: dataDirectory,
    ...disk?.env,
  };
  const process = new NodeProcess({
    id: place.id,
    main,
    env,
    url: `http://${LOOPBACK}:${place.port}`,
    logFile: join(directory, 'logs', `${place.id}.log`),
  });
  return {
    id: place.id,
    dataDirectory,
    wipe: () => {
      rmSync(dataDirectory, { recursive: true, force: true });
      mkdirSync(dataDirectory, { mode: 0o700 });
      disk?.forget();
      process.newLife();
    },
    process,
    clientUrl: `http://${LOOPBACK}:${clientPort}`,
    clientLink,
    meshPort: place.meshPort,
    meshLinks,
    disk,
  };
}
