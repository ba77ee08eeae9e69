"""What a FleetLM agent needs: verify a call, read it, stream an answer."""

from .answer import Answer, AnswerError, Tool
from .call import AgentCall, AgentCallError, AgentMessage, FieldError, parse_call
from .serve import (
    BODY_BYTES_MAX,
    RefusedCall,
    admit_call,
    check_secret,
    read_body,
    read_body_async,
    wsgi_agent,
)
from .stream import ANSWER_HEADERS, DONE_EVENT, stream_answer, stream_answer_async, to_event
from .webhook import (
    SIGNATURES_MAX,
    TOLERANCE_SECONDS_DEFAULT,
    VerifiedWebhook,
    WebhookVerificationError,
    sign_webhook,
    verify_webhook,
)

__all__ = [
    "ANSWER_HEADERS",
    "BODY_BYTES_MAX",
    "DONE_EVENT",
    "SIGNATURES_MAX",
    "TOLERANCE_SECONDS_DEFAULT",
    "AgentCall",
    "AgentCallError",
    "AgentMessage",
    "Answer",
    "AnswerError",
    "FieldError",
    "RefusedCall",
    "Tool",
    "VerifiedWebhook",
    "WebhookVerificationError",
    "admit_call",
    "check_secret",
    "parse_call",
    "read_body",
    "read_body_async",
    "sign_webhook",
    "stream_answer",
    "stream_answer_async",
    "to_event",
    "verify_webhook",
    "wsgi_agent",
]
