"""Streams an answer as server-sent events."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping

from .answer import Answer, AnswerError, Chunk
from .call import AgentCall

#: Writes the answer: a generator that yields when what it wrote is to be sent.
Handler = Callable[[AgentCall, Answer], Iterable[object]]
#: The same as an asynchronous generator.
AsyncHandler = Callable[[AgentCall, Answer], AsyncIterable[object]]
#: Called with what a handler raised; the logger `fleetlm_agent` when it is left out.
OnError = Callable[[Exception, AgentCall], object]

ANSWER_HEADERS: Mapping[str, str] = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    "x-vercel-ai-ui-message-stream": "v1",
    "x-accel-buffering": "no",
}

#: What ends the stream.
DONE_EVENT = b"data: [DONE]\n\n"

_logger = logging.getLogger("fleetlm_agent")


def to_event(chunk: Chunk) -> bytes:
    """One chunk as a server-sent event. Raises ValueError or TypeError for what JSON does not have."""
    text = json.dumps(chunk, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError:
        # Half of a surrogate pair, whose other half may follow: only an escape can carry it.
        data = json.dumps(chunk, allow_nan=False, separators=(",", ":")).encode("ascii")
    return b"data: " + data + b"\n\n"


def stream_answer(
    call: AgentCall, handler: Handler, on_error: OnError | None = None
) -> Iterator[bytes]:
    """The events of an answer. Closing the iterator, as WSGI servers do when the caller goes, ends the handler."""
    answer = Answer()
    yield _events([{"type": "start"}, {"type": "start-step"}])
    try:
        # The caller waits for a piece at a time: the handler is never further ahead than one `yield`.
        for _ in handler(call, answer):
            written = answer.take()
            if written:
                yield _events(written)
        last = _last(answer)
    except Exception as error:
        last = _failed(answer, error)
        _report(error, call, on_error)
    yield last


async def stream_answer_async(
    call: AgentCall, handler: AsyncHandler, on_error: OnError | None = None
) -> AsyncIterator[bytes]:
    """As `stream_answer`, for ASGI: cancelled, or closed, when the caller goes."""
    answer = Answer()
    yield _events([{"type": "start"}, {"type": "start-step"}])
    try:
        async for _ in handler(call, answer):
            written = answer.take()
            if written:
                yield _events(written)
        last = _last(answer)
    except Exception as error:
        last = _failed(answer, error)
        _report(error, call, on_error)
    yield last


def _events(chunks: Iterable[Chunk]) -> bytes:
    return b"".join(to_event(chunk) for chunk in chunks)


def _last(answer: Answer) -> bytes:
    answer.end()
    ending: list[Chunk] = [{"type": "finish-step"}, {"type": "finish"}]
    return _events([*answer.take(), *ending]) + DONE_EVENT


def _failed(answer: Answer, error: Exception) -> bytes:
    text = str(error) if isinstance(error, AnswerError) else "The agent failed."
    failure = to_event({"type": "error", "errorText": text})
    try:
        written = _events(answer.take())
    except (TypeError, ValueError):
        # What JSON does not have is what failed.
        written = b""
    return written + failure + DONE_EVENT


def _report(error: Exception, call: AgentCall, on_error: OnError | None) -> None:
    if on_error is not None:
        on_error(error, call)
        return
    _logger.error(
        "the answer to %s, epoch %d, failed", call.session_id, call.epoch, exc_info=error
    )
