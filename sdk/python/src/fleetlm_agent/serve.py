"""Admits calls, and an agent as a WSGI application."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from .call import AgentCall, AgentCallError, parse_call
from .stream import ANSWER_HEADERS, Handler, OnError, stream_answer
from .webhook import WebhookVerificationError, secret_keys, verify_webhook

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Bytes of a call's body that are read at most: history is sent whole, so it may be large.
BODY_BYTES_MAX = 32 * 1024 * 1024
_PIECE_BYTES = 64 * 1024

#: `whsec_<base64>`, several while one is rotated; None: unsigned calls are answered too, on your own machine.
Secret = str | Sequence[str] | None


class RefusedCall(Exception):
    """A call that is not taken, with the status and text to answer it with."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class Readable(Protocol):
    """What `read_body` reads: `wsgi.input`, `rfile` of `http.server`, any binary file."""

    def read(self, size: int, /) -> bytes: ...


def check_secret(secret: Secret) -> None:
    """Raises ValueError for a secret that is none: call it at the start."""
    if secret is not None:
        secret_keys(secret)


def admit_call(secret: Secret, headers: Mapping[str, str], body: bytes) -> AgentCall:
    """The call, when it is signed and can be read. Raises RefusedCall with 401 or 400."""
    try:
        if secret is not None:
            verify_webhook(secret=secret, headers=headers, body=body)
        return parse_call(body)
    except WebhookVerificationError as error:
        raise RefusedCall(401, str(error)) from None
    except AgentCallError as error:
        raise RefusedCall(400, str(error)) from None


def read_body(
    stream: Readable, content_length: int | None, bytes_max: int = BODY_BYTES_MAX
) -> bytes:
    """The body as it came. Raises RefusedCall with 413; what announces itself as too large is refused unread."""
    if content_length is not None and content_length > bytes_max:
        raise _too_large(bytes_max)
    pieces: list[bytes] = []
    size = 0
    # Without a length the stream ends where the body does.
    while content_length is None or size < content_length:
        wanted = _PIECE_BYTES if content_length is None else min(_PIECE_BYTES, content_length - size)
        piece = stream.read(wanted)
        if not piece:
            break
        size += len(piece)
        if size > bytes_max:
            raise _too_large(bytes_max)
        pieces.append(piece)
    return b"".join(pieces)


async def read_body_async(
    stream: AsyncIterable[bytes], bytes_max: int = BODY_BYTES_MAX
) -> bytes:
    """As `read_body`, for `request.stream()` of Starlette and FastAPI."""
    pieces: list[bytes] = []
    size = 0
    async for piece in stream:
        size += len(piece)
        if size > bytes_max:
            raise _too_large(bytes_max)
        pieces.append(piece)
    return b"".join(pieces)


def _too_large(bytes_max: int) -> RefusedCall:
    return RefusedCall(413, f"the body has more than {bytes_max} bytes")


_REASONS = {
    400: "Bad Request",
    401: "Unauthorized",
    405: "Method Not Allowed",
    413: "Content Too Large",
}


def wsgi_agent(
    *, secret: Secret, answer: Handler, on_error: OnError | None = None
) -> WSGIApplication:
    """An agent as a WSGI application, for gunicorn, uWSGI, or a route of Flask and Django.

    Calls that are not signed by `secret` get 401, bodies that are no call 400, larger than BODY_BYTES_MAX 413.
    Raises ValueError for a secret that is none.
    """
    check_secret(secret)

    def application(
        environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        try:
            call = _admit(secret, environ)
        except RefusedCall as refused:
            return _refuse(refused, start_response)
        start_response("200 OK", list(ANSWER_HEADERS.items()))
        return stream_answer(call, answer, on_error)

    return application


def _admit(secret: Secret, environ: Mapping[str, Any]) -> AgentCall:
    if environ["REQUEST_METHOD"] != "POST":
        raise RefusedCall(405, "an agent is called with POST")
    body = read_body(environ["wsgi.input"], _content_length(environ))
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_WEBHOOK_") and isinstance(value, str)
    }
    return admit_call(secret, headers, body)


def _content_length(environ: Mapping[str, Any]) -> int | None:
    """The announced length. Without one the body is empty, unless the server ends the stream where the body ends."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isascii() and length.isdigit() and len(length) <= 15:
        return int(length)
    if length:
        raise RefusedCall(400, "content-length is no number of bytes")
    return None if environ.get("wsgi.input_terminated") else 0


def _refuse(refused: RefusedCall, start_response: Callable[..., Any]) -> Iterable[bytes]:
    headers = [("content-type", "text/plain; charset=utf-8")]
    if refused.status == 405:
        headers.append(("allow", "POST"))
    start_response(f"{refused.status} {_REASONS[refused.status]}", headers)
    return [f"{refused.detail}\n".encode()]
