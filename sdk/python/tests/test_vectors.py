"""The vectors that the TypeScript SDK is tested with, too."""

import json
import unittest
from itertools import count
from typing import Any

from support import VECTORS

from fleetlm_agent import (
    AgentCallError,
    Answer,
    WebhookVerificationError,
    parse_call,
    sign_webhook,
    to_event,
    verify_webhook,
)
from fleetlm_agent.webhook import secret_keys

IDS = ("id", "toolCallId", "approvalId")
GIVEN = ("c", "w")


def write(answer: Answer, step: list[Any]) -> None:
    name, *given = step
    if name == "tool":
        answer.tool(given[0], given[1]).output(given[2])
    elif name == "failingTool":
        answer.tool(given[0], given[1]).error(given[2])
    elif name == "decided":
        tool = answer.after_approval({"toolCallId": "c", "approval": {"approved": given[0]}})
        if tool is not None:
            tool.output(given[1])
    elif name == "data":
        answer.data(given[0], given[1], **given[2])
    elif name == "sourceUrl":
        answer.source_url(given[1], title=given[2], id=given[0])
    elif name == "sourceDocument":
        answer.source_document(given[1], given[2], id=given[0])
    else:
        methods = {
            "text": answer.text,
            "endText": answer.end_text,
            "reasoning": answer.reasoning,
            "requestApproval": answer.request_approval,
            "metadata": answer.metadata,
            "nextStep": answer.next_step,
            "file": answer.file,
        }
        methods[name](*given)


def numbered(chunks: list[Any]) -> list[Any]:
    """Chunks whose random ids are #1, #2 ... in the order in which they come."""
    seen: dict[str, str] = {}
    numbers = count(1)
    renamed = []
    for chunk in chunks:
        copy = dict(chunk)
        for field in IDS:
            value = copy.get(field)
            if value is not None and value not in GIVEN:
                if value not in seen:
                    seen[value] = f"#{next(numbers)}"
                copy[field] = seen[value]
        renamed.append(copy)
    return renamed


class Vectors(unittest.TestCase):
    def test_there_are_vectors_of_each_kind(self) -> None:
        for kind in ("webhooks", "secrets", "calls", "answers", "events"):
            self.assertGreater(len(VECTORS[kind]), 2, kind)

    def test_webhooks(self) -> None:
        for vector in VECTORS["webhooks"]:
            with self.subTest(vector["title"]):
                options = {
                    "secret": vector["secret"],
                    "headers": vector["headers"],
                    "body": vector["body"].encode(),
                    "now": vector["now_s"],
                }
                if "tolerance_s" in vector:
                    options["tolerance_seconds"] = vector["tolerance_s"]
                if "refused" in vector:
                    with self.assertRaises(WebhookVerificationError) as raised:
                        verify_webhook(**options)
                    self.assertIn(vector["refused"], str(raised.exception))
                    continue
                verified = verify_webhook(**options)
                self.assertEqual(verified.id, vector["headers"]["webhook-id"])
                timestamp = vector["headers"]["webhook-timestamp"]
                self.assertEqual(verified.timestamp_seconds, int(timestamp))

    def test_signing_makes_what_the_vector_has(self) -> None:
        vector = VECTORS["webhooks"][0]
        signed = sign_webhook(
            secret=vector["secret"],
            id=vector["headers"]["webhook-id"],
            body=vector["body"].encode(),
            at=vector["now_s"] + 0.9,
        )
        self.assertEqual(signed, vector["headers"])

    def test_secrets_that_are_none(self) -> None:
        for vector in VECTORS["secrets"]:
            with self.subTest(vector["secret"]):
                with self.assertRaises(ValueError) as raised:
                    secret_keys(vector["secret"])
                self.assertIn(vector["reason"], str(raised.exception))

    def test_calls(self) -> None:
        for vector in VECTORS["calls"]:
            with self.subTest(vector["title"]):
                for body in (vector["body"], vector["body"].encode()):
                    if "wrong" in vector:
                        with self.assertRaises(AgentCallError) as raised:
                            parse_call(body)
                        paths = sorted(error.path for error in raised.exception.errors)
                        self.assertEqual(paths, vector["wrong"])
                        continue
                    call = parse_call(body)
                    self.assertEqual(call.newest_user_text, vector["newest_user_text"])
                    self.assertEqual(len(call.messages), vector["messages"])

    def test_answers(self) -> None:
        for vector in VECTORS["answers"]:
            with self.subTest(vector["title"]):
                answer = Answer()
                for step in vector["steps"]:
                    write(answer, step)
                answer.end()
                self.assertEqual(numbered(answer.take()), vector["chunks"])

    def test_events(self) -> None:
        for vector in VECTORS["events"]:
            with self.subTest(vector["title"]):
                event = to_event(vector["chunk"])
                self.assertEqual(event.count(b"\n"), 2)
                self.assertTrue(event.startswith(b"data: ") and event.endswith(b"\n\n"))
                self.assertEqual(json.loads(event[len(b"data: ") :]), vector["chunk"])


if __name__ == "__main__":
    unittest.main()
