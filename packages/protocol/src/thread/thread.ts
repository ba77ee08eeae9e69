import { type JsonObject, stringField } from '../ui-stream/fields.ts';
import { MovedPlaces, NamedMessages, namesOf } from './named-messages.ts';
import { answeredParts, toolAnswersOf } from './tool-answers.ts';

/** The user asks for another answer; `content.supersedes` is the id of the one that is left behind. */
export const REGENERATE_KIND = 'regenerate';
/** The user answers what a tool call asked: approvals, and outputs of tools that run on the user's side. */
export const TOOL_RESPONSE_KIND = 'tool-response';

/** The agent's side changes what the agent is sent: `content.compaction` is a summary that stands for the messages before it. */
export const CONTEXT_KIND = 'context-change';

/** Stands for a number that was lost with a message before the cluster was restored from its archive. */
const VOID_KIND = 'void';

/** Kinds of entries that say something about other messages and are none themselves. */
export function isControlKind(kind: string): boolean {
  return kind === REGENERATE_KIND || kind === TOOL_RESPONSE_KIND || kind === CONTEXT_KIND;
}

/** What a thread needs to know of a message of the log. */
export interface LogMessage {
  readonly id: string;
  readonly kind: string;
  readonly content: JsonObject;
  readonly metadata: JsonObject;
}

/** What `threadOf` makes of a log. */
export interface Thread<M extends LogMessage> {
  /** In the order of the conversation; a message that was continued stands in its old place, with all its parts. */
  readonly messages: readonly M[];
  /** Messages of the log that are not in it any more: edited, asked for again, or continued. */
  readonly superseded: readonly M[];
  /** The log from an older message on is needed to be sure of it: something named is not in here. */
  readonly needsOlder: boolean;
}

/**
 * The conversation that the append-only log stands for. The log keeps every word; what users and agents continue from is
 * the newest branch of it:
 * - a message with `metadata.supersedes` takes the place of the one that it names, and nothing behind that one stays;
 * - an entry of the kind `regenerate` takes away the answer that it names and everything behind it;
 * - an entry of the kind `tool-response` changes the tool parts of the message that it names;
 * - an entry of the kind `context-change` is none of its messages;
 * - a message with `metadata.continues` has all parts of the message that it names and stands in its place.
 * Names are ids of the log, or `metadata.client_message_id` of a user's own message.
 *
 * `isWhole`: the log is here from its first message on; else it is some of its newest messages, without a gap.
 */
export function threadOf<M extends LogMessage>(
  log: readonly M[],
  { isWhole }: { readonly isWhole: boolean },
): Thread<M> {
  const messages = new NamedMessages<M>();
  const gone: M[] = [];
  /** The newest of a name that is gone, and where it was. */
  const lastGone = new Map<string, { readonly index: number; readonly since: number }>();
  const places = new MovedPlaces();
  let needsOlder = false;
  const leave = (message: M, index: number): void => {
    gone.push(message);
    for (const name of namesOf(message)) lastGone.set(name, { index, since: places.now });
  };
  const cutAt = (name: string): void => {
    const index = placeOf(name);
    // In a whole log it names nothing. Else it lies before all that is here, and this is all behind it.
    if (index === null && isWhole) return;
    needsOlder ||= index === null;
    const from = index ?? 0;
    places.cutAt(from);
    for (const message of messages.cut(from)) leave(message, from);
  };
  /** Of what is gone, the place where it was: two devices may ask for another of the same. */
  const placeOf = (name: string): number | null => {
    const index = messages.find(name);
    if (index !== null) return index;
    const last = lastGone.get(name);
    return last === undefined ? null : places.moved(last.index, last.since);
  };
  for (const message of log) {
    if (message.kind === VOID_KIND || message.kind === CONTEXT_KIND) continue;
    const replaced = stringField(message.metadata, 'supersedes');
    const continued = stringField(message.metadata, 'continues');
    if (message.kind === REGENERATE_KIND) {
      const name = stringField(message.content, 'supersedes');
      if (name !== null) cutAt(name);
    } else if (message.kind === TOOL_RESPONSE_KIND) {
      needsOlder = (!applyToolResponse(messages, message) && !isWhole) || needsOlder;
    } else if (continued !== null) {
      const index = messages.find(continued);
      const before = index === null ? undefined : messages.at(index);
      if (index === null || before === undefined) messages.push(message);
      else {
        messages.put(index, message);
        leave(before, index);
      }
    } else {
      if (replaced !== null) cutAt(replaced);
      messages.push(message);
    }
  }
  return { messages: messages.messages, superseded: gone, needsOlder };
}

/** True: the message that it answers is here. */
function applyToolResponse<M extends LogMessage>(messages: NamedMessages<M>, response: M): boolean {
  const name = stringField(response.content, 'message_id');
  if (name === null) return true;
  const index = messages.find(name);
  const message = index === null ? undefined : messages.at(index);
  if (index === null || message === undefined) return false;
  const parts = answeredParts(message.content.parts, toolAnswersOf(response.content));
  messages.put(index, { ...message, content: { ...message.content, parts } });
  return true;
}
