"""What processes wrote down before and after each operation, read back when they are dead."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID


@dataclass
class Told:
    """Holds by what was begun and done with them; how many operations ended, were refused, or broke off."""

    begun: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    done: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    operations: int = 0
    refused: int = 0
    unfinished: int = 0


def told(journals: list[Path]) -> Told:
    """Read the journals; a last line may be cut off."""
    found = Told()
    for journal in journals:
        if not journal.exists():  # its process was killed before it did anything
            continue
        for line in journal.read_text().splitlines():
            what, verb, *about = line.split()
            key = UUID(about[0]) if about else None
            if what == "begin":
                found.unfinished += 1
                if key:
                    found.begun[verb].add(key)
                continue
            found.unfinished -= 1
            found.operations += 1
            found.refused += what == "refused"
            if what == "done" and key:
                found.done[verb].add(key)
    return found


def ended(journals: list[Path]) -> int:
    """How many operations have ended so far."""
    return sum(
        data.count(b"done ") + data.count(b"refused ")
        for data in (journal.read_bytes() for journal in journals if journal.exists())
    )
