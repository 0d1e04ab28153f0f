"""A clamd that knows one virus, at a port or a socket of this machine."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: The test file of the European Institute for Computer Antivirus Research, in pieces so that no scanner finds it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-" + b"TEST-FILE!$H+H*"
_MOST = 2_000_000  # bytes (StreamMaxLength)


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        self.wfile.write((b"PONG" if command == b"zPING\0" else self._scanned()) + b"\0")

    def _scanned(self) -> bytes:
        data = b""
        while n := struct.unpack(">I", self.rfile.read(4))[0]:
            data += self.rfile.read(n)
            if len(data) > _MOST:
                return b"INSTREAM size limit exceeded. ERROR"
        return b"stream: Eicar-Test-Signature FOUND" if EICAR in data else b"stream: OK"


@contextmanager
def serving(at: Path | None = None) -> Iterator[str]:
    """Serve; gives the setting that names it."""
    server: socketserver.BaseServer
    if at is None:
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Talk)
    else:
        server = socketserver.ThreadingUnixStreamServer(str(at), _Talk)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"clamd://{at}" if at else f"clamd://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
