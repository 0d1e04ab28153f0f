"""What an import did: how many were loaded, which were not, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_SHOWN = 10
#: Rejected rows that a report remembers; it counts all of them.
_REMEMBERED = 1000
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
    """One row that was left out: its line (or feature) number from 1, the field, and what is wrong with it.

    What has no lines, such as a graph, says ``what`` it was instead.
    """

    line: int
    field: str
    reason: str
    what: str = ""

    @property
    def where(self) -> str:
        """For people."""
        return self.what or f"line {self.line}"


@dataclass
class Report:
    """Counts of one import, which takes the same room however many rows there are.

    ``known``: rows that were there already. ``rejected``: the first thousand of ``rejections``. ``odd``: what is
    strange about rows that were loaded all the same, in how many of them, and the line of the first.
    """

    loaded: int = 0
    known: int = 0
    rejections: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    odd: dict[str, tuple[int, int]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows were looked at."""
        return self.loaded + self.known + self.rejections

    def reject(self, line: int, name: str, reason: str, what: str = "") -> Rejected:
        """Note a row that is left out."""
        left_out = Rejected(line, name, reason, what)
        self.rejections += 1
        if len(self.rejected) < _REMEMBERED:
            self.rejected.append(left_out)
        return left_out

    def wonder(self, line: int, what: str) -> None:
        """Note what is strange about a row that is loaded."""
        count, first = self.odd.get(what, (0, line))
        self.odd[what] = (count + 1, first)

    def text(self) -> str:
        """A few readable lines."""
        lines = [f"{self.loaded} loaded, {self.known} known already, {self.rejections} rejected.", *self.notes]
        lines += [f"{what}: {count}, first in line {first}." for what, (count, first) in self.odd.items()]
        lines += [f"  {row.where}, {row.field}: {row.reason}" for row in self.rejected[:_SHOWN]]
        if self.rejections > _SHOWN:
            lines.append(f"  … and {self.rejections - _SHOWN} more")
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        """What a later run needs to go on with it."""
        shown = [[row.line, row.field, row.reason] for row in self.rejected[:_SHOWN]]
        counts = {"loaded": self.loaded, "known": self.known, "rejections": self.rejections}
        return {**counts, "rejected": shown, "odd": self.odd}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Report:
        """The report that :meth:`as_json` wrote; of the rejected rows it knows the first ten."""
        return cls(
            loaded=kept["loaded"],
            known=kept["known"],
            rejections=kept["rejections"],
            rejected=[Rejected(*row) for row in kept["rejected"]],
            odd={what: (count, first) for what, (count, first) in kept["odd"].items()},
        )
