import type { ConfChangeRefusal, ProposalRefusal } from '../core/index.ts';
import type { RefusedProposal } from './host-api.ts';

/** A reason that a change of the configuration shares with every other proposal. */
export function isCoreRefusal(
  reason: ProposalRefusal | ConfChangeRefusal,
): reason is ProposalRefusal {
  switch (reason) {
    case 'not-leader':
    case 'removed':
    case 'transferring':
    case 'uncommitted-limit':
      return true;
    default:
      return false;
  }
}

/** What the core refuses, as the host answers its callers. */
export function refusalOf(reason: ProposalRefusal): RefusedProposal['reason'] {
  switch (reason) {
    case 'not-leader':
    case 'removed':
      return 'not-leader';
    case 'transferring':
      return 'transferring';
    case 'uncommitted-limit':
      return 'overloaded';
  }
}
