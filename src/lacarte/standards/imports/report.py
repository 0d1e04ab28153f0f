"""What an import did: how many were loaded, which were not, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_SHOWN = 10
#: NUL, which PostgreSQL cannot keep, and what is left of bytes that were not of the encoding.
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
#: How files are read, so that one wrong byte spoils its own row only.
BYTES_AS_MARKS = "surrogateescape"


class ImportFaultError(Exception):
    """The file as a whole cannot be read; the message says why and what to do."""


def keepable(text: str) -> bool:
    """Whether a database can keep ``text``, which was read with :data:`BYTES_AS_MARKS`."""
    return _UNKEEPABLE.search(text) is None


class FieldError(ValueError):
    """A field of a row cannot be used. ``args``: the column and what is wrong."""


@dataclass(frozen=True)
class Rejected:
    """One row that was left out: its line (or feature) number from 1, the field, and what is wrong with it."""

    line: int
    field: str
    reason: str


@dataclass
class Report:
    """Counts of one import. ``known``: rows that were there already."""

    loaded: int = 0
    known: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def reject(self, line: int, name: str, reason: str) -> None:
        """Note a row that is left out."""
        self.rejected.append(Rejected(line, name, reason))

    def text(self) -> str:
        """A few readable lines."""
        lines = [f"{self.loaded} loaded, {self.known} known already, {len(self.rejected)} rejected.", *self.notes]
        lines += [f"  line {row.line}, {row.field}: {row.reason}" for row in self.rejected[:_SHOWN]]
        if len(self.rejected) > _SHOWN:
            lines.append(f"  … and {len(self.rejected) - _SHOWN} more")
        return "\n".join(lines)
