"""Signatures of Standard Webhooks 1.0: HMAC-SHA256 over id, time and body.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
#: Seconds that the clocks of both sides may be apart.
TOLERANCE = 300
_VERSION = "v1"
_LONGEST = 200


class SignatureError(ValueError):
    """A message is not signed as it must be; ``header`` says where, the message what to do."""

    def __init__(self, header: str, words: str) -> None:
        super().__init__(words)
        self.header = header


def sign(secret: bytes, *, key: str, timestamp: int, body: bytes) -> str:
    """The signature of ``body``; ``key`` names the message and ``timestamp`` is in seconds since 1970."""
    signed = hmac.new(secret, b"%s.%d.%s" % (key.encode(), timestamp, body), hashlib.sha256).digest()
    return f"{_VERSION},{base64.b64encode(signed).decode('ascii')}"


def verify(
    secrets: Sequence[bytes], *, key: str, timestamp: str, signatures: str, body: bytes, now: float
) -> None:
    """Raise :class:`SignatureError` unless one of ``secrets`` has signed ``body`` within :data:`TOLERANCE` of now.

    ``signatures`` are divided by blanks: while a secret is replaced, the sender signs with both. Every comparison
    takes the same time.
    """
    if not key or len(key) > _LONGEST or not key.isascii() or not key.isprintable():
        raise SignatureError(ID, "name the message: 1 to 200 printable ASCII signs, another name for each")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise SignatureError(TIMESTAMP, "say when it was sent, in whole seconds since 1970")
    if abs(now - int(timestamp)) > TOLERANCE:
        raise SignatureError(TIMESTAMP, f"sent more than {TOLERANCE} seconds from our clock; sign it anew")
    given = [one.encode() for one in signatures.split()[:10]]
    wanted = [sign(secret, key=key, timestamp=int(timestamp), body=body).encode() for secret in secrets]
    fits = [hmac.compare_digest(one, other) for one in given for other in wanted]
    if not any(fits):
        raise SignatureError(SIGNATURE, "does not fit; sign “id.timestamp.body” with the gateway's secret")
