"""A mail server that takes what it is sent: each message, in the order in which it was told that it has it.

It may be away, and it may hang up before it takes a message or after, without saying so.
"""

from __future__ import annotations

import random
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Taken:
    """What the server has, and how it behaves. ``hangs_up`` is the share of messages at which it does."""

    mails: list[EmailMessage] = field(default_factory=list)
    hung_up: int = 0  # times
    hangs_up: float = 0.0
    draw: random.Random = field(default_factory=lambda: random.Random(1))
    port: int = 0

    @property
    def address(self) -> str:
        """As the setting ``mail_smtp`` names it."""
        return f"smtp://127.0.0.1:{self.port}"


@contextmanager
def taking_mail(taken: Taken) -> Iterator[Taken]:
    """Serve, at ``taken.port`` or a free one."""

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 here")
            while line := self.rfile.readline():
                word = line[:4].upper().strip()
                if word == b"QUIT":
                    self._say("221 bye")
                    return
                if word == b"DATA":
                    if not self._take():
                        return
                else:
                    self._say("250 well")

        def _take(self) -> bool:
            """Take one message; ``False``: hung up."""
            self._say("354 go on")
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                if not line:
                    return False  # the other end is dead
                lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
            fate = taken.draw.random()
            taken.hung_up += fate < taken.hangs_up
            if fate < taken.hangs_up / 2:
                return False
            taken.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))  # type: ignore[arg-type]
            if fate < taken.hangs_up:
                return False
            self._say("250 taken")
            return True

        def _say(self, words: str) -> None:
            self.wfile.write(words.encode() + b"\r\n")

        def finish(self) -> None:
            with suppress(OSError):  # killed meanwhile
                super().finish()

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A worker was killed while it talked."""

    with Server(("127.0.0.1", taken.port), Talk) as server:
        taken.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield taken
        finally:
            server.shutdown()
