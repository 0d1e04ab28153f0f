"""Which scanner an installation has, as its setting names it."""

from __future__ import annotations

import shlex
from urllib.parse import urlsplit

from django.conf import settings

from lacarte.standards.scanners.clamd import Clamd
from lacarte.standards.scanners.command import Command

_PORT = 3310
_COMMAND = "command "
_LIKE = ("clamd://localhost:3310", "clamd:///run/clamav/clamd.ctl", "command clamscan -")


def configured() -> Clamd | Command | None:
    """The scanner of this installation; ``None``: there is none."""
    return scanner_of(settings.CONFIGURED["scanner"])


def scanner_of(written: str) -> Clamd | Command | None:
    """The scanner that a setting names, ``None`` for none. Raises ``ValueError`` that names the setting."""
    wrong = f"scanner: “{written}” is not like {' or '.join(_LIKE)}"
    if not written:
        return None
    try:
        if written.startswith(_COMMAND):
            return Command(tuple(shlex.split(written.removeprefix(_COMMAND))))
        parts = urlsplit(written)
        port = parts.port or _PORT
    except ValueError as error:
        raise ValueError(wrong) from error
    if parts.scheme != "clamd" or not (parts.hostname or len(parts.path) > 1):
        raise ValueError(wrong)
    return Clamd((parts.hostname, port) if parts.hostname else parts.path)
