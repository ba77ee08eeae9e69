"""The examples. FastAPI need not be installed: its example runs on a stand-in for the few names that it imports."""

import asyncio
import importlib.util
import io
import sys
import unittest
from types import ModuleType
from typing import Any
from unittest import mock

from support import BODY, ROOT, SECRET, SESSION_ID

from fleetlm_agent import sign_webhook


def load(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, ROOT / "examples" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def stand_in() -> dict[str, ModuleType]:
    class FastAPI:
        def post(self, _path: str) -> Any:
            return lambda endpoint: endpoint

    class Response:
        def __init__(self, content: Any, status_code: int = 200, headers: Any = None) -> None:
            self.content, self.status_code, self.headers = content, status_code, headers

    fastapi, responses = ModuleType("fastapi"), ModuleType("fastapi.responses")
    vars(fastapi).update(FastAPI=FastAPI, Request=object, Response=Response)
    vars(responses).update(PlainTextResponse=Response, StreamingResponse=Response)
    return {"fastapi": fastapi, "fastapi.responses": responses}


class Request:
    def __init__(self, headers: dict[str, str]) -> None:
        self.headers = headers

    async def stream(self) -> Any:
        yield BODY[:10]
        yield BODY[10:]


class Examples(unittest.TestCase):
    def setUp(self) -> None:
        environment = mock.patch.dict("os.environ", {"WEBHOOK_SECRET": SECRET})
        environment.start()
        self.addCleanup(environment.stop)
        self.signed = sign_webhook(secret=SECRET, id=f"{SESSION_ID}:1", body=BODY)

    def test_wsgi(self) -> None:
        started = mock.Mock()
        headers = {f"HTTP_{k.upper().replace('-', '_')}": v for k, v in self.signed.items()}
        env = {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": str(len(BODY)), **headers}
        pieces = load("wsgi_agent").app({**env, "wsgi.input": io.BytesIO(BODY)}, started)
        stream = b"".join(pieces).decode()
        self.assertEqual(started.call_args.args[0], "200 OK")
        self.assertIn('"toolName":"clock"', stream)
        self.assertTrue(stream.endswith('{"type":"finish"}\n\ndata: [DONE]\n\n'))

    def test_fastapi(self) -> None:
        with mock.patch.dict(sys.modules, stand_in()):
            module = load("fastapi_agent")

        async def answered(headers: dict[str, str]) -> tuple[int, str]:
            response = await module.webhook(Request(headers))
            if isinstance(response.content, str):
                return response.status_code, response.content
            pieces = [piece async for piece in response.content]
            return response.status_code, b"".join(pieces).decode()

        status, stream = asyncio.run(answered(self.signed))
        self.assertEqual(status, 200)
        self.assertTrue(stream.endswith('{"type":"finish"}\n\ndata: [DONE]\n\n'))
        self.assertEqual(
            asyncio.run(answered({})), (401, "the header webhook-id is missing\n")
        )


if __name__ == "__main__":
    unittest.main()
