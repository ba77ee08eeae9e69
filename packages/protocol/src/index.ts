export * from './admin.ts';
export * from './agents/agent-fields.ts';
export * from './agents/agent-stats.ts';
export * from './agents/agent-tests.ts';
export * from './agents/agents.ts';
export * from './agents/dead-letters.ts';
export * from './agents/deliveries.ts';
export * from './agents/usage.ts';
export { DOWNLOAD_PATH, UPLOAD_PATH } from './contract/blob-routes.ts';
export * from './contract/rest-routes.ts';
export * from './contract/route.ts';
export { IDEMPOTENCY_HEADER, SDK_VERSION_HEADER } from './contract/route-parts.ts';
export * from './contract/socket-table.ts';
export * from './errors/error-schemas.ts';
export * from './events/event-subscriptions.ts';
export * from './events/events.ts';
export * from './ids.ts';
export * from './metrics.ts';
export * from './operations.ts';
export { shortArray } from './parse/bounded-array.ts';
export { isStorable, type JsonObject, type JsonValue, jsonObject } from './parse/json-object.ts';
export { fieldErrors, type Parsed, parse } from './parse/parse.ts';
export * from './plain.ts';
export * from './privacy.ts';
export * from './sessions/ag-ui.ts';
export * from './sessions/blobs.ts';
export * from './sessions/chat.ts';
export * from './sessions/completions.ts';
export * from './sessions/context.ts';
export * from './sessions/event-feeds.ts';
export * from './sessions/feedback.ts';
export * from './sessions/mcp.ts';
export * from './sessions/messages.ts';
export * from './sessions/search.ts';
export * from './sessions/sessions.ts';
export * from './sessions/socket-events.ts';
export {
  checkContent,
  isMessagePart,
  type MessagePart,
  TEXT_KIND,
} from './sessions/text-content.ts';
export * from './ui-message-chunks.ts';
export * from './webhook.ts';
