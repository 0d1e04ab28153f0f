"""A decision table as plain data, as DMN 1.4 has it (section 8): what it asks, what it says, and by which rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

Value = bool | float | str | date | None


class Kind(StrEnum):
    """Of a value, named as FEEL names it."""

    BOOLEAN = "boolean"
    NUMBER = "number"
    STRING = "string"
    DATE = "date"


class HitPolicy(StrEnum):
    """What counts where several rows hold (DMN 1.4, table 8.2): the signs that a table shows in its corner."""

    UNIQUE = "U"  # no two rows ever hold
    FIRST = "F"  # the first in the table
    ANY = "A"  # several may hold if they say the same
    COLLECT = "C"  # all of them, as a list
    SUM = "C+"
    LEAST = "C<"
    MOST = "C>"
    COUNT = "C#"


@dataclass(frozen=True)
class Input:
    """A fact that the table asks for. ``allowed`` are unary tests that every value meets; empty: any value."""

    fact: str
    kind: Kind
    allowed: str = ""


@dataclass(frozen=True)
class Output:
    """A part of what the table says. ``default`` (a literal; empty: null) is said where no row holds."""

    name: str
    kind: Kind
    allowed: str = ""
    default: str = ""


@dataclass(frozen=True)
class Row:
    """A rule: for each input unary tests (``-``: any value), for each output a literal. ``note`` is for people."""

    tests: tuple[str, ...]
    says: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Table:
    """Rows over inputs and outputs; it says nothing about when it is in force, or what for."""

    code: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rows: tuple[Row, ...]
    hit_policy: HitPolicy = HitPolicy.UNIQUE
