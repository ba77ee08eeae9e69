"""The body of a call to an agent: every known field is checked, the wrong ones are named."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

#: Wrong fields that an AgentCallError names at most.
ERRORS_MAX = 20
#: The newest sequence number that a conversation can have.
SEQ_MAX = 2_147_483_647
_INTEGER_MAX = 2**53 - 1
#: Digits of a number in the body; a longer one is no figure of a call, and costs Python more than linear time.
_DIGITS_MAX = 400

_SESSION_ID = re.compile(r"[0-9a-f]{2}-[0-7][0-9A-HJKMNP-TV-Z]{25}")
_MESSAGE_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")

Role = Literal["user", "assistant"]
Trigger = Literal["submit-message", "regenerate-message"]


@dataclass(frozen=True)
class FieldError:
    """A wrong field: `messages.0.parts`, and what is wrong with it."""

    path: str
    message: str


class AgentCallError(Exception):
    """The body is no call of FleetLM's. Answer it with 400: the same body will not be right the next time."""

    def __init__(self, detail: str, errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(detail)
        self.errors = errors


@dataclass(frozen=True)
class AgentMessage:
    """A message of the conversation: an AI SDK UIMessage and FleetLM's own fields at once."""

    id: str
    role: Role
    parts: tuple[Mapping[str, Any], ...]
    seq: int
    sender_id: str
    kind: str
    content: Mapping[str, Any]
    metadata: Mapping[str, Any]
    inserted_at: str

    @property
    def text(self) -> str:
        """The text parts, joined."""
        texts = (part.get("text") for part in self.parts if part["type"] == "text")
        return "".join(text for text in texts if isinstance(text, str))


@dataclass(frozen=True)
class AgentCall:
    """What a webhook carries; `messages` is ascending by seq."""

    id: str
    session_id: str
    agent_id: str
    user_id: str
    trigger: Trigger
    epoch: int
    attempt: int
    messages: tuple[AgentMessage, ...]

    @property
    def newest_user_text(self) -> str | None:
        """The text of the user's newest message; None when there is none."""
        return next((m.text for m in reversed(self.messages) if m.role == "user"), None)


def parse_call(body: bytes | str) -> AgentCall:
    """Parses the raw body of a webhook, after its signature was checked.

    Fields that a newer FleetLM adds are dropped. Raises AgentCallError with every wrong field.
    """
    try:
        text = body.decode("utf-8") if isinstance(body, bytes) else body
        value = json.loads(text, parse_constant=_no_number, parse_int=_number)
    except (ValueError, RecursionError) as error:
        raise AgentCallError(f"the body is not JSON in UTF-8: {error}") from None
    reader = _Reader()
    call = _call(reader, value)
    if reader.errors:
        detail = "; ".join(f"{e.path or 'the payload'} {e.message}" for e in reader.errors)
        raise AgentCallError(detail, tuple(reader.errors))
    return call


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) <= _DIGITS_MAX else float(digits)


