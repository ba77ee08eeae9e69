import 'server-only';
import { type ContextAnswer, type ContextOverrides, REST, type Summarize } from '@fleetlm/protocol';
import type { Outcome } from '../../common/outcome.ts';
import { callCluster } from './cluster-api.ts';

/** What agents are sent of conversations; with the rights of the application, so callers check the person. */

const AS = { apiKey: true } as const;

export function getContext(id: string): Promise<Outcome<ContextAnswer>> {
  return callCluster(REST.getContext, { params: { id }, as: AS });
}

export function setContext(
  id: string,
  overrides: ContextOverrides,
): Promise<Outcome<ContextAnswer>> {
  return callCluster(REST.setContext, { params: { id }, body: { overrides }, as: AS });
}

export function summarizeContext(id: string, body: Summarize): Promise<Outcome<ContextAnswer>> {
  return callCluster(REST.summarizeContext, { params: { id }, body, as: AS });
}
