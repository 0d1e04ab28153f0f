"""The files of a match by choice, read and joined into what the engine takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.fairness import lottery
from lacarte.engines.matching.preferences import Choices
from lacarte.engines.matching.preferences.acceptance import GROUPS
from lacarte.standalone.by_choice.criteria import Criterion, Reserve, ranked, read_reserves, read_rule
from lacarte.standalone.columns import PLACE, Column, Vocabulary
from lacarte.standalone.faults import FaultError, Reject, shown
from lacarte.standalone.inputs import digests, places, refuse_unprintable, tell_unused
from lacarte.standalone.tables import Table, read_table

__all__ = ["Inputs", "read", "split"]

Array = npt.NDArray[Any]
Say = Callable[[str], None]
#: Characters of a list of offers.
_LONGEST_LIST = 4000

NEEDS = (
    Column("id", "text", required=True),
    Column("choices", "text", required=True, longest=_LONGEST_LIST),
    Column("meets", "names", vocabulary="condition"),
    *PLACE,
)
OFFERS = (
    Column("id", "text", required=True),
    Column("capacity", "whole", required=True),
    Column("name", "text"),
    Column("priority", "text", longest=_LONGEST_LIST),
    Column("reserves", "text", longest=_LONGEST_LIST),
    Column("requires", "names", vocabulary="condition"),
    *PLACE,
)
_OWN = {column.name for column in (*NEEDS, *OFFERS)}
#: How the column of a criterion is read in the file of needs.
_KINDS: dict[str, Callable[[str], Column]] = {
    "in": lambda name: Column(name, "text", longest=_LONGEST_LIST),
    "same": lambda name: Column(name, "name", vocabulary=f"same {name}"),
    "most": lambda name: Column(name, "number", least=-1e12, greatest=1e12, default=np.nan),
    "least": lambda name: Column(name, "number", least=-1e12, greatest=1e12, default=np.nan),
}


@dataclass(frozen=True, eq=False)
class Inputs:
    """All that a match by choice follows from.

    ``listed`` and ``start`` are the lists of all people as written, in CSR form: the offer, or -1 for one whose
    row was left out. ``open_to`` (``bool[l]``) says which of these somebody may have; those, in the same order,
    are the candidates of ``choices``. ``rules`` and ``reserves`` are those of each offer, ``values`` what each
    criterion says of the candidates: the lower goes first, 0 before 1 for yes and no.
    """

    need_table: Table
    offer_table: Table
    start: Array  # int64[n + 1]
    listed: Array  # int64[l]
    open_to: Array  # bool[l]
    rules: tuple[tuple[Criterion, ...], ...]
    reserves: tuple[tuple[Reserve, ...], ...]
    values: dict[Criterion, Array]  # float64[m] each
    choices: Choices
    seed: str
    rejects: tuple[Reject, ...]
    files: dict[str, dict[str, str]] = field(default_factory=dict)
    paths: tuple[Path, ...] = ()

    def offer_name(self, offer: int) -> str:
        """What an offer is called: its name, or its id."""
        names = self.offer_table.lists.get("name")
        return (names[offer] if names else "") or self.offer_table.ids[offer]


def read(needs: Path, offers: Path, seed: str = "", say: Say = lambda _: None) -> Inputs:
    """Read the files of a match by choice.

    With a ``seed`` a draw decides among equals; without one, who is earlier in the file goes first. Raises
    :class:`FaultError`, one clear line, for a file that cannot be used.
    """
    refuse_unprintable(seed)
    say(f"reading {shown(offers)}")
    words: dict[str, Vocabulary] = {"condition": Vocabulary(most=GROUPS)}
    offer_table, rules, reserves = _read_offers(offers, words)
    say(f"reading {shown(needs)}")
    need_table = _read_needs(needs, offers, rules, words)
    known = {name: at for at, name in enumerate(offer_table.ids)}
    need_table = need_table.without(list(_unfit(need_table, "choices", known, offer_table)))
    for column in sorted({one.name for rule in rules for one in rule if one.form == "in"}):
        need_table = need_table.without(list(_unfit(need_table, column, known, offer_table)))
    tell_unused(need_table, offer_table, say=say)
    for name in _met_by_nobody(need_table, words["condition"]):
        say(f"{offer_table.name}: nobody meets the condition {name}")
    made = _Joining(need_table, offer_table, rules, reserves, words, known)
    return Inputs(
        need_table, offer_table, made.start, made.listed, made.open_to, rules, reserves, made.values,
        made.choices(seed), seed, (*need_table.rejects, *offer_table.rejects),
        digests({"needs": needs, "offers": offers}), (needs, offers),
    )  # fmt: skip


def _read_offers(
    path: Path, words: dict[str, Vocabulary]
) -> tuple[Table, tuple[tuple[Criterion, ...], ...], tuple[tuple[Reserve, ...], ...]]:
    """The offers, the rule of each, and its reserves."""
    first = read_table(path, (Column("priority", "text", longest=_LONGEST_LIST),), words)
    named = {one for cell in set(first.lists.get("priority", ())) for one in _rule_or_none(cell)}
    same = {one.name for one in named if one.form == "same"} - _OWN
    words.update({f"same {name}": Vocabulary() for name in same})
    more = [_KINDS["same"](name) for name in sorted(same)]
    table = read_table(path, (*OFFERS, *more), words, place=Criterion("nearest") in named)
    if missing := sorted(same - table.arrays.keys()):
        raise FaultError(f"{path} lacks the column {missing[0]}, which its column priority names")
    table = table.without(list(_unfit_offers(table, words["condition"])))
    n, priority, kept = len(table), table.lists.get("priority"), table.lists.get("reserves")
    rules = tuple(read_rule(priority[at]) if priority else () for at in range(n))
    capacity = table.arrays["capacity"].tolist()
    return table, rules, tuple(read_reserves(kept[at], capacity[at]) if kept else () for at in range(n))


def _rule_or_none(cell: str) -> tuple[Criterion, ...]:
    try:
        return read_rule(cell)
    except ValueError:
        return ()


def _unfit_offers(table: Table, conditions: Vocabulary) -> Iterator[Reject]:
    """Offers that nobody could name, or whose rule or reserves say nothing that can be followed."""
    advice = {
        "priority": "Write criteria such as: in sibling; same zone; meets low-income; most points; nearest.",
        "reserves": "Write for example: low-income 30%; over-65 2.",
    }
    capacity = table.arrays["capacity"].tolist()
    for row, line in enumerate(table.lines.tolist()):
        if ";" in table.ids[row]:
            advice_id = "Give it an id without semicolons: they stand between the choices of people."
            yield Reject(table.name, line, "id", f"the id “{table.ids[row]}” has a semicolon", advice_id)
        for column in (name for name in advice if name in table.lists):
            cell = table.lists[column][row]
            try:
                if column == "reserves":
                    named = [one.condition for one in read_reserves(cell, capacity[row])]
                else:
                    named = [one.name for one in _refuse_own(read_rule(cell)) if one.form == "meets"]
                if any(conditions.number(name) < 0 for name in named):
                    raise ValueError(f"there are more than {GROUPS} conditions in all")
            except ValueError as error:
                yield Reject(table.name, line, column, str(error), advice[column])


def _refuse_own(rule: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
    """The same rule. Raises ``ValueError`` where it compares a column that means something else here."""
    for one in rule:
        if one.form in _KINDS and one.name in _OWN:
            raise ValueError(f"“{one}”: the column {one.name} has a meaning of its own")
    return rule


def _read_needs(
    path: Path, offers: Path, rules: Sequence[Sequence[Criterion]], words: dict[str, Vocabulary]
) -> Table:
    """The needs with the columns that criteria ask for."""
    named: dict[str, Column] = {}
    for one in dict.fromkeys(one for rule in rules for one in rule if one.form in _KINDS):
        column = _KINDS[one.form](one.name)
        if named.setdefault(one.name, column) != column:
            raise FaultError(f"{offers}: the column {one.name} is to be compared in two ways, one is “{one}”")
    near = any(one.form == "nearest" for rule in rules for one in rule)
    table = read_table(path, (*NEEDS, *named.values()), words, place=near)
    for name in named:
        if name not in table.arrays and name not in table.lists:
            raise FaultError(f"{path} lacks the column {name}, which the column priority of {offers} names")
    return table


def _unfit(table: Table, column: str, known: dict[str, int], offers: Table) -> Iterator[Reject]:
    """Rows whose list of offers names one that is not there, or one twice."""
    for line, cell in zip(table.lines.tolist(), table.lists[column], strict=True):
        ids = split(cell)
        unknown = next((one for one in ids if one not in known and one not in offers.left_out), None)
        twice = next((one for at, one in enumerate(ids) if one in ids[:at]), None)
        if unknown is not None:
            reason = f"there is no offer with the id “{unknown}”"
            yield Reject(table.name, line, column, reason, f"Write ids as {offers.name} does, with semicolons.")
        elif twice is not None:
            yield Reject(table.name, line, column, f"“{twice}” is there twice", "Name each offer once.")
        elif column == "choices" and not ids:
            yield Reject(table.name, line, column, "no offer is named", "Name one, or leave the row out.")


def _met_by_nobody(needs: Table, conditions: Vocabulary) -> list[str]:
    """Conditions that no need meets: most likely a slip of the pen."""
    met = int(np.bitwise_or.reduce(needs.arrays.get("meets", np.zeros(0, dtype=np.uint64))))
    return [name for at, name in enumerate(conditions.names[1:]) if not met >> at & 1]


def split(cell: str) -> list[str]:
    """The ids in a list with semicolons."""
    return [part for part in map(str.strip, cell.split(";")) if part]


class _Joining:
    """Lists of people and rules of offers, joined."""

    def __init__(
        self, needs: Table, offers: Table, rules: Sequence[Sequence[Criterion]],
        reserves: Sequence[Sequence[Reserve]], words: dict[str, Vocabulary], known: dict[str, int],
    ) -> None:  # fmt: skip
        self.needs, self.offers, self.rules, self.reserves = needs, offers, rules, reserves
        self.conditions, self.known = words["condition"], known
        lists = [[known.get(one, -1) for one in split(cell)] for cell in needs.lists["choices"]]
        self.start = np.cumsum([0, *map(len, lists)], dtype=np.int64)
        self.listed = np.array([offer for one in lists for offer in one], dtype=np.int64)
        rows = np.repeat(np.arange(len(lists)), np.diff(self.start))
        self.meets = needs.arrays.get("meets", np.zeros(len(needs), dtype=np.uint64))
        requires = offers.arrays.get("requires", np.zeros(len(offers), dtype=np.uint64))
        self.open_to = self.listed >= 0
        asked = np.where(self.open_to, requires[self.listed] if len(offers) else np.uint64(0), np.uint64(0))
        self.open_to &= (asked & ~self.meets[rows]) == 0
        self.row, self.offer = rows[self.open_to], self.listed[self.open_to]

    @cached_property
    def values(self) -> dict[Criterion, Array]:
        """What each criterion says of all candidates; 0 before 1 for yes and no."""
        found = dict.fromkeys(one for rule in self.rules for one in rule)
        return {one: self._value(one) for one in found}

    def _value(self, one: Criterion) -> Array:
        if one.form == "nearest":
            (x, y), (to_x, to_y), _ = places(self.needs, self.offers)
            east, north = x[self.row] - to_x[self.offer], y[self.row] - to_y[self.offer]
            return _unknown_last(np.round(np.hypot(east, north)))
        if one.form in ("most", "least"):
            given = self.needs.arrays[one.name][self.row]
            return _unknown_last(-given if one.form == "most" else given)
        return np.where(self._holds(one), 0.0, 1.0)

    def _holds(self, one: Criterion) -> Array:
        if one.form == "meets":
            bit = np.uint64(1 << max(self.conditions.number(one.name) - 1, 0))
            return np.asarray((self.meets[self.row] & bit) > 0)
        if one.form == "same":
            mine, theirs = self.needs.arrays[one.name][self.row], self.offers.arrays[one.name][self.offer]
            return np.asarray((mine == theirs) & (mine > 0))
        k = len(self.offers)
        named = [
            row * k + self.known[name]
            for row, cell in enumerate(self.needs.lists[one.name])
            for name in split(cell)
            if name in self.known
        ]
        return np.isin(self.row * k + self.offer, named)

    def choices(self, seed: str) -> Choices:
        """What the engine takes."""
        n, k = len(self.needs), len(self.offers)
        priority = np.zeros(len(self.row), dtype=np.int32)
        for rule in set(map(tuple, self.rules)):
            mine = np.flatnonzero(np.array([one == rule for one in self.rules], dtype=bool)[self.offer])
            if rule:
                priority[mine] = ranked([self.values[one][mine] for one in rule])
        reserves = [one for some in self.reserves for one in some]
        group = [self.conditions.number(one.condition) - 1 for one in reserves]
        order = lottery.order(lottery.draw(self.needs.ids, seed)) if seed else np.arange(n, dtype=np.int32)
        return Choices(
            candidate_start=np.concatenate([[0], np.cumsum(np.bincount(self.row, minlength=n))]),
            candidate_offer=self.offer.astype(np.int32),
            capacity=self.offers.arrays["capacity"],
            order=order,
            candidate_priority=priority,
            groups=self.meets.astype(np.int64),
            reserve_start=np.cumsum([0, *map(len, self.reserves)]) if k else np.zeros(1, dtype=np.int64),
            reserve_group=np.array(group, dtype=np.int32),
            reserve_seats=np.array([one.seats for one in reserves], dtype=np.int32),
        )


def _unknown_last(values: Array) -> Array:
    return np.where(np.isnan(values), np.inf, values)
