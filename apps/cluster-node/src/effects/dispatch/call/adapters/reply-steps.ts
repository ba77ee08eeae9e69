import { isToolPart, type ToolPart, type UiPart } from '@fleetlm/protocol/ui-stream';

/** What a model said before it had the outputs of its calls. */
export interface ReplyStep {
  readonly texts: readonly string[];
  readonly calls: readonly ToolPart[];
}

/** A reply as its model gave it: text and calls up to the outputs, then what follows them. Thinking is left out. */
export function replySteps(parts: readonly UiPart[]): readonly ReplyStep[] {
  const steps: ReplyStep[] = [];
  let texts: string[] = [];
  let calls: ToolPart[] = [];
  const end = (): void => {
    if (texts.length + calls.length > 0) steps.push({ texts, calls });
    texts = [];
    calls = [];
  };
  for (const part of parts) {
    if (part.type === 'text' && part.text !== '') {
      if (calls.length > 0) end();
      texts.push(part.text);
    } else if (isToolPart(part)) calls.push(part);
  }
  end();
  return steps;
}

/** The arguments of a call as JSON. */
export function argumentsText({ input }: ToolPart): string {
  return JSON.stringify(input ?? {});
}

/** What a call came to, as text for a model. */
export function outputText({ state, output, errorText }: ToolPart): string {
  switch (state) {
    case 'output-available':
      return typeof output === 'string' ? output : JSON.stringify(output ?? null);
    case 'output-error':
      return `Error: ${errorText ?? ''}`;
    case 'output-denied':
      return 'The user did not allow this call.';
    case 'input-streaming':
    case 'input-available':
    case 'approval-requested':
    case 'approval-responded':
      return 'This call has no result.';
    default:
      return state satisfies never;
  }
}