class _Reader:
    """Reads fields and collects what is wrong; a wrong field reads as a value of its type."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def wrong(self, path: str, message: str) -> None:
        if len(self.errors) < ERRORS_MAX:
            self.errors.append(FieldError(path, message))

    def field(self, holder: Mapping[str, Any], path: str, name: str) -> tuple[str, Any, bool]:
        at = f"{path}.{name}" if path else name
        if name not in holder:
            self.wrong(at, "is required")
            return at, None, False
        return at, holder[name], True

    def text(
        self,
        holder: Mapping[str, Any],
        path: str,
        name: str,
        form: re.Pattern[str] | None = None,
        what: str = "",
    ) -> str:
        at, value, given = self.field(holder, path, name)
        if not given:
            return ""
        if not isinstance(value, str):
            self.wrong(at, "must be a string")
            return ""
        if form is not None and form.fullmatch(value) is None:
            self.wrong(at, f"must be {what}")
        return value

    def one_of(
        self, holder: Mapping[str, Any], path: str, name: str, values: tuple[str, ...]
    ) -> Any:
        at, value, given = self.field(holder, path, name)
        if given and value not in values:
            self.wrong(at, f"must be one of {', '.join(values)}")
        return value

    def integer(
        self, holder: Mapping[str, Any], path: str, name: str, most: int = _INTEGER_MAX
    ) -> int:
        at, value, given = self.field(holder, path, name)
        if not given:
            return 0
        # JSON has one kind of number: 3.0 is an integer there, and a truth value is none.
        if isinstance(value, float) and value.is_integer() and abs(value) <= _INTEGER_MAX:
            value = int(value)
        if type(value) is not int:
            self.wrong(at, "must be an integer")
            return 0
        if not 1 <= value <= most:
            self.wrong(at, f"must be from 1 to {most}")
        return value

    def object(self, holder: Mapping[str, Any], path: str, name: str) -> Mapping[str, Any]:
        at, value, given = self.field(holder, path, name)
        if given and not isinstance(value, dict):
            self.wrong(at, "must be an object")
        return value if isinstance(value, dict) else {}

    def array(self, holder: Mapping[str, Any], path: str, name: str) -> tuple[str, list[Any]]:
        at, value, given = self.field(holder, path, name)
        if given and not isinstance(value, list):
            self.wrong(at, "must be an array")
        return at, value if isinstance(value, list) else []


def _call(reader: _Reader, value: Any) -> AgentCall:
    if not isinstance(value, dict):
        raise AgentCallError(
            "the payload must be an object", (FieldError("", "must be an object"),)
        )
    session = (_SESSION_ID, "a session id: two hexadecimal digits, a hyphen, a ULID")
    session_id = reader.text(value, "", "session_id", *session)
    call_id = reader.text(value, "", "id", *session)
    agent_id = reader.text(value, "", "agent_id")
    user_id = reader.text(value, "", "user_id")
    trigger = reader.one_of(value, "", "trigger", ("submit-message", "regenerate-message"))
    epoch = reader.integer(value, "", "epoch")
    attempt = reader.integer(value, "", "attempt")
    at, messages = reader.array(value, "", "messages")
    return AgentCall(
        id=call_id,
        session_id=session_id,
        agent_id=agent_id,
        user_id=user_id,
        trigger=trigger,
        epoch=epoch,
        attempt=attempt,
        messages=tuple(_message(reader, f"{at}.{n}", one) for n, one in enumerate(messages)),
    )


def _message(reader: _Reader, path: str, value: Any) -> AgentMessage:
    if not isinstance(value, dict):
        reader.wrong(path, "must be an object")
        # One error for the message: its fields are not missing, there is no message.
        return AgentMessage("", "user", (), 0, "", "", {}, {}, "")
    return AgentMessage(
        id=reader.text(value, path, "id", _MESSAGE_ID, "a UUID"),
        role=reader.one_of(value, path, "role", ("user", "assistant")),
        parts=_parts(reader, path, value),
        seq=reader.integer(value, path, "seq", SEQ_MAX),
        sender_id=reader.text(value, path, "sender_id"),
        kind=reader.text(value, path, "kind"),
        content=reader.object(value, path, "content"),
        metadata=reader.object(value, path, "metadata"),
        inserted_at=reader.text(
            value, path, "inserted_at", _TIMESTAMP, "a time in ISO 8601, UTC, with milliseconds"
        ),
    )


def _parts(
    reader: _Reader, path: str, message: Mapping[str, Any]
) -> tuple[Mapping[str, Any], ...]:
    at, values = reader.array(message, path, "parts")
    parts = []
    for n, part in enumerate(values):
        if isinstance(part, dict):
            reader.text(part, f"{at}.{n}", "type")
            parts.append(part)
        else:
            reader.wrong(f"{at}.{n}", "must be an object")
    return tuple(parts)
