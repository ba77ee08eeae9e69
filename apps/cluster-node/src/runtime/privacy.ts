import type { Failure } from '@fleetlm/protocol';
import { ulid } from 'ulid';
import type { PrivacyRecord, PrivacyStore } from '../effects/records/index.ts';
import { isHeld, type LegalHold } from '../membership/legal-holds.ts';
import { type OperationError, resultOf } from '../operations/operation-errors.ts';
import type { Result } from '../outcome.ts';
import type { Router } from '../router/router.ts';

export type { LegalHold } from '../membership/legal-holds.ts';

/** What is done with the data of users, and what must not be. */
export interface PrivacyRuntime {
  eraseUser(
    userId: string,
    by: string,
  ): Promise<Result<PrivacyRecord, 'conflict' | 'archive_unavailable'>>;
  /** That everything of a user was asked for goes on record before it is given out. */
  recordExport(userId: string, by: string): Promise<Result<null, 'archive_unavailable'>>;
  list(): Promise<Result<readonly PrivacyRecord[], 'archive_unavailable'>>;
  get(id: string): Promise<Result<PrivacyRecord | null, 'archive_unavailable'>>;
  /** Newest first, lifted ones included. */
  holds(): readonly LegalHold[];
  /** `reason` null: lifts it. */
  changeHold(
    userId: string,
    reason: string | null,
    by: string,
  ): Promise<Result<null, OperationError<'change-hold'>>>;
}

export interface PrivacyPorts {
  readonly store: PrivacyStore;
  readonly router: Pick<Router, 'request'>;
  readonly holds: () => readonly LegalHold[];
}

export class NodePrivacy implements PrivacyRuntime {
  readonly #ports: PrivacyPorts;

  constructor(ports: PrivacyPorts) {
    this.#ports = ports;
  }

  async eraseUser(userId: string, by: string): ReturnType<PrivacyRuntime['eraseUser']> {
    if (isHeld(this.#ports.holds(), userId))
      return { ok: false, error: conflict('the data of this user is on legal hold') };
    const record = { id: ulid(), kind: 'erase-user', subject: userId, requestedBy: by } as const;
    const begun = await this.#ports.store.begin(record);
    if (!begun.ok) return begun;
    return begun.value === null
      ? { ok: false, error: conflict('the data of this user is being erased already') }
      : { ok: true, value: begun.value };
  }

  async recordExport(userId: string, by: string): ReturnType<PrivacyRuntime['recordExport']> {
    const record = { id: ulid(), kind: 'export-user', subject: userId, requestedBy: by } as const;
    const added = await this.#ports.store.add(record);
    return added.ok ? { ok: true, value: null } : added;
  }

  list(): ReturnType<PrivacyRuntime['list']> {
    return this.#ports.store.list();
  }

  get(id: string): ReturnType<PrivacyRuntime['get']> {
    return this.#ports.store.get(id);
  }

  holds(): readonly LegalHold[] {
    return this.#ports.holds().toReversed();
  }

  async changeHold(
    userId: string,
    reason: string | null,
    by: string,
  ): ReturnType<PrivacyRuntime['changeHold']> {
    const outcome = await this.#ports.router.request({ type: 'change-hold', userId, reason, by });
    return resultOf('change-hold', outcome);
  }
}

function conflict(detail: string): Failure<'conflict'> {
  return { code: 'conflict', detail };
}
