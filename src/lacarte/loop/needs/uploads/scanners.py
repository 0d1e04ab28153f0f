"""What looks for viruses: a service behind an interface, and one that stands in for it in tests."""

from __future__ import annotations

from typing import ClassVar, Protocol


class ScannerDownError(Exception):
    """Nobody looked at it, so that it waits; the message says why."""


class Scanner(Protocol):
    """Looks for what is harmful."""

    def look(self, data: bytes) -> str:
        """What is harmful in ``data``, by its name; empty: nothing. Raises :class:`ScannerDownError`."""

    def ask(self) -> None:
        """Whether it is there. Raises :class:`ScannerDownError`."""


class Memory:
    """Stands in for scanners in tests: finds the words it is told to find, and can be away."""

    finds: ClassVar[dict[bytes, str]] = {}
    away: ClassVar[list[str]] = []  # why, while there is one

    def look(self, data: bytes) -> str:
        """The name of the first word that is in ``data``."""
        self.ask()
        return next((name for word, name in self.finds.items() if word in data), "")

    def ask(self) -> None:
        """Away, where somebody said so."""
        if self.away:
            raise ScannerDownError(self.away[0])
