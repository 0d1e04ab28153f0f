"""Where no server is set that sends e-mail: what would be sent lies in the home folder, and nothing is lost."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

_UNSAFE = re.compile(r"[^A-Za-z0-9.@+_-]")


class Outbox(BaseEmailBackend):
    """Django's e-mail backend that writes ``.eml`` files named by Message-ID: the same one twice is one file."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each, whole or not at all. Returns how many."""
        folder = Path(settings.OUTBOX)
        folder.mkdir(parents=True, exist_ok=True)
        for letter in email_messages:
            written = letter.message()
            name = _UNSAFE.sub("_", str(written["Message-ID"]).strip("<>"))[:200]
            descriptor, unfinished = tempfile.mkstemp(dir=folder)
            with os.fdopen(descriptor, "wb") as file:
                file.write(written.as_bytes())
                file.flush()
                os.fsync(file.fileno())
            Path(unfinished).replace(folder / f"{name}.eml")
        return len(email_messages)
