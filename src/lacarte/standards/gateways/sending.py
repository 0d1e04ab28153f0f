"""SMS and chat messages to residents: one signed post to the gateway's address for each."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import lru_cache
from http.client import HTTPMessage
from typing import IO, Any

from django.conf import settings

from lacarte.kernel import clock
from lacarte.loop.needs.messages.carriers import Letter, UndeliverableError
from lacarte.standards.gateways.configured import Gateway, gateways_of
from lacarte.standards.gateways.signing import ID, SIGNATURE, TIMESTAMP, sign

_SECONDS = 20
#: Refusals that another time may not bring: not found yet, timed out, conflict, too early, too many.
_TEMPORARY = (404, 408, 409, 425, 429)


def configured() -> dict[str, Gateway]:
    """The gateways of this installation, by name."""
    return _parsed(tuple(settings.CONFIGURED["gateways"]), tuple(settings.CONFIGURED["gateway_secrets"]))


@lru_cache(maxsize=4)
def _parsed(written: tuple[str, ...], secrets: tuple[str, ...]) -> dict[str, Gateway]:
    return gateways_of(written, secrets)


class Gateways:
    """Carries what goes out by SMS or chat."""

    def __init__(self, medium: str) -> None:
        self.medium = medium

    def route(self, gateway: str) -> str | None:
        """The gateway that is named; else the first that sends SMS: a chat belongs to the one it came by."""
        out = [one.name for one in configured().values() if one.medium == self.medium and one.url]
        if gateway in out:
            return gateway
        return out[0] if out and self.medium == "sms" else None

    def send(self, letter: Letter) -> None:
        """Post it. Posted again it has the same ``id``, by which the gateway knows that it is the same."""
        gateway = configured().get(letter.gateway)
        if gateway is None or not gateway.url:
            raise UndeliverableError(f"there is no gateway “{letter.gateway}” any more")
        body = json.dumps(body_of(letter), ensure_ascii=False).encode()
        now, key = int(clock.now().timestamp()), str(letter.key)
        headers = {
            "Content-Type": "application/json",
            ID: key,
            TIMESTAMP: str(now),
            SIGNATURE: " ".join(sign(secret, key=key, timestamp=now, body=body) for secret in gateway.secrets),
        }
        request = urllib.request.Request(gateway.url, data=body, headers=headers, method="POST")  # noqa: S310 (http)
        try:
            with _open(request, timeout=_SECONDS):
                return
        except urllib.error.HTTPError as error:
            error.close()
            if 400 <= error.code < 500 and error.code not in _TEMPORARY:
                raise UndeliverableError(f"{gateway.name} refuses it with status {error.code}") from error
            raise


def body_of(letter: Letter) -> dict[str, str]:
    """What the gateway is told."""
    return {
        "id": str(letter.key),
        "to": letter.to,
        "text": letter.text,
        "language": {"zh-hans": "zh-Hans"}.get(letter.language, letter.language),
        "reference": letter.reference,
    }


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What is signed for one address is not handed to another."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Follow none."""


_open: Callable[..., Any] = urllib.request.build_opener(_NoRedirect).open
