"""Writes an answer part by part, as chunks of the AI SDK's UI message stream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

Chunk = Mapping[str, Any]


class AnswerError(Exception):
    """A failure whose message the user may read. The message of any other exception stays on this machine."""


class Tool:
    """A tool call that is shown; write its `output` or its `error`, once."""

    def __init__(self, answer: Answer, tool_call_id: str) -> None:
        self.tool_call_id = tool_call_id
        self._answer = answer
        self._is_open = True

    def output(self, output: Any) -> None:
        """What came of the tool: any JSON value."""
        self._end()
        self._answer.chunk(
            {
                "type": "tool-output-available",
                "toolCallId": self.tool_call_id,
                "output": output,
            }
        )

    def error(self, text: str = "The tool failed.") -> None:
        """That the tool failed, in words for the user."""
        self._end()
        self._answer.chunk(
            {"type": "tool-output-error", "toolCallId": self.tool_call_id, "errorText": text}
        )

    def _end(self) -> None:
        if not self._is_open:
            raise RuntimeError("the tool call has its output already")
        self._is_open = False


class Answer:
    """Collects the chunks of an answer. `yield` in your handler sends what was written so far."""

    def __init__(self) -> None:
        self._chunks: list[Chunk] = []
        self._text: str | None = None
        self._reasoning: str | None = None

    def text(self, delta: str) -> None:
        """Appends to the text being written, beginning one where there is none."""
        if delta == "":
            return
        self._end_reasoning()
        if self._text is None:
            self._text = str(uuid4())
            self._chunks.append({"type": "text-start", "id": self._text})
        self._chunks.append({"type": "text-delta", "id": self._text, "delta": delta})

    def end_text(self) -> None:
        """Ends the text being written; the next one is a part of its own."""
        if self._text is None:
            return
        self._chunks.append({"type": "text-end", "id": self._text})
        self._text = None

    def reasoning(self, delta: str) -> None:
        """What the agent thinks, shown folded. Appends, like `text`."""
        self.end_text()
        if self._reasoning is None:
            self._reasoning = str(uuid4())
            self._chunks.append({"type": "reasoning-start", "id": self._reasoning})
        self._chunks.append({"type": "reasoning-delta", "id": self._reasoning, "delta": delta})

    def tool(self, name: str, input: Any) -> Tool:
        """Shows a tool call with its input; `yield` before you run it, then write its output."""
        tool_call_id = str(uuid4())
        self.chunk({"type": "tool-input-start", "toolCallId": tool_call_id, "toolName": name})
        self._show_input(tool_call_id, name, input)
        return Tool(self, tool_call_id)

    def request_approval(self, name: str, input: Any) -> tuple[str, str]:
        """Asks whether a tool may run. End the answer then: the decision comes with the next call, in the tool's part
        of the history, under these ids: `toolCallId` and `approval.id`."""
        tool_call_id, approval_id = str(uuid4()), str(uuid4())
        self._show_input(tool_call_id, name, input)
        self._chunks.append(
            {
                "type": "tool-approval-request",
                "toolCallId": tool_call_id,
                "approvalId": approval_id,
            }
        )
        return tool_call_id, approval_id

    def after_approval(self, part: Mapping[str, Any]) -> Tool | None:
        """Continues a tool call that the user has decided about. None: not allowed, which is shown."""
        tool_call_id, approval = part.get("toolCallId"), part.get("approval")
        approved = approval.get("approved") if isinstance(approval, Mapping) else None
        if not isinstance(tool_call_id, str) or not isinstance(approved, bool):
            raise TypeError("the part is no tool call that a user has decided about")
        if approved:
            return Tool(self, tool_call_id)
        self.chunk({"type": "tool-output-denied", "toolCallId": tool_call_id})
        return None

    def data(
        self, name: str, data: Any, *, id: str | None = None, transient: bool | None = None
    ) -> None:
        """Data of your own, as a part `data-<name>`. The same `id` replaces it; `transient` is shown and not stored."""
        self.chunk(_given({"type": f"data-{name}", "id": id, "transient": transient}, data=data))

    def source_url(self, url: str, *, title: str | None = None, id: str | None = None) -> None:
        """A page that the answer relies on."""
        source_id = id or str(uuid4())
        self.chunk(_given({"type": "source-url", "title": title}, sourceId=source_id, url=url))

    def source_document(
        self,
        media_type: str,
        title: str,
        *,
        filename: str | None = None,
        id: str | None = None,
    ) -> None:
        """A document that the answer relies on."""
        self.chunk(
            _given(
                {"type": "source-document", "filename": filename},
                sourceId=id or str(uuid4()),
                mediaType=media_type,
                title=title,
            )
        )

    def file(self, url: str, media_type: str) -> None:
        """A file by its URL; `data:` URLs carry a small one within."""
        self.chunk({"type": "file", "url": url, "mediaType": media_type})

    def metadata(self, metadata: Mapping[str, Any]) -> None:
        """Merged into the metadata of the message."""
        self._chunks.append({"type": "message-metadata", "messageMetadata": metadata})

    def next_step(self) -> None:
        """Ends the step and begins the next: one step is one call of a model with the tools that it asked for."""
        self.chunk({"type": "finish-step"})
        self._chunks.append({"type": "start-step"})

    def chunk(self, chunk: Chunk) -> None:
        """Any other chunk of the AI SDK's UI message stream."""
        self.end()
        self._chunks.append(chunk)

    def end(self) -> None:
        """Ends the text or the thinking that is being written; the functions that stream an answer call it."""
        self._end_reasoning()
        self.end_text()

    def take(self) -> list[Chunk]:
        """What was written since the last time; the functions that stream an answer call it."""
        taken, self._chunks = self._chunks, []
        return taken

    def _show_input(self, tool_call_id: str, name: str, input: Any) -> None:
        self.chunk(
            {
                "type": "tool-input-available",
                "toolCallId": tool_call_id,
                "toolName": name,
                "input": input,
            }
        )

    def _end_reasoning(self) -> None:
        if self._reasoning is None:
            return
        self._chunks.append({"type": "reasoning-end", "id": self._reasoning})
        self._reasoning = None


def _given(optional: dict[str, Any], **required: Any) -> Chunk:
    """A chunk without the fields that were left out."""
    return {**{name: value for name, value in optional.items() if value is not None}, **required}
