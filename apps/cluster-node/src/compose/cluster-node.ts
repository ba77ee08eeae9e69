import { randomInt, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { nodeClock } from '@fleetlm/raft/host';
import { type Mesh, type MeshEvent, type NodeIdentity, openTcpMesh } from '@fleetlm/raft/mesh';
import { crc32c } from '@fleetlm/raft/wal';
import { LocalBlobs } from '../blobs/local-blobs.ts';
import {
  ConfigurationError,
  type Environment,
  ownAddress,
  ownDomains,
} from '../config/environment.ts';
import { ClusterEntry } from '../control/cluster-entry.ts';
import { type DataDirectory, openDataDirectory } from '../control/data-directory.ts';
import { Discovery, dnsResolve } from '../control/discovery.ts';
import { IdentityVerifier } from '../gateway/access/identity.ts';
import { CONNECTION_TIMES, type HttpListener, listenHttp } from '../gateway/http-listener.ts';
import { type OpenGateway, openGateway } from '../gateway/open-gateway.ts';
import { LostLogError, openStorage, type Storage } from '../groups/storage.ts';
import { MESH_FRAME_BYTES_MAX, MESH_QUEUE_BYTES_MAX } from '../limits.ts';
import type { LiveDescriptor } from '../membership/cluster-descriptor.ts';
import { SYSTEM_GROUP } from '../membership/placement.ts';
import { LogLevelControl } from '../ops/log-level.ts';
import { type OpsServer, openOpsServer } from '../ops/ops-server.ts';
import { Profiler } from '../ops/profiler.ts';
import { ServiceManager } from '../ops/service-manager.ts';
import { AgentSecrets } from '../runtime/agent-secrets.ts';
import type { ReadinessState } from '../runtime/runtime-api.ts';
import { SecretBox } from '../runtime/secret-box.ts';
import { inComponent } from '../telemetry/component-turns.ts';
import { watchEventLoopDelay } from '../telemetry/event-loop-delay.ts';
import { Faults } from '../telemetry/faults.ts';
import { guarded } from '../telemetry/guarded.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { Certificate, meshNet } from './certificates.ts';
import { guardedClock } from './guarded-clock.ts';
import { NodeServices } from './node-services.ts';
import type { ServicesOptions } from './services-options.ts';

export interface ClusterNodeOptions {
  readonly environment: Environment;
  readonly log: Logger;
  readonly version: string;
  readonly onFatal: ServicesOptions['onFatal'];
  /** The node can't go on as it is configured: exit code 78. */
  readonly onRefused: (detail: string) => void;
  /** Something broke while it became a member: exit code 70. */
  readonly onFailure: (error: unknown) => void;
}

/** One process of the cluster, from the open port to the closed log. */
export class ClusterNode {
  readonly #options: ClusterNodeOptions;
  readonly #directory: DataDirectory;
  readonly #http: HttpListener;
  readonly #metrics: Metrics;
  readonly #faults: Faults;
  readonly #eventLoop = watchEventLoopDelay(({ component, ms }) => {
    this.#metrics.eventLoopBlocks.inc({ component });
    this.#options.log.warn({ component, ms: Math.round(ms) }, 'event loop: turn above the limit');
  });
  readonly #serviceManager: ServiceManager | null;
  #ops: OpsServer | null = null;
  #mesh: Mesh | null = null;
  #entry: ClusterEntry | null = null;
  #discovery: Discovery | null = null;
  #services: NodeServices | null = null;
  #gateway: OpenGateway | null = null;
  #stopped = false;

  readonly #certificates: Certificates;

  private constructor(
    options: ClusterNodeOptions,
    directory: DataDirectory,
    http: HttpListener,
    metrics: Metrics,
    certificates: Certificates,
  ) {
    this.#options = options;
    this.#directory = directory;
    this.#http = http;
    this.#metrics = metrics;
    this.#certificates = certificates;
    this.#faults = new Faults({ metrics, log: options.log });
    metrics.observe(
      'fleetlm_ready',
      'Whether clients may be sent to this node (1) or not (0)',
      () => (this.#readiness().ready ? 1 : 0),
    );
    this.#serviceManager = ServiceManager.start({
      env: process.env,
      readiness: () => this.#readiness(),
      monotonicMs: () => performance.now(),
      log: options.log,
    });
  }

  /**
   * Resolves when the ports are open; the node becomes ready once it is a member and its groups have leaders.
   * Rejects with ConfigurationError, DirectoryInUseError, ForeignDirectoryError, or what the disk says.
   */
  static async start(options: ClusterNodeOptions): Promise<ClusterNode> {
    const { environment } = options;
    const certificates = certificatesOf(options);
    const directory = await openDataDirectory(environment.dataDirectory, environment.nodeId);
    const waiting: { for: () => readonly string[] } = { for: () => [STARTING] };
    const metrics = createMetrics();
    const http = await listenHttp({
      ...environment.http,
      certificate: certificates.public,
      waitingFor: () => waiting.for(),
      limits: {
        ...CONNECTION_TIMES,
        addressConnections: environment.quotas.addressConnections,
        trustedProxies: environment.trustedProxies,
        refused: () => metrics.quotaRefusals.inc({ scope: 'address', resource: 'connections' }),
      },
    }).catch((error: unknown) => {
      throw portError('PORT', environment.http, error);
    });
    const node = new ClusterNode(options, directory, http, metrics, certificates);
    observeCertificates(metrics, certificates);
    waiting.for = () => node.#waitingFor();
    await node.#openOps();
    await node.#openMesh();
    return node;
  }

  async #openOps(): Promise<void> {
    const { environment, log } = this.#options;
    const { ops, nodeId, logLevel } = environment;
    if (ops === null) return;
    this.#ops = await openOpsServer(ops, {
      nodeId,
      readiness: () => this.#readiness(),
      metrics: this.#metrics,
      identities: new IdentityVerifier({ ...environment, wallClockMs: Date.now }),
      logLevel: new LogLevelControl(log, logLevel, Date.now),
      profiler: new Profiler(),
    }).catch((error: unknown) => {
      throw portError('OPS_PORT', ops, error);
    });
  }

  async #openMesh(): Promise<void> {
    const { environment, log } = this.#options;
    const { descriptor } = this.#directory;
    const bootNonce = randomUUID();
    const entry = this.#createEntry(bootNonce);
    this.#entry = entry;
    this.#mesh = await new Promise<Mesh>((resolve, reject) =>
      openTcpMesh(
        {
          ...environment.mesh,
          identity: this.#identity(bootNonce, descriptor?.clusterId ?? null),
          peers: environment.peers.filter(({ nodeId }) => nodeId !== environment.nodeId),
          frameBytesMax: MESH_FRAME_BYTES_MAX,
          queueBytesMax: MESH_QUEUE_BYTES_MAX,
          random: (bound) => randomInt(bound),
          admit: (identity) => entry.admit(identity),
          onFrame: (nodeId, channel, frame) =>
            inComponent('mesh', () => {
              if (channel === 'founding') return entry.handleFrame(nodeId, frame);
              return this.#services?.receive(nodeId, channel, frame) ?? true;
            }),
          onEvent: guarded('mesh', (event) => this.#meshEvent(entry, event)),
        },
        {
          net: meshNet(environment, this.#certificates.mesh, log),
          clock: guardedClock(nodeClock),
          crc32c,
        },
        (result) => {
          if (result.ok) resolve(result.mesh);
          else reject(portError('MESH_PORT', environment.mesh, result.detail));
        },
      ),
    );
    log.info({ ...environment.mesh, directory: this.#directory.path }, 'mesh: listening');
    entry.start();
    this.#discover(this.#mesh);
  }

  #discover(mesh: Mesh): void {
    const { environment, log } = this.#options;
    if (environment.discovery === null) return;
    const { name, port, server } = environment.discovery;
    this.#discovery = new Discovery({
      name,
      port: port ?? environment.mesh.port,
      resolve: dnsResolve(server),
      mesh,
      log,
      monotonicMs: () => performance.now(),
    });
    this.#discovery.start();
  }

  #meshEvent(entry: ClusterEntry, event: MeshEvent): void {
    switch (event.type) {
      case 'handler-failed':
        this.#faults.handler('mesh', event.error);
        return;
      case 'frame-refused':
        this.#options.log.error(event, 'mesh: frame not sent: larger than a peer accepts');
        this.#metrics.handlerErrors.inc({ source: 'mesh' });
        return;
      case 'peer-up':
      case 'peer-down':
      case 'peer-refused':
        entry.handleEvent(event);
        this.#services?.meshEvent(event);
        return;
      default:
        event satisfies never;
    }
  }

  #identity(bootNonce: string, clusterId: string | null): NodeIdentity {
    const { incarnation } = this.#directory;
    const { environment } = this.#options;
    const address = ownAddress(environment);
    return { nodeId: environment.nodeId, incarnation, bootNonce, clusterId, address };
  }

  #createEntry(bootNonce: string): ClusterEntry {
    const { environment, log, onRefused, onFailure } = this.#options;
    return new ClusterEntry({
      nodeId: environment.nodeId,
      incarnation: this.#directory.incarnation,
      peers: environment.peers,
      groups: environment.raftGroups,
      replicas: environment.raftReplicas,
      descriptor: this.#directory.descriptor,
      save: (descriptor) => this.#directory.saveDescriptor(descriptor),
      newClusterId: randomUUID,
      send: (nodeId, frame) => this.#mesh?.send(nodeId, 'founding', frame) ?? false,
      onMember: (descriptor) => {
        this.#mesh?.setIdentity(this.#identity(bootNonce, descriptor.clusterId));
        this.#join(descriptor).catch(onFailure);
      },
      address: ownAddress(environment),
      domains: ownDomains(environment),
      admit: (request, done) => {
        if (this.#services === null) done(NOT_YET);
        else this.#services.topology.admit(request, done);
      },
      isGone: (incarnation) => this.#services?.topology.isGone(incarnation) ?? false,
      onRefused,
      onFailure,
      log,
    });
  }

  async #join(descriptor: LiveDescriptor): Promise<void> {
    const { environment, log, version, onFatal } = this.#options;
    const mesh = this.#mesh;
    if (mesh === null) throw new Error('the mesh is not open');
    const { clusterId } = descriptor;
    const identity = { clusterId, nodeId: environment.nodeId };
    const storage = await openStorage(this.#directory.path, identity, onFatal);
    if (storage.recovered.tornBytes > 0)
      log.info(
        { bytes: storage.recovered.tornBytes },
        'wal: unfinished write removed from the end of the log',
      );
    await this.#checkLog(storage);
    const passphrases = await this.#passphrases();
    const services = new NodeServices({
      environment,
      secrets: new AgentSecrets(new SecretBox(passphrases), Date.now),
      linkKeys: passphrases,
      blobs: await LocalBlobs.open(join(this.#directory.path, 'blobs'), (error) =>
        this.#faults.report(error),
      ),
      descriptor,
      dataDirectory: this.#directory,
      nonVotingBelow: await this.#directory.nonVotingBelow(),
      nodesChanged: () => this.#entry?.nodesChanged(),
      storage,
      mesh,
      metrics: this.#metrics,
      faults: this.#faults,
      eventLoop: this.#eventLoop,
      log,
      version,
      onFatal,
    });
    this.#services = services;
    services.start();
    this.#gateway = await openGateway(this.#http, {
      runtime: services.runtime,
      environment,
      metrics: this.#metrics,
      log,
    });
    log.info({ cluster: clusterId, ...environment.http }, 'node: serving');
  }

  /** A log that was in use and is empty has forgotten what it acknowledged: this is another node now. */
  async #checkLog({ recovered }: Storage): Promise<void> {
    const hasSystem = recovered.groups.some(({ key }) => key.group === SYSTEM_GROUP);
    if (hasSystem || !(await this.#directory.wasOpened())) return;
    await this.#directory.forget();
    throw new LostLogError(this.#directory.path);
  }

  /** A single node may have no secret that a cluster shares: then it keeps a key with its data. */
  async #passphrases(): Promise<readonly [string, ...string[]]> {
    const { secretKeys, clusterSecret } = this.#options.environment;
    const own = await this.#directory.secretKey();
    const [first, ...others] = [...secretKeys, clusterSecret, own].filter((key) => key !== null);
    return [first ?? (await this.#directory.makeSecretKey()), ...others];
  }

  #readiness(): ReadinessState {
    return (
      this.#services?.runtime.readiness() ?? {
        ready: false,
        reasons: this.#waitingFor(),
        degraded: [],
      }
    );
  }

  #waitingFor(): readonly string[] {
    const entry = this.#entry;
    if (entry === null) return [STARTING];
    const joining = entry.admissionStatus;
    if (joining !== null) return [joining];
    if (entry.descriptor !== null) return ['the log is being read'];
    const { peers, nodeId } = this.#options.environment;
    const missing = peers
      .map((peer) => peer.nodeId)
      .filter((id) => id !== nodeId && this.#mesh?.isConnected(id) !== true);
    return [
      missing.length > 0
        ? `no cluster is known yet; waiting for ${missing.join(', ')}`
        : 'the cluster is being founded',
    ];
  }

  /** Stops gracefully: what is under way ends, leaderships are handed over, the log is closed. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    const { log } = this.#options;
    log.info('node: stopping');
    this.#serviceManager?.stopping();
    this.#entry?.close();
    this.#discovery?.stop();
    this.#certificates.mesh?.stop();
    this.#certificates.public?.stop();
    await this.#services?.stop();
    await this.#gateway?.close();
    const mesh = this.#mesh;
    if (mesh !== null) await new Promise<void>((resolve) => mesh.close(resolve));
    this.#http.server.closeAllConnections();
    this.#ops?.close();
    this.#eventLoop.stop();
    log.info('node: stopped');
  }
}

const STARTING = 'the node is starting';

interface Certificates {
  /** Null: nodes prove the cluster's secret to each other, or nothing. */
  readonly mesh: Certificate | null;
  /** Null: plain HTTP. */
  readonly public: Certificate | null;
}

