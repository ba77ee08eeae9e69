"""Standard Webhooks 1.0: verifies what a cluster signed, and signs calls for tests."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: How far `webhook-timestamp` may be from now, in seconds.
TOLERANCE_SECONDS_DEFAULT = 5 * 60
#: Signatures of one call that are compared at most.
SIGNATURES_MAX = 16
#: Bytes of a secret behind `whsec_`, at least.
SECRET_BYTES_MIN = 24


class WebhookVerificationError(Exception):
    """The call was not signed by the cluster that it claims to come from. Answer it with 401."""


@dataclass(frozen=True)
class VerifiedWebhook:
    """What the signature vouches for."""

    #: `<session_id>:<epoch>`, the same on every attempt: the key to recognise a repeated call by.
    id: str
    timestamp_seconds: int


def verify_webhook(
    *,
    secret: str | Sequence[str],
    headers: Mapping[str, str],
    body: bytes,
    now: float | None = None,
    tolerance_seconds: float = TOLERANCE_SECONDS_DEFAULT,
) -> VerifiedWebhook:
    """Checks the signature over the body as it came, in constant time.

    `secret` may be several while one is rotated; `now` is Unix seconds, the clock when it is left out. Raises
    WebhookVerificationError for a call that is not genuine, and ValueError for a secret of your own that is none.
    """
    keys = secret_keys(secret)
    webhook_id = _header(headers, "webhook-id")
    timestamp = _header(headers, "webhook-timestamp")
    signatures = _signatures(_header(headers, "webhook-signature"))
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise WebhookVerificationError("webhook-timestamp is not a whole number of seconds")
    ahead = int(timestamp) - (time.time() if now is None else now)
    if abs(ahead) > tolerance_seconds:
        direction = "ahead of" if ahead > 0 else "behind"
        raise WebhookVerificationError(
            f"webhook-timestamp is {round(abs(ahead))} s {direction} this machine's clock; "
            f"{tolerance_seconds:g} s are allowed"
        )
    # Every pair is compared, so that the time does not depend on which one matched.
    matches = False
    for key in keys:
        expected = _digest(key, webhook_id, timestamp, body)
        for signature in signatures:
            matches = hmac.compare_digest(signature, expected) or matches
    if not matches:
        raise WebhookVerificationError("no signature of the body matches the secret")
    return VerifiedWebhook(id=webhook_id, timestamp_seconds=int(timestamp))


def sign_webhook(
    *, secret: str | Sequence[str], id: str, body: bytes, at: float | None = None
) -> dict[str, str]:
    """The headers that a cluster signs a call with: for tests of an agent. `at` is Unix seconds."""
    timestamp = str(int(time.time() if at is None else at))
    signatures = (
        "v1," + base64.b64encode(_digest(key, id, timestamp, body)).decode("ascii")
        for key in secret_keys(secret)
    )
    return {
        "webhook-id": id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signatures),
    }


def secret_keys(secret: str | Sequence[str]) -> tuple[bytes, ...]:
    """The keys of these secrets. Raises ValueError with what is wrong with the first that is none."""
    secrets = [secret] if isinstance(secret, str) else list(secret)
    if not secrets:
        raise ValueError("there is no webhook secret")
    keys = []
    for one in secrets:
        if not one.startswith("whsec_"):
            raise ValueError('a webhook secret starts with "whsec_"')
        key = _decode(one[len("whsec_") :])
        if len(key) < SECRET_BYTES_MIN:
            raise ValueError(
                f'a webhook secret has at least {SECRET_BYTES_MIN} bytes after "whsec_", '
                f"in base64; this one has {len(key)}"
            )
        keys.append(key)
    return tuple(keys)


def _digest(key: bytes, webhook_id: str, timestamp: str, body: bytes) -> bytes:
    mac = hmac.new(key, f"{webhook_id}.{timestamp}.".encode(), hashlib.sha256)
    mac.update(body)
    return mac.digest()


def _signatures(header: str) -> list[bytes]:
    """Only `v1`: signatures of other kinds are not for this secret."""
    listed = [one for one in header.split(" ") if one.startswith("v1,")]
    return [_decode(one[len("v1,") :]) for one in listed[:SIGNATURES_MAX]]


def _decode(text: str) -> bytes:
    """Base64 with or without its padding; empty for anything else."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if value is None:
        value = next((v for key, v in headers.items() if key.lower() == name), None)
    if not value:
        raise WebhookVerificationError(f"the header {name} is missing")
    return value
