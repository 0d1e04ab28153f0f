"""What can be wrong with a file: as a whole, or in one row."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

__all__ = ["FaultError", "Reject", "shown"]


class FaultError(Exception):
    """Nothing can be done with this; the message is one clear line that says what to do."""


@dataclass(frozen=True)
class Reject:
    """A row that is left out, one for each thing that is wrong with it. ``line`` counts from 1, the header too."""

    file: str
    line: int
    column: str
    reason: str
    advice: str


def shown(path: Path) -> str:
    r"""The name of a file as text; bytes that are not UTF-8 as ``\xff``."""
    return os.fsencode(path.name).decode("utf-8", "backslashreplace")
