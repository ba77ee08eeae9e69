"""An agent as a WSGI application, on the server of the standard library: `python wsgi_agent.py`.

On a server of your own: `gunicorn --threads 64 wsgi_agent:app`. A thread is busy for as long as an answer takes.
"""

import os
import time
from collections.abc import Iterator
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from fleetlm_agent import AgentCall, Answer, wsgi_agent


def answer(call: AgentCall, answer: Answer) -> Iterator[None]:
    """`yield` sends what was written."""
    clock = answer.tool("clock", {})
    yield
    clock.output(time.strftime("%H:%M:%S"))
    for word in f"You said: {call.newest_user_text}".split(" "):
        yield answer.text(word + " ")


# "whsec_...", shown when the agent is registered. Without it every call is answered: for your own machine.
app = wsgi_agent(secret=os.environ.get("WEBHOOK_SECRET") or None, answer=answer)


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Writes no line for each request."""


if __name__ == "__main__":
    port = int(os.environ.get("PORT", "4304"))
    with make_server("127.0.0.1", port, app, Server, Quiet) as server:
        print(f"listening on http://127.0.0.1:{server.server_port}/", flush=True)
        server.serve_forever()
