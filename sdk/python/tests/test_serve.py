"""An agent as a WSGI application and as asynchronous streams, without a server."""

import asyncio
import io
import json
import unittest
from collections.abc import AsyncIterator, Iterator
from typing import Any
from unittest import mock

from support import BODY, SECRET, SESSION_ID

from fleetlm_agent import (
    BODY_BYTES_MAX,
    AgentCall,
    AgentCallError,
    Answer,
    AnswerError,
    RefusedCall,
    parse_call,
    read_body,
    read_body_async,
    sign_webhook,
    stream_answer,
    stream_answer_async,
    wsgi_agent,
)

CALL = parse_call(BODY)


def echo(call: AgentCall, answer: Answer) -> Iterator[None]:
    yield answer.text(f"You said: {call.newest_user_text}")


def environ(body: bytes = BODY, **changes: Any) -> dict[str, Any]:
    signed = sign_webhook(secret=SECRET, id=f"{SESSION_ID}:1", body=body)
    headers = {f"HTTP_{name.upper().replace('-', '_')}": signed[name] for name in signed}
    return {
        "REQUEST_METHOD": "POST",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **headers,
        **changes,
    }


def request(app: Any, env: dict[str, Any]) -> tuple[str, dict[str, str], bytes]:
    started: list[Any] = []
    pieces = app(env, lambda status, headers: started.append((status, dict(headers))))
    return *started[0], b"".join(pieces)


def chunks(stream: bytes) -> list[Any]:
    events = stream.decode().split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""], events
    return [json.loads(event.removeprefix("data: ")) for event in events[:-2]]


class Wsgi(unittest.TestCase):
    app = staticmethod(wsgi_agent(secret=SECRET, answer=echo))

    def test_answers_a_signed_call_with_a_stream(self) -> None:
        status, headers, body = request(self.app, environ())
        self.assertEqual(status, "200 OK")
        self.assertEqual(headers["x-vercel-ai-ui-message-stream"], "v1")
        self.assertEqual(
            [chunk["type"] for chunk in chunks(body)],
            ["start", "start-step", "text-start", "text-delta", "text-end", "finish-step", "finish"],
        )
        self.assertIn("You said: text 3", body.decode())

    def test_refuses_what_is_no_genuine_call(self) -> None:
        forged = {"HTTP_WEBHOOK_SIGNATURE": "v1,AAAA"}
        for status, reason, env in (
            ("401", "no signature", environ(**forged)),
            ("401", "webhook-id is missing", {**environ(), "HTTP_WEBHOOK_ID": ""}),
            ("400", "session_id is required", environ(b'{"id":1}')),
            ("400", "not JSON", environ(b"\xff")),
            ("400", "not JSON", environ(b"[" * 200_000)),
            ("400", "content-length", environ(CONTENT_LENGTH="-1")),
            ("405", "POST", environ(REQUEST_METHOD="GET")),
            ("413", "more than", environ(CONTENT_LENGTH=str(BODY_BYTES_MAX + 1))),
        ):
            with self.subTest(reason):
                answered, headers, body = request(self.app, env)
                self.assertEqual(answered[:3], status)
                self.assertIn(reason, body.decode())
                self.assertTrue(headers["content-type"].startswith("text/plain"))

    def test_a_secret_that_is_none_stops_the_start(self) -> None:
        with self.assertRaises(ValueError):
            wsgi_agent(secret="sesame", answer=echo)
        wsgi_agent(secret=None, answer=echo)

    def test_reads_a_body_without_a_length_only_where_the_server_ends_it(self) -> None:
        ended = environ(CONTENT_LENGTH="", **{"wsgi.input_terminated": True})
        self.assertEqual(request(self.app, ended)[0], "200 OK")
        self.assertEqual(request(self.app, environ(CONTENT_LENGTH=""))[0][:3], "401")


