"""How far the import of a file has come, kept in one transaction with what it brought."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from lacarte.kernel import clock
from lacarte.kernel.models import UnfinishedImport
from lacarte.standards.imports.report import ImportFaultError


def fingerprint(path: Path, *how: object) -> str:
    """The SHA-256 of a file and of how it is read. Raises :class:`ImportFaultError` where it cannot be read."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256")
    except OSError as error:
        raise ImportFaultError(f"{path}: {error.strerror}") from error
    found.update(repr(how).encode())
    return found.hexdigest()


class Bookmark:
    """The place in a file up to which everything is kept; none is left when the import ends."""

    def __init__(self, key: str, *, again: bool) -> None:
        """``again``: begin at the beginning, wherever an earlier run stopped."""
        row, _ = UnfinishedImport.objects.get_or_create(pk=key)
        if again:
            row.lines, row.so_far = 0, {}
            row.save()
        self._key, self.lines, self.so_far = key, row.lines, row.so_far

    def move(self, lines: int, so_far: dict[str, Any]) -> None:
        """Everything up to ``lines`` is kept when the transaction commits.

        Raises :class:`ImportFaultError` when another process moves the same bookmark: one of them is enough.
        """
        here = UnfinishedImport.objects.filter(pk=self._key, lines=self.lines)
        if not here.update(lines=lines, so_far=so_far, changed_at=clock.now()):
            raise ImportFaultError("another process imports the same file; this one stops, nothing is lost")
        self.lines, self.so_far = lines, so_far

    def remove(self) -> None:
        """The import has come to its end."""
        UnfinishedImport.objects.filter(pk=self._key).delete()
