"""PDFs of strangers are drawn in a process of their own, which may use little and dies alone."""

from __future__ import annotations

import os
import subprocess
import sys

from lacarte.engines.documents import Fault, PdfRefusedError
from lacarte.engines.documents.__main__ import REFUSED, SECONDS


def redrawn(data: bytes) -> bytes:
    """``data`` drawn anew (``lacarte.engines.documents``). Raises :class:`PdfRefusedError`."""
    command = [sys.executable, "-m", "lacarte.engines.documents"]
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}  # and no password that is in ours
    try:
        # Nothing of what is sent in is part of the command.
        done = subprocess.run(  # noqa: S603
            command, input=data, env=environment, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise PdfRefusedError(Fault.BROKEN) from error
    if done.returncode == 0:
        return done.stdout
    said = done.stdout.decode(errors="replace") if done.returncode == REFUSED else Fault.BROKEN
    raise PdfRefusedError(Fault(said))
