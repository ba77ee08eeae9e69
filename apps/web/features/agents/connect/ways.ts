/** A way to be an agent, with code that runs as it stands. */
export interface Way {
  readonly value: string;
  readonly label: string;
  readonly text: string;
  readonly fileName: string;
  readonly code: string;
  /** Where it listens then, and what is registered. */
  readonly origin: string;
  readonly path: string;
}

/* The same as in the examples and the guide: ways.test.ts compares them. */

const AI_SDK = `import { convertToModelMessages, streamText, type UIMessage } from 'ai';
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
`;

const NODE = `import { createServer } from 'node:http';
import { newestUserText, nodeAgent } from '@fleetlm/agent';

const agent = nodeAgent({
  secret: process.env.WEBHOOK_SECRET,
  answer: async (call, answer) => {
    await answer.text(\`You said: \${newestUserText(call)}. \`);
    await answer.text(\`That is message \${call.messages.at(-1).seq} of this conversation.\`);
  },
});
createServer(agent).listen(process.env.PORT ?? 4300, '127.0.0.1');
`;

const PYTHON = `"""An agent in Python's standard library: checks the signature, answers in newline-delimited JSON."""

import base64
import hashlib
import hmac
import json
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# "whsec_...", shown when the agent is registered. Without it every call is answered: for your own machine.
SECRET = os.environ.get("WEBHOOK_SECRET", "")
BODY_BYTES_MAX = 32 * 1024 * 1024


def is_signed(headers, body):
    """Standard Webhooks: HMAC-SHA256 over id.timestamp.body, not more than five minutes from now."""
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > 300:
        return False
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    # While the secret is being rotated there are several, apart by a space.
    return any(
        hmac.compare_digest(given.encode(), expected.encode())
        for given in headers.get("webhook-signature", "").split(" ")
    )


class Agent(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("content-length", 0))
        if length > BODY_BYTES_MAX:
            return self.refuse(413, "too large")
        body = self.rfile.read(length)
        if SECRET and not is_signed(self.headers, body):
            return self.refuse(401, "not signed")
        try:
            messages = json.loads(body)["messages"]
        except (ValueError, KeyError, TypeError):
            return self.refuse(400, "not a call")
        question = next(m for m in reversed(messages) if m["role"] == "user")
        text = "".join(part.get("text", "") for part in question["parts"])
        self.send_response(200)
        self.send_header("content-type", "application/x-ndjson")
        self.end_headers()
        try:
            self.answer(text)
        except (BrokenPipeError, ConnectionResetError):
            pass  # The caller has gone (the user pressed stop): do no more work.

    def answer(self, text):
        self.send_chunk({"type": "text-start", "id": "1"})
        for word in f"You said: {text}".split(" "):
            self.send_chunk({"type": "text-delta", "id": "1", "delta": word + " "})
            time.sleep(0.01)
        self.send_chunk({"type": "text-end", "id": "1"})
        self.send_chunk({"type": "finish"})

    def send_chunk(self, chunk):
        """One chunk is one line, written at once."""
        self.wfile.write(json.dumps(chunk).encode() + b"\\n")
        self.wfile.flush()

    def refuse(self, status, detail):
        self.send_response(status)
        self.send_header("content-type", "text/plain")
        self.end_headers()
        self.wfile.write(f"{detail}\\n".encode())

    def log_message(self, *_):
        """Quiet."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "4303"))), Agent)
    print(f"listening on http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
`;

const OPENAI = `ollama pull llama3.2
ollama serve
`;

export const WAYS: readonly Way[] = [
  {
    value: 'ai-sdk',
    label: 'AI SDK',
    text: 'Any route handler of the AI SDK is an agent as it is. This one is a Next.js route.',
    fileName: 'app/api/agent/route.ts',
    code: AI_SDK,
    origin: 'http://127.0.0.1:3001',
    path: '/api/agent',
  },
  {
    value: 'openai',
    label: 'OpenAI-compatible',
    text: 'A server with /v1/chat/completions needs no code: Ollama, vLLM, LM Studio and hosted services. Register it with the protocol “OpenAI-compatible chat completions”.',
    fileName: 'shell',
    code: OPENAI,
    origin: 'http://127.0.0.1:11434',
    path: '/v1/chat/completions',
  },
  {
    value: 'http',
    label: 'Plain HTTP',
    text: 'A server on Node. It checks the signature with the secret that registering shows you.',
    fileName: 'echo.mjs',
    code: NODE,
    origin: 'http://127.0.0.1:4300',
    path: '/',
  },
  {
    value: 'python',
    label: 'Python',
    text: 'The standard library is enough. Start it with WEBHOOK_SECRET set to the secret that registering shows you.',
    fileName: 'agent.py',
    code: PYTHON,
    origin: 'http://127.0.0.1:4303',
    path: '/',
  },
];
