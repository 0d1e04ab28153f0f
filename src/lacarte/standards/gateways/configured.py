"""Which gateways there are, as the settings name them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

MEDIA = ("sms", "chat")
_NAME = re.compile(r"[a-z0-9-]{1,40}")
_PREFIX = "whsec_"
#: Standard Webhooks 1.0: secrets are 24 to 64 random bytes.
_LEAST_BYTES, _MOST_BYTES = 24, 64


@dataclass(frozen=True)
class Gateway:
    """One gateway: what is posted to us as ``name`` and where we post; any of ``secrets`` signs."""

    name: str
    medium: str  # one of MEDIA
    url: str  # empty: nothing goes out by it
    secrets: tuple[bytes, ...]


def gateways_of(written: Sequence[str], secrets: Sequence[str]) -> dict[str, Gateway]:
    """The gateways by name, in their order. Raises ``ValueError`` that names the setting and the entry."""
    keys: dict[str, list[bytes]] = {}
    for entry in secrets:
        name, _, secret = entry.strip().partition(" ")
        keys.setdefault(name, []).append(_secret(name, secret))
    found: dict[str, Gateway] = {}
    for entry in written:
        name, medium, url = _parts(entry)
        if name in found:
            raise ValueError(f"gateways: two of them are called “{name}”")
        if name not in keys:
            raise ValueError(f"gateway_secrets: “{name}” has no secret")
        found[name] = Gateway(name, medium, url, tuple(keys[name]))
    for name in keys:
        if name not in found:
            raise ValueError(f"gateway_secrets: “{name}” is not one of the gateways")
    return found


def _parts(entry: str) -> tuple[str, str, str]:
    name, medium, url = (*entry.split(), "", "", "")[:3]
    if not _NAME.fullmatch(name) or medium not in MEDIA or len(entry.split()) > 3:
        raise ValueError(f"gateways: “{entry}” is not a name (a to z, 0 to 9, -), sms or chat, and an address")
    if url and not url.startswith(("https://", "http://")):
        raise ValueError(f"gateways: the address of “{name}” begins with https://")
    return name, medium, url


def _secret(name: str, text: str) -> bytes:
    try:
        secret = base64.b64decode(text.strip().removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not _LEAST_BYTES <= len(secret) <= _MOST_BYTES:
        raise ValueError(
            f"gateway_secrets: that of “{name}” is not base64 of {_LEAST_BYTES} to {_MOST_BYTES} bytes, "
            "such as `openssl rand -base64 32` makes"
        )
    return secret
