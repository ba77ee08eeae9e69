import type { Groups } from '../groups/groups.ts';
import type { ClusterDescriptor } from '../membership/cluster-descriptor.ts';
import { type Placement, placementOf } from '../membership/placement.ts';

/** Where the groups should live: over the active nodes, as the registry here has them. */
export class LivePlacement {
  readonly #descriptor: ClusterDescriptor;
  readonly #groups: Pick<Groups, 'system'>;
  #current: Placement;

  constructor(descriptor: ClusterDescriptor, groups: Pick<Groups, 'system'>) {
    this.#descriptor = descriptor;
    this.#groups = groups;
    this.#current = this.#place();
  }

  get current(): Placement {
    return this.#current;
  }

  /** The registry has changed. */
  refresh(): Placement {
    this.#current = this.#place();
    return this.#current;
  }

  #place(): Placement {
    const { groups, replicas } = this.#descriptor;
    const nodes = [...this.#groups.system.registry.nodes.values()].filter(
      ({ state }) => state === 'active',
    );
    return placementOf({ nodes, groups, replicas });
  }
}
