"""An agent in Python's standard library: checks the signature, answers in newline-delimited JSON."""

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
        self.wfile.write(json.dumps(chunk).encode() + b"\n")
        self.wfile.flush()

    def refuse(self, status, detail):
        self.send_response(status)
        self.send_header("content-type", "text/plain")
        self.end_headers()
        self.wfile.write(f"{detail}\n".encode())

    def log_message(self, *_):
        """Quiet."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "4303"))), Agent)
    print(f"listening on http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