class Bodies(unittest.TestCase):
    def test_are_read_to_their_limit_and_no_further(self) -> None:
        self.assertEqual(read_body(io.BytesIO(b"12345"), None, 5), b"12345")
        self.assertEqual(read_body(io.BytesIO(b"12345 next request"), 5, 5), b"12345")
        with self.assertRaises(RefusedCall) as raised:
            read_body(io.BytesIO(b"123456"), None, 5)
        self.assertEqual(raised.exception.status, 413)
        with self.assertRaises(RefusedCall):
            read_body(mock.Mock(read=mock.Mock(side_effect=AssertionError)), 6, 5)

    def test_are_read_to_their_limit_from_a_stream(self) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            for piece in (b"12", b"345"):
                yield piece

        self.assertEqual(asyncio.run(read_body_async(pieces(), 5)), b"12345")
        with self.assertRaises(RefusedCall):
            asyncio.run(read_body_async(pieces(), 4))


class Streams(unittest.TestCase):
    def test_an_answer_is_sent_as_it_is_written(self) -> None:
        written: list[str] = []

        def handler(_call: AgentCall, answer: Answer) -> Iterator[None]:
            for word in ("a", "b"):
                written.append(word)
                yield answer.text(word)

        stream = stream_answer(CALL, handler)
        self.assertIn(b'"start-step"', next(stream))
        self.assertEqual(written, [])
        self.assertIn(b'"delta":"a"', next(stream))
        self.assertEqual(written, ["a"])

    def test_a_caller_that_goes_ends_the_handler(self) -> None:
        ended: list[str] = []

        def handler(_call: AgentCall, answer: Answer) -> Iterator[None]:
            try:
                while True:
                    yield answer.text("x")
            finally:
                ended.append("sync")

        async def later(_call: AgentCall, answer: Answer) -> AsyncIterator[None]:
            try:
                while True:
                    yield answer.text("x")
            finally:
                ended.append("async")

        stream = stream_answer(CALL, handler)
        next(stream), next(stream)
        stream.close()  # type: ignore[attr-defined]

        async def leave() -> None:
            pieces = stream_answer_async(CALL, later)
            await anext(pieces)
            await anext(pieces)
            await pieces.aclose()  # type: ignore[attr-defined]

        asyncio.run(leave())
        self.assertEqual(ended, ["sync", "async"])

    def test_only_an_answer_error_is_shown(self) -> None:
        for error, shown in (
            (AnswerError("no idea"), "no idea"),
            (RuntimeError("password of db.internal"), "The agent failed."),
        ):

            def handler(_call: AgentCall, answer: Answer) -> Iterator[None]:
                answer.text("so far")
                raise error
                yield

            seen: list[Any] = []
            stream = stream_answer(CALL, handler, lambda e, c: seen.append((e, c)))
            sent = chunks(b"".join(stream))
            self.assertEqual(sent[-1], {"type": "error", "errorText": shown})
            self.assertEqual(sent[-2]["delta"], "so far")
            self.assertEqual(seen, [(error, CALL)])

    def test_an_error_without_a_handler_of_its_own_is_logged(self) -> None:
        def handler(_call: AgentCall, answer: Answer) -> Iterator[None]:
            answer.data("figure", float("nan"))
            yield

        with self.assertLogs("fleetlm_agent", "ERROR") as logs:
            sent = chunks(b"".join(stream_answer(CALL, handler)))
        self.assertEqual(sent[-1]["type"], "error")
        self.assertIn(SESSION_ID, logs.output[0])

    def test_an_asynchronous_answer_and_its_failure(self) -> None:
        async def handler(call: AgentCall, answer: Answer) -> AsyncIterator[None]:
            yield answer.text(call.newest_user_text or "")
            raise AnswerError("out of luck")

        async def collect() -> bytes:
            pieces = stream_answer_async(CALL, handler, lambda _error, _call: None)
            return b"".join([piece async for piece in pieces])

        sent = chunks(asyncio.run(collect()))
        self.assertEqual([sent[3]["delta"], sent[-1]["errorText"]], ["text 3", "out of luck"])

    def test_a_tool_has_one_output(self) -> None:
        tool = Answer().tool("clock", {})
        tool.output(1)
        with self.assertRaises(RuntimeError):
            tool.error()
        with self.assertRaises(TypeError):
            Answer().after_approval({"toolCallId": "c"})


class Numbers(unittest.TestCase):
    def test_a_number_of_a_million_digits_costs_linear_time(self) -> None:
        with self.assertRaises(AgentCallError):
            parse_call(b'{"epoch":' + b"9" * 1_000_000 + b"}")


if __name__ == "__main__":
    unittest.main()
