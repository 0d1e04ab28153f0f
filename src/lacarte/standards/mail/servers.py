"""Addresses of mail servers, as the settings name them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

MAIL_ADDRESS = re.compile(r"[^@\s+<>\"]+@[^@\s+<>\"]+")


@dataclass(frozen=True)
class Kind:
    """A kind of server: its setting, and its schemes with their usual ports."""

    setting: str
    ports: dict[str, int]


SMTP = Kind("mail_smtp", {"smtps": 465, "smtp": 587})
IMAP = Kind("mail_imap", {"imaps": 993, "imap": 143})


@dataclass(frozen=True)
class Server:
    """How a mail server is reached. ``whole``: TLS from the first byte; otherwise it is asked for (STARTTLS)."""

    host: str
    port: int
    user: str
    password: str
    whole: bool
    folder: str = "INBOX"
    plain: bool = False  # no TLS at all: on this machine, or because the address ends in ``?plain``


def mail_server(address: str, kind: Kind, password: str = "") -> Server | None:
    """The server of an address, ``None`` for none. ``password`` counts where the address holds none.

    Raises ``ValueError`` that names the setting.
    """
    if not address:
        return None
    try:
        parts = urlsplit(address)
        port = parts.port or kind.ports[parts.scheme]
    except (KeyError, ValueError) as error:
        schemes = " or ".join(f"{scheme}://" for scheme in kind.ports)
        raise ValueError(f"{kind.setting}: it is {schemes}, a host and perhaps a port") from error
    if not parts.hostname:
        raise ValueError(f"{kind.setting}: it names no host")
    return Server(
        host=parts.hostname,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or "") or password,
        whole=parts.scheme.endswith("s"),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        plain=parts.query == "plain" or (not parts.scheme.endswith("s") and parts.hostname in _HERE),
    )


_HERE = ("localhost", "127.0.0.1", "::1")
