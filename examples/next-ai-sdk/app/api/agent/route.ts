import { convertToModelMessages, streamText, type UIMessage } from 'ai';
import { model } from '../../../model.ts';

/** As the AI SDK's own guide has it: nothing in here knows FleetLM. */
export async function POST(request: Request): Promise<Response> {
  const { messages }: { messages: UIMessage[] } = await request.json();
  const result = streamText({
    model,
    messages: await convertToModelMessages(messages),
    abortSignal: request.signal,
  });
  return result.toUIMessageStreamResponse();
}
