"""An agent as a route of FastAPI: `pip install fastapi uvicorn`, then `uvicorn fastapi_agent:app --port 4305`.

Register it with `webhook_path` "/webhook".
"""

import os
from collections.abc import AsyncIterator

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse, StreamingResponse

from fleetlm_agent import (
    ANSWER_HEADERS,
    AgentCall,
    Answer,
    RefusedCall,
    admit_call,
    check_secret,
    read_body_async,
    stream_answer_async,
)

# "whsec_...", shown when the agent is registered. Without it every call is answered: for your own machine.
SECRET = os.environ.get("WEBHOOK_SECRET") or None
check_secret(SECRET)
app = FastAPI()


async def answer(call: AgentCall, answer: Answer) -> AsyncIterator[None]:
    """`yield` sends what was written."""
    for word in f"You said: {call.newest_user_text}".split(" "):
        yield answer.text(word + " ")


@app.post("/webhook")
async def webhook(request: Request) -> Response:
    try:
        # The bytes as they came: parsing and writing them again would change what was signed.
        body = await read_body_async(request.stream())
        call = admit_call(SECRET, request.headers, body)
    except RefusedCall as refused:
        return PlainTextResponse(f"{refused.detail}\n", refused.status)
    return StreamingResponse(stream_answer_async(call, answer), headers=dict(ANSWER_HEADERS))