/** Throws a ConfigurationError. */
function certificatesOf({ environment, log }: ClusterNodeOptions): Certificates {
  const { meshCertificate, publicCertificate } = environment;
  return {
    mesh:
      meshCertificate === null
        ? null
        : new Certificate({ variable: 'MESH_TLS_CERT', paths: meshCertificate, log }),
    public:
      publicCertificate === null
        ? null
        : new Certificate({ variable: 'TLS_CERT', paths: publicCertificate, log }),
  };
}

function observeCertificates(metrics: Metrics, certificates: Certificates): void {
  metrics.observe(
    'fleetlm_mesh_certificate_expiry_timestamp_seconds',
    'When the certificate of MESH_TLS_CERT ends, in seconds since 1970',
    () => certificates.mesh?.expiresAtS ?? null,
  );
  metrics.observe(
    'fleetlm_public_certificate_expiry_timestamp_seconds',
    'When the certificate of TLS_CERT ends, in seconds since 1970',
    () => certificates.public?.expiresAtS ?? null,
  );
}

const NOT_YET = {
  ok: false,
  isFinal: false,
  detail: 'the node that was asked is starting',
} as const;

function portError(
  variable: 'PORT' | 'OPS_PORT' | 'MESH_PORT',
  { host, port }: { readonly host: string; readonly port: number },
  cause: unknown,
): ConfigurationError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new ConfigurationError(
    `${variable}: cannot listen on ${host}:${port} (${detail}). Stop whatever uses the port, or set ${variable} to another one.`,
  );
}
