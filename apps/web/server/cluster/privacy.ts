import 'server-only';
import { type LegalHoldBody, type PrivacyOperation, REST } from '@fleetlm/protocol';
import type { Outcome } from '../../common/outcome.ts';
import type { Person } from '../../common/person.ts';
import { callCluster } from './cluster-api.ts';
import { operatorToken } from './operator-request.ts';

/** What is kept of users. What changes something carries the operator's own rights, so that the record has the name. */

const AS = { apiKey: true } as const;

export async function privacyOperations(): Promise<Outcome<readonly PrivacyOperation[]>> {
  const answer = await callCluster(REST.listPrivacyOperations, { as: AS });
  return answer.ok ? { ok: true, value: answer.value.operations } : answer;
}

export async function legalHolds(): Promise<Outcome<readonly LegalHoldBody[]>> {
  const answer = await callCluster(REST.listLegalHolds, { as: AS });
  return answer.ok ? { ok: true, value: answer.value.holds } : answer;
}

export async function eraseUser(person: Person, user_id: string): Promise<Outcome<null>> {
  const body = { kind: 'erase-user', user_id } as const;
  const as = { token: await operatorToken(person) };
  return withoutValue(await callCluster(REST.startPrivacyOperation, { body, as }));
}

/** `reason` null: lifts the hold. */
export async function changeHold(
  person: Person,
  user_id: string,
  reason: string | null,
): Promise<Outcome<null>> {
  const call = { params: { user_id }, as: { token: await operatorToken(person) } };
  return withoutValue(
    reason === null
      ? await callCluster(REST.liftLegalHold, call)
      : await callCluster(REST.placeLegalHold, { ...call, body: { reason } }),
  );
}

function withoutValue(outcome: Outcome<unknown>): Outcome<null> {
  return outcome.ok ? { ok: true, value: null } : outcome;
}
