"""Whether this machine can listen where it is asked to."""

from __future__ import annotations

import socket


def why_taken(host: str, port: int) -> str:
    """Why nobody can listen on ``host:port`` now, and what to do; empty when one can.

    Servers that share a port (SO_REUSEPORT) would start side by side and each answer some of the visitors.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as asked:
            asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            asked.bind(address)
    except OSError as error:
        return f"cannot listen on {host}:{port} ({error.strerror or error}); choose another with --port"
    return ""
