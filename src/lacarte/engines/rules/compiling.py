"""A table is read once, checked cell by cell, and put into the form that all answers are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lacarte.engines.rules.cells import Cells, cut_input
from lacarte.engines.rules.feel import ANYTHING, ORDERED, NotFeel, Tests, literal_text, parse_literal, parse_tests
from lacarte.engines.rules.tables import HitPolicy, Input, Kind, Output, Table, Value

if TYPE_CHECKING:
    from lacarte.engines.rules.settling import Settled

__all__ = ["COLLECTING", "Compiled", "Fault", "Said", "WrongTable", "compile_table", "faults"]

#: What is said: a value for each output; of a table that collects, such a list for each row that holds.
Said = tuple[Value, ...] | tuple[tuple[Value, ...], ...]
#: Rows that are left, and the inputs that are not known, each with the first and the last cell it may be in.
Residue = tuple[int, tuple[tuple[int, int, int], ...]]
COLLECTING = frozenset({HitPolicy.COLLECT, HitPolicy.SUM, HitPolicy.LEAST, HitPolicy.MOST, HitPolicy.COUNT})
_OF_NUMBERS = {HitPolicy.SUM: {Kind.NUMBER}, HitPolicy.LEAST: ORDERED, HitPolicy.MOST: ORDERED}


@dataclass(frozen=True)
class Fault:
    """What is wrong in a cell: its row from 1 (0: the heading), the name of its column, and why.

    ``what`` is ``template`` with ``said`` put into it, after the sign (from 1) at which that shows, if it does.
    """

    row: int
    column: str
    what: str
    template: str = field(default="", compare=False)
    said: Mapping[str, str] = field(default_factory=dict, compare=False)
    position: int = field(default=0, compare=False)

    @classmethod
    def of(
        cls, row: int, column: str, template: str, said: Mapping[str, str] | None = None, position: int = 0
    ) -> Fault:
        """One with its words put together."""
        said = said or {}
        words = template.format(**said)
        return cls(row, column, f"sign {position}: {words}" if position else words, template, said, position)


class WrongTable(ValueError):
    """A table that cannot be used, with all its ``faults``."""

    def __init__(self, code: str, found: tuple[Fault, ...]) -> None:
        lines = "; ".join(f"row {one.row}, {one.column}: {one.what}" for one in found)
        super().__init__(f"table {code}: {lines}")
        self.faults = found


@dataclass(frozen=True, eq=False)
class Compiled:
    """A table ready to answer. A set of rows is a whole number, bit ``r`` for row ``r`` counted from 0.

    Where one row decides, it is ``r``, or ``len(rows)`` for the defaults: ``code[r]`` is what it says, among
    ``sayings``; ``otherwise[r]`` are the rows that say something else; ``rivals[r]`` are those of them that would
    count if they held too. ``all_rows`` is the set of all rows; ``collects``: several may count at once.
    """

    table: Table
    cells: tuple[Cells, ...]
    says: tuple[tuple[Value, ...], ...]
    default: tuple[Value, ...]
    sayings: tuple[tuple[Value, ...], ...]
    code: tuple[int, ...]
    otherwise: tuple[int, ...]
    rivals: tuple[int, ...]
    #: What was found out where facts are not known, each finding kept once; only spares finding it again.
    remembered: dict[Residue, Settled] = field(default_factory=dict, repr=False)
    findings: dict[Settled, Settled] = field(default_factory=dict, repr=False)
    all_rows: int = field(init=False)
    collects: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "all_rows", (1 << len(self.says)) - 1)
        object.__setattr__(self, "collects", self.table.hit_policy in COLLECTING)


def faults(table: Table, known: Mapping[str, Kind] | None = None) -> tuple[Fault, ...]:
    """Everything that is wrong in a table, in the order of its cells; none if :func:`compile_table` takes it.

    ``known`` are the facts that there are, with their kinds; ``None``: any.
    """
    return _Reading(table, known).found()


def compile_table(table: Table, known: Mapping[str, Kind] | None = None) -> Compiled:
    """A table ready to answer, for :mod:`lacarte.engines.rules.deciding` and its neighbours.

    ``known`` is as in :func:`faults`. Raises :exc:`WrongTable` with all faults, not with the first only.
    """
    reading = _Reading(table, known)
    if found := reading.found():
        raise WrongTable(table.code, found)
    says, default = tuple(map(tuple, reading.says)), tuple(reading.default)
    sayings = tuple(dict.fromkeys([*says, default]))
    number = {said: i for i, said in enumerate(sayings)}
    code = tuple(number[said] for said in [*says, default])
    every = (1 << len(says)) - 1
    same = [sum(1 << row for row, other in enumerate(code[:-1]) if other == one) for one in range(len(sayings))]
    otherwise = tuple(every & ~same[one] for one in code)
    first = table.hit_policy is HitPolicy.FIRST
    rivals = tuple(rows & ((1 << row) - 1) if first else rows for row, rows in enumerate(otherwise))
    return Compiled(table, tuple(reading.cells), says, default, sayings, code, otherwise, rivals)


class _Reading:
    """Cell by cell, going on after what cannot be read."""

    def __init__(self, table: Table, known: Mapping[str, Kind] | None) -> None:
        self.table, self.known = table, known
        self.faults: list[Fault] = []
        self.cells: list[Cells] = []
        self.says: list[list[Value]] = [[] for _ in table.rows]
        self.default: list[Value] = []
        whole = [self._whole(number, row.tests, row.says) for number, row in enumerate(table.rows, 1)]
        for at, asked in enumerate(table.inputs):
            self._input(at, asked, whole)
        for at, said in enumerate(table.outputs):
            self._output(at, said, whole)
        self._policy()

    def found(self) -> tuple[Fault, ...]:
        order = [one.fact for one in self.table.inputs] + [one.name for one in self.table.outputs]
        place = {name: at for at, name in reversed(list(enumerate(order)))}
        return tuple(sorted(self.faults, key=lambda one: (one.row, place.get(one.column, len(order)))))

    def _whole(self, number: int, tests: tuple[str, ...], says: tuple[str, ...]) -> bool:
        good = True
        for cells, heads, name in ((tests, self.table.inputs, "inputs"), (says, self.table.outputs, "outputs")):
            if len(cells) != len(heads):
                counted = {"cells": str(len(cells)), "columns": str(len(heads))}
                self.faults.append(Fault.of(number, name, "{cells} cells for {columns} columns", counted))
                good = False
        return good

    def _input(self, at: int, asked: Input, whole: list[bool]) -> None:
        before = [one.fact for one in self.table.inputs[:at]]
        if asked.fact in before:
            self.faults.append(Fault.of(0, asked.fact, "is asked in two columns; put both tests into one"))
        if self.known is not None and asked.fact not in self.known:
            self.faults.append(Fault.of(0, asked.fact, "is not a known fact"))
        elif self.known is not None and self.known[asked.fact] != asked.kind:
            kinds = {"known": self.known[asked.fact].value, "asked": asked.kind.value}
            self.faults.append(Fault.of(0, asked.fact, "is a {known}, not a {asked}", kinds))
        allowed = self._tests(0, asked.fact, asked.allowed, asked.kind)
        tests = [
            self._tests(number, asked.fact, row.tests[at], asked.kind) if good else ANYTHING
            for number, (row, good) in enumerate(zip(self.table.rows, whole, strict=True), 1)
        ]
        cells = cut_input(asked, allowed, tests)
        if not any(cells.allowed):
            self.faults.append(Fault.of(0, asked.fact, "no value is allowed"))
        possible = cells.between(cells.unknown)[1]
        for number in range(1, len(tests) + 1):
            if not possible >> (number - 1) & 1 and any(cells.allowed):
                self.faults.append(Fault.of(number, asked.fact, "no allowed value meets this"))
        self.cells.append(cells)

    def _tests(self, row: int, column: str, text: str, kind: Kind) -> Tests:
        try:
            return parse_tests(text, kind)
        except NotFeel as wrong:
            self.faults.append(Fault.of(row, column, wrong.template, wrong.said, wrong.position))
            return ANYTHING

    def _output(self, at: int, said: Output, whole: list[bool]) -> None:
        if said.name in [one.name for one in self.table.outputs[:at]]:
            self.faults.append(Fault.of(0, said.name, "is said in two columns"))
        allowed = self._tests(0, said.name, said.allowed, said.kind)
        self.default.append(self._value(0, said, said.default, allowed) if said.default.strip() else None)
        for number, (row, good) in enumerate(zip(self.table.rows, whole, strict=True), 1):
            if good:
                self.says[number - 1].append(self._value(number, said, row.says[at], allowed))

    def _value(self, row: int, said: Output, text: str, allowed: Tests) -> Value:
        try:
            value = parse_literal(text, said.kind)
        except NotFeel as wrong:
            self.faults.append(Fault.of(row, said.name, wrong.template, wrong.said, wrong.position))
            return None
        scaled = value if value is None or isinstance(value, bool | str | float) else float(value.toordinal())
        if not allowed.hold(scaled):
            shown = {"value": literal_text(value)}
            self.faults.append(Fault.of(row, said.name, "{value} is not among the allowed values", shown))
        elif value is None and self.table.hit_policy in _OF_NUMBERS:
            policy = {"policy": self.table.hit_policy.value}
            self.faults.append(Fault.of(row, said.name, "null cannot be put together by {policy}", policy))
        return value

    def _policy(self) -> None:
        policy, outputs = self.table.hit_policy, self.table.outputs
        if not outputs:
            self.faults.append(Fault.of(0, "outputs", "the table says nothing"))
        if policy in COLLECTING - {HitPolicy.COLLECT} and len(outputs) > 1:
            alone = {"policy": policy.value}
            self.faults.append(Fault.of(0, outputs[1].name, "hit policy {policy} puts together one output", alone))
        for said in outputs:
            if said.kind not in _OF_NUMBERS.get(policy, set(Kind)):
                odd = {"policy": policy.value, "kind": said.kind.value}
                self.faults.append(Fault.of(0, said.name, "hit policy {policy} cannot put together {kind}s", odd))
            if policy is HitPolicy.COUNT and said.default.strip():
                self.faults.append(Fault.of(0, said.name, "a count needs no default, it is 0"))
