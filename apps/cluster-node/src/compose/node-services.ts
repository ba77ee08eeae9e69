import type { Channel, PeerEvent } from '@fleetlm/raft/mesh';
import { callsAnswered } from '../router/calls-answered.ts';
import { buildServices, type Services } from './build-services.ts';
import type { ServicesOptions } from './services-options.ts';
import { STOP_TIMES } from './stop-times.ts';

/** The services of a node that knows its cluster: started, fed by the mesh, and stopped together. */
export class NodeServices {
  readonly runtime: Services['runtime'];
  readonly topology: Services['topology'];
  readonly #options: Pick<ServicesOptions, 'mesh' | 'storage'>;
  readonly #services: Services;

  constructor(options: ServicesOptions) {
    this.#options = options;
    this.#services = buildServices(options);
    this.runtime = this.#services.runtime;
    this.topology = this.#services.topology;
  }

  /** Opens the groups and begins to work. */
  start(): void {
    const { mesh, storage } = this.#options;
    const { reports, topology, dispatch, flusher, deliveries, gossip, recorder, readiness, blobs } =
      this.#services;
    const { conversationEvents } = this.#services;
    for (const { nodeId } of mesh.connected) reports.connected(nodeId);
    topology.start(new Set(storage.recovered.groups.map(({ key }) => key.group)));
    dispatch.start();
    flusher.start();
    deliveries.start();
    this.#services.budgets.start();
    this.#services.privacyWorker.start();
    conversationEvents.start();
    gossip.start();
    recorder.start();
    blobs.sweeper.start();
    readiness.start(() => topology.caughtUp());
  }

  /** A frame from another node. False: malformed, its connection is to be closed. */
  receive(nodeId: string, channel: Exclude<Channel, 'founding'>, frame: Uint8Array): boolean {
    const { topology, router, gossip } = this.#services;
    switch (channel) {
      case 'raft':
      case 'snapshot':
        return topology.receiveRaft(nodeId, frame);
      case 'request':
        return router.remote.handleRequest(nodeId, frame);
      case 'response':
        return router.remote.handleResponse(nodeId, frame);
      case 'publish':
        return gossip.receive(nodeId, frame);
      default:
        return channel satisfies never;
    }
  }

  meshEvent(event: PeerEvent): void {
    const { reports, topology, router, feed, gossip } = this.#services;
    switch (event.type) {
      case 'peer-up':
        reports.connected(event.identity.nodeId);
        topology.peerUp(event.identity);
        gossip.publish('node-up', null, `${event.identity.nodeId} is connected`);
        return;
      case 'peer-down':
        topology.peerDown(event.nodeId);
        router.remote.peerDown(event.nodeId);
        feed.peerDown(event.nodeId);
        gossip.publish('node-down', null, `${event.nodeId}: ${event.reason}`);
        return;
      case 'peer-refused':
        gossip.publish('peer-refused', null, `${event.nodeId ?? event.address}: ${event.refusal}`);
        return;
      default:
        event satisfies never;
    }
  }

  /** Ends what is under way, hands leaderships over and closes the log; in six seconds. */
  async stop(): Promise<void> {
    const { topology, router, feed, dispatch, flusher, deliveries } = this.#services;
    const { gossip, readiness, recorder, host, blobs } = this.#services;
    const { conversationEvents } = this.#services;
    // New work is refused from now on, and the node is not ready any more.
    readiness.beginStop();
    topology.stop();
    gossip.stop();
    recorder.stop();
    blobs.sweeper.stop();
    this.#services.budgets.stop();
    this.#services.privacyWorker.stop();
    await Promise.all([
      dispatch.stop(STOP_TIMES.answers),
      flusher.stop(STOP_TIMES.flush),
      conversationEvents.stop(STOP_TIMES.events),
      callsAnswered(router, STOP_TIMES.calls),
    ]);
    await Promise.all([
      deliveries.stop(STOP_TIMES.deliveries),
      this.#services.records.close(STOP_TIMES.deliveries),
    ]);
    await new Promise<void>((resolve) => host.stop(STOP_TIMES.handOver, resolve));
    feed.close();
    router.close();
  }
}
