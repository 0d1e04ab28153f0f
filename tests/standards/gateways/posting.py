"""A gateway as it posts to us, and a listener it may be posted to."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from django.test import Client

from lacarte.standards.gateways.signing import sign

SECRET = base64.b64encode(b"a secret of twenty-four bytes or more").decode()
CONFIGURED = {
    "gateways": ["relay sms https://relay.example/send", "chatty chat https://chat.example/send", "mute chat"],
    "gateway_secrets": [f"relay {SECRET}", f"chatty whsec_{SECRET}", f"mute {SECRET}"],
}


def post(
    client: Client,
    body: dict[str, Any] | bytes,
    *,
    name: str = "relay",
    key: str = "post-1",
    at: float | None = None,
    secret: str = SECRET,
    **heads: str,
) -> Any:
    """Post a message as the gateway would."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    signed = signed_heads(data, key=key, at=at, secret=secret)
    return client.post(f"/gateways/{name}/", data, content_type="application/json", headers=signed | heads)


def signed_heads(data: bytes, *, key: str, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    """The heads of a post with this body, signed now or ``at`` a time in seconds since 1970."""
    timestamp = int(time.time() if at is None else at)
    return {
        "webhook-id": key,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(base64.b64decode(secret), key=key, timestamp=timestamp, body=data),
    }


@contextmanager
def listening(answers: list[int]) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A gateway that answers with these states in turn, then 200: its address, and what it was posted."""
    posted: list[tuple[dict[str, str], bytes]] = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["Content-Length"]))
            posted.append(({name.lower(): value for name, value in self.headers.items()}, data))
            self.send_response(answers.pop(0) if answers else 200)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/send", posted
    finally:
        server.shutdown()
        server.server_close()
