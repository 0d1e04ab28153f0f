"""Any command that reads a file from its standard input: exit code 0 is clean, 1 is harmful, as of clamscan."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

from lacarte.loop.needs.uploads.scanners import ScannerDownError

_SECONDS = 120
_CLEAN, _HARMFUL = 0, 1
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Command:
    """Runs a command once for each file."""

    words: tuple[str, ...]

    def look(self, data: bytes) -> str:
        """What is harmful in ``data``, by its name; empty: nothing. Raises :class:`ScannerDownError`."""
        try:
            # The command is the operator's own, and nothing of what is sent in is part of it.
            done = subprocess.run(self.words, input=data, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ScannerDownError(f"{self.words[0]}: {error}") from error
        lines = done.stdout.decode(errors="replace").strip().splitlines()
        if done.returncode == _CLEAN:
            return ""
        if done.returncode == _HARMFUL:
            name = (lines or [""])[0].removeprefix("stdin: ").removeprefix("stream: ").removesuffix(" FOUND")
            return name[:_LONGEST_NAME] or "harmful"
        raise ScannerDownError(f"{self.words[0]} ends with {done.returncode}: {' '.join(lines)[:200]}")

    def ask(self) -> None:
        """Whether it is there. Raises :class:`ScannerDownError`."""
        if found := self.look(b"nothing"):
            raise ScannerDownError(f"{self.words[0]} finds {found} in nothing")
