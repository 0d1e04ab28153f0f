"""ClamAV's daemon. Source: clamd(8), INSTREAM and PING with the prefix ``z``."""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from dataclasses import dataclass

from lacarte.loop.needs.uploads.scanners import ScannerDownError

_SECONDS = 60.0
_CHUNK = 1 << 16  # bytes
_LONGEST = 4096  # bytes of an answer


@dataclass(frozen=True)
class Clamd:
    """Asks at a host and port, or at the path of a socket on this machine."""

    address: tuple[str, int] | str

    def look(self, data: bytes) -> str:
        """What is harmful in ``data``, by its name; empty: nothing. Raises :class:`ScannerDownError`."""
        chunks = [data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK)]
        framed = b"".join(struct.pack(">I", len(chunk)) + chunk for chunk in chunks)
        said = self._ask(b"zINSTREAM\0" + framed + struct.pack(">I", 0)).removeprefix("stream: ")
        if said == "OK":
            return ""
        if said.endswith(" FOUND"):
            return said.removesuffix(" FOUND")
        raise ScannerDownError(f"clamd says “{said}”")

    def ask(self) -> None:
        """Whether it is there. Raises :class:`ScannerDownError`."""
        if (said := self._ask(b"zPING\0")) != "PONG":
            raise ScannerDownError(f"clamd says “{said}”")

    def _ask(self, words: bytes) -> str:
        try:
            with self._connected() as connection:
                with suppress(BrokenPipeError, ConnectionResetError):  # too much for it: it says so and hangs up
                    connection.sendall(words)
                said = b""
                while len(said) < _LONGEST and (more := connection.recv(_LONGEST)):
                    said += more
        except OSError as error:
            raise ScannerDownError(f"clamd cannot be asked: {error}") from error
        if not said:
            raise ScannerDownError("clamd says nothing")
        return said.rstrip(b"\0\n").decode(errors="replace")

    def _connected(self) -> socket.socket:
        if isinstance(self.address, tuple):
            return socket.create_connection(self.address, _SECONDS)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(_SECONDS)
        try:
            connection.connect(self.address)
        except OSError:
            connection.close()
            raise
        return connection
