import { AGENT_ROUTES } from './agent-routes.ts';
import { BLOB_ROUTES } from './blob-routes.ts';
import { CHAT_ROUTES } from './chat-routes.ts';
import { CONTEXT_ROUTES } from './context-routes.ts';
import { DELIVERY_ROUTES } from './delivery-routes.ts';
import { EVENT_ROUTES } from './event-routes.ts';
import { FEEDBACK_ROUTES } from './feedback-routes.ts';
import { HEALTH_ROUTES } from './health-routes.ts';
import { MCP_ROUTES } from './mcp-routes.ts';
import { METRICS_ROUTES, OPERATION_ROUTES, OPERATOR_ROUTES } from './operation-routes.ts';
import { OUTWARD_ROUTES } from './outward-routes.ts';
import { PRIVACY_ROUTES } from './privacy-routes.ts';
import type { AnswerOf, BodyInputOf, ErrorsOf, RestRoute } from './route.ts';
import { ANSWER_ROUTES, FEED_ROUTES, MESSAGE_ROUTES, SESSION_ROUTES } from './session-routes.ts';
import { USAGE_ROUTES } from './usage-routes.ts';

/** Every call that a node answers, by name; in the order of the reference. */
export const REST = {
  ...SESSION_ROUTES,
  ...MESSAGE_ROUTES,
  ...ANSWER_ROUTES,
  ...BLOB_ROUTES,
  ...FEEDBACK_ROUTES,
  ...CONTEXT_ROUTES,
  ...FEED_ROUTES,
  ...CHAT_ROUTES,
  ...OUTWARD_ROUTES,
  ...MCP_ROUTES,
  ...AGENT_ROUTES,
  ...USAGE_ROUTES,
  ...DELIVERY_ROUTES,
  ...EVENT_ROUTES,
  ...OPERATOR_ROUTES,
  ...OPERATION_ROUTES,
  ...PRIVACY_ROUTES,
  ...METRICS_ROUTES,
  ...HEALTH_ROUTES,
} as const satisfies Readonly<Record<string, RestRoute>>;

/** The table of routes as a type. */
export type Rest = typeof REST;
/** The name of a route, and of its handler. */
export type RestName = keyof Rest;

/** The same as a list, in the order of the reference. */
export const REST_ROUTES: readonly RestRoute[] = Object.values(REST);

/** `RestAnswer<'listSessions'>`: the body that the call is answered with. */
export type RestAnswerOf<N extends RestName> = AnswerOf<Rest[N]>;
/** The body that a caller sends. */
export type RestBodyOf<N extends RestName> = BodyInputOf<Rest[N]>;
/** The codes of the errors that the call is answered with. */
export type RestErrorOf<N extends RestName> = ErrorsOf<Rest[N]>;
