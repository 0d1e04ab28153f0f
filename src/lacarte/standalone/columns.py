"""The columns of the files: what each may hold, and how text becomes numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

__all__ = ["NEEDS", "OFFERS", "AGREEMENTS", "PLACE", "Column", "Vocabulary", "Wrong"]  # noqa: RUF022 - as they are read

Kind = Literal["text", "number", "whole", "name", "names", "list"]
Array = npt.NDArray[Any]
#: Row of the chunk, reason, advice.
Wrong = tuple[int, str, str]

LONGEST_TEXT = 200
_INTEGER = 2**31 - 1
_FAR = 1e8


@dataclass(frozen=True)
class Column:
    """One column.

    ``text`` is kept as it is; a ``number`` is a float, a ``whole`` an integer, both within limits and
    ``default`` where nothing is written; a ``name`` is one entry of ``vocabulary``, ``names`` are several with
    semicolons between them as bits, and a ``list`` is several as numbers. Text has ``longest`` characters at most.
    """

    name: str
    kind: Kind
    required: bool = False
    least: float = 0
    greatest: float = _INTEGER
    default: float = 0
    vocabulary: str = ""
    longest: int = LONGEST_TEXT


PLACE = (
    Column("longitude", "number", least=-180, greatest=180, default=math.nan),
    Column("latitude", "number", least=-90, greatest=90, default=math.nan),
    Column("x", "number", least=-_FAR, greatest=_FAR, default=math.nan),
    Column("y", "number", least=-_FAR, greatest=_FAR, default=math.nan),
)

NEEDS = (
    Column("id", "text", required=True),
    Column("service_type", "name", required=True, vocabulary="service_type"),
    *PLACE,
    Column("priority_class", "whole", greatest=255),
    Column("order", "whole", least=-_INTEGER),
    Column("need_index", "number", least=-1e12, greatest=1e12),
    Column("waiting_days", "number", greatest=1e6),
    Column("languages", "names", vocabulary="language"),
    Column("modes", "names", vocabulary="mode"),
    Column("meets", "names", vocabulary="condition"),
    Column("reach", "number", greatest=_FAR, default=math.inf),
    Column("earliest", "whole", least=-_INTEGER),
    Column("deadline", "whole", least=-_INTEGER, default=_INTEGER),
    Column("region", "name", vocabulary="region"),
    Column("household", "whole", default=1),
)

OFFERS = (
    Column("id", "text", required=True),
    Column("service_types", "list", required=True, vocabulary="service_type"),
    Column("capacity", "whole", required=True),
    *PLACE,
    Column("name", "text"),
    Column("provider_kind", "name", vocabulary="provider_kind"),
    Column("languages", "names", vocabulary="language"),
    Column("modes", "names", vocabulary="mode"),
    Column("requires", "names", vocabulary="condition"),
    Column("reach", "number", greatest=_FAR, default=math.inf),
    Column("first", "whole", least=-_INTEGER),
    Column("last", "whole", least=-_INTEGER, default=_INTEGER),
    Column("region", "name", vocabulary="region"),
    Column("household", "whole", default=_INTEGER),
    Column("cost", "whole"),
    Column("wait", "whole"),
)

AGREEMENTS = (
    Column("supplier_region", "name", required=True, vocabulary="region"),
    Column("beneficiary_region", "name", required=True, vocabulary="region"),
    Column("service_types", "list", vocabulary="service_type"),
)

PROVIDER_KINDS = ("government", "market", "social")


@dataclass
class Vocabulary:
    """Names and their numbers, from 1 in the order in which they are met; 0 is nothing. Case does not count."""

    most: int = 2**62
    fixed: bool = False
    numbers: dict[str, int] = field(default_factory=dict)
    names: list[str] = field(default_factory=lambda: [""])

    def number(self, name: str) -> int:
        """The number of ``name``; -1 where there is no more room for it."""
        key = name.casefold()
        found = self.numbers.get(key)
        if found is None:
            if self.fixed or len(self.names) > self.most:
                return -1
            found = self.numbers[key] = len(self.names)
            self.names.append(name)
        return found


def vocabularies() -> dict[str, Vocabulary]:
    """Empty ones, shared by the files of a match; sets of languages, modes and conditions have 64 bits."""
    kinds = Vocabulary()
    for kind in PROVIDER_KINDS:
        kinds.number(kind)
    kinds.fixed = True
    sets = {name: Vocabulary(most=64) for name in ("language", "mode", "condition")}
    return {"service_type": Vocabulary(), "region": Vocabulary(), "provider_kind": kinds, **sets}


def parse(column: Column, cells: Sequence[str], words: dict[str, Vocabulary]) -> tuple[Any, list[Wrong]]:
    """The values of a column, an array or a list of one entry a cell, and what is wrong with which of them."""
    wrong: list[Wrong] = []
    if column.required and "" in cells:
        wrong = [(r, "nothing is written", f"Write the {column.name}.") for r, c in enumerate(cells) if not c]
    if column.kind in ("number", "whole"):
        values, unfit = _numbers(column, cells)
        return values, wrong + unfit
    wrong += _unfit_text(cells, column.longest)
    if column.kind == "text":
        return list(cells), wrong
    vocabulary = words[column.vocabulary]
    if column.kind == "name":
        codes = [vocabulary.number(cell) if cell else 0 for cell in cells]
        unknown = [r for r, code in enumerate(codes) if code < 0]
        return np.array(codes, dtype=np.int64), wrong + [(r, *_no_such(cells[r], vocabulary)) for r in unknown]
    lists, unfit = _lists(cells, vocabulary)
    if column.kind == "list":
        return lists, wrong + unfit
    return np.array([_bits(codes) for codes in lists], dtype=np.uint64), wrong + unfit


def _unfit_text(cells: Sequence[str], longest: int) -> list[Wrong]:
    advice = f"Use up to {longest} characters that can be printed."
    return [
        (
            r,
            "the text is too long or cannot be printed",
            "Close the quotation mark that is open." if "\n" in cell else advice,
        )
        for r, cell in enumerate(cells)
        if len(cell) > longest or not cell.isprintable()
    ]


def _numbers(column: Column, cells: Sequence[str]) -> tuple[Array, list[Wrong]]:
    """Numbers as they are to be stored; what is no number becomes the default and is told."""
    wrong: list[Wrong] = []
    try:
        _refuse_other_ways("".join(cells))
        values = np.array([float(cell) if cell else column.default for cell in cells], dtype=np.float64)
    except ValueError:
        values = np.array([_number(cell, column.default) for cell in cells], dtype=np.float64)
        wrong = [
            (r, f"“{_short(cell)}” is not a number", "Write a number such as 12.5, with a point.")
            for r, cell in enumerate(cells)
            if cell and _number(cell, None) is None
        ]
    written = np.array([bool(cell) for cell in cells], dtype=bool)
    with np.errstate(invalid="ignore"):
        unfit = written & ~((values >= column.least) & (values <= column.greatest))
        if column.kind == "whole":
            unfit |= written & (values != np.floor(values))
    told = {row for row, _, _ in wrong}
    what = "a whole number" if column.kind == "whole" else "a number"
    advice = f"Write {what} from {column.least:.15g} to {column.greatest:.15g}."
    for row in np.flatnonzero(unfit).tolist():
        if row not in told:
            wrong.append((row, f"“{_short(cells[row])}” is not {what} that fits", advice))
        values[row] = 0.0
    return (values.astype(np.int64) if column.kind == "whole" else values), wrong


def _number(cell: str, default: float | None) -> Any:
    try:
        _refuse_other_ways(cell)
        return float(cell) if cell else default
    except ValueError:
        return default


def _refuse_other_ways(text: str) -> None:
    """Python reads 1_0 as ten, and the digits of all scripts; other programs do not, so that nobody should."""
    if "_" in text or not text.isascii():
        raise ValueError("a number has the digits 0 to 9")


def _lists(cells: Sequence[str], vocabulary: Vocabulary) -> tuple[list[tuple[int, ...]], list[Wrong]]:
    """The entries of each cell as numbers; equal cells are looked at once."""
    known: dict[str, tuple[int, ...]] = {}
    wrong: list[Wrong] = []
    for r, cell in enumerate(cells):
        codes = known.get(cell)
        if codes is None:
            codes = tuple(
                dict.fromkeys(vocabulary.number(part) for part in map(str.strip, cell.split(";")) if part)
            )
            known[cell] = codes
        if -1 in codes:
            wrong.append((r, *_no_such(cell, vocabulary)))
    return [known[cell] for cell in cells], wrong


def _bits(codes: tuple[int, ...]) -> int:
    return sum(1 << (code - 1) for code in codes if code > 0)


def _no_such(cell: str, vocabulary: Vocabulary) -> tuple[str, str]:
    if vocabulary.fixed:
        return f"“{_short(cell)}” is not known", f"Use one of {', '.join(vocabulary.names[1:])}."
    return f"“{_short(cell)}” is one name too many", f"Use {vocabulary.most} different names at most."


def _short(cell: str) -> str:
    return cell if len(cell) <= 40 else cell[:39] + "…"
