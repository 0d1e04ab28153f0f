"""The files of a match, read and joined into what the engine takes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.engines.geography import middle, project
from lacarte.engines.matching.candidates.build import Needs, Offers, Rules
from lacarte.engines.matching.fairness import lottery
from lacarte.standalone.columns import NEEDS, Column, Vocabulary, vocabularies
from lacarte.standalone.faults import FaultError, Reject, shown
from lacarte.standalone.rules import read_rules
from lacarte.standalone.tables import Table, read_agreements, read_needs, read_offers

__all__ = ["Inputs", "digests", "places", "read", "refuse_unprintable", "tell_unused"]

Array = npt.NDArray[Any]
Say = Callable[[str], None]
#: Any service type, as an agreement that names none.
_ANY_TYPE = 2**62


@dataclass(frozen=True, eq=False)
class Inputs:
    """All that a match follows from, and nothing else; ``files`` are the names and SHA-256 of what was read.

    ``paths`` say where that is, which changes nothing. ``around`` is the longitude and latitude that metres count
    from, ``None`` where the files have metres. ``balance`` is the column of needs whose groups are to be served as
    evenly as possible, or empty.
    """

    needs: Needs
    offers: Offers
    rules: Rules
    need_table: Table
    offer_table: Table
    words: dict[str, Vocabulary]
    seed: str
    rejects: tuple[Reject, ...]
    files: dict[str, dict[str, str]] = field(default_factory=dict)
    paths: tuple[Path, ...] = ()
    around: tuple[float, float] | None = None
    balance: str = ""

    @property
    def arrival(self) -> npt.NDArray[np.int64]:
        """``int64[n]``: the needs as they came: the longest wait first, then as they are in the file."""
        waiting = self.need_table.arrays.get("waiting_days")
        return np.arange(len(self.needs)) if waiting is None else np.argsort(-waiting, kind="stable")

    @property
    def group(self) -> npt.NDArray[np.int64]:
        """``int64[n]``: the group of each need in the column ``balance``, 0 where nothing is written."""
        found: npt.NDArray[np.int64] = self.need_table.arrays[self.balance]
        return found

    @property
    def group_names(self) -> list[str]:
        """What the groups are called, the first is empty: nothing is written."""
        return self.words["group" if "group" in self.words else self.balance].names

    def offer_name(self, offer: int) -> str:
        """What an offer is called: its name, or its id."""
        names = self.offer_table.lists.get("name")
        return (names[offer] if names else "") or self.offer_table.ids[offer]


def read(
    needs: Path, offers: Path, agreements: Path | None = None, rules: Path | None = None, seed: str = "",
    say: Say = lambda _: None, balance: str = "",
) -> Inputs:  # fmt: skip
    """Read the files of a match.

    With a ``seed`` a draw settles who goes first among needs that are equal in class, order, need index and
    waiting. Without ``agreements`` regions are only counted; with them they are borders. ``balance`` names a
    column of the needs whose groups are to be served as evenly as possible. Raises :class:`FaultError`, one clear
    line, for a file that cannot be used.
    """
    refuse_unprintable(seed)
    words = vocabularies()
    balance, grouping = _grouping(balance, words)
    said = read_rules(rules, words)
    say(f"reading {shown(offers)}")
    offer_table = read_offers(offers, words)
    say(f"reading {shown(needs)}")
    need_table = read_needs(needs, words, grouping)
    if balance and balance not in need_table.arrays:
        raise FaultError(f"{needs} lacks the column {balance}, whose groups were to be balanced")
    rejects = [*need_table.rejects, *offer_table.rejects]
    borders = agreements is not None
    if agreements is not None:
        known = len(words["region"].names)
        table = read_agreements(agreements, words)
        rejects += [*table.rejects, *_of_nobody(table, known, words["region"])]
        said = replace(said, agreements=_agreed(table))
    tell_unused(need_table, offer_table, say=say)
    needs_xy, offers_xy, around = places(need_table, offer_table)
    paths = {"needs": needs, "offers": offers, "agreements": agreements, "rules": rules}
    return Inputs(
        _needs(need_table, needs_xy, borders, seed),
        _offers(offer_table, offers_xy, borders),
        said, need_table, offer_table, words, seed, tuple(rejects),
        digests({name: path for name, path in paths.items() if path}),
        tuple(path for path in paths.values() if path),
        around,
        balance,
    )  # fmt: skip


def tell_unused(*tables: Table, say: Say) -> None:
    """Say which columns are not known."""
    for table in tables:
        if table.unused:
            say(f"{table.name}: not used: {', '.join(name or '(no name)' for name in table.unused)}")


def refuse_unprintable(seed: str) -> None:
    """Raises :class:`FaultError` for a seed that no page could show."""
    if not seed.isprintable():  # nor are bytes that are no UTF-8
        raise FaultError(f"the seed {seed!a} is not text that can be printed; take a number or plain text")


def _grouping(balance: str, words: dict[str, Vocabulary]) -> tuple[str, tuple[Column, ...]]:
    """The column to be balanced, as columns are named, and how to read it where that is not known."""
    name = balance.strip().lower()
    known = {column.name: column.kind for column in NEEDS}
    if not name or known.get(name) == "name":
        return name, ()
    if name in known or not name.isprintable():
        raise FaultError(f"{name!a} holds no groups that could be balanced; name a column such as region")
    words["group"] = Vocabulary()
    return name, (Column(name, "name", vocabulary="group"),)


def places(
    needs: Table, offers: Table
) -> tuple[tuple[Array, Array], tuple[Array, Array], tuple[float, float] | None]:
    """Metres on one plane for both, and the degrees that they count from.

    Raises :class:`FaultError` where one file has degrees and the other metres.
    """
    degrees = [{"longitude", "latitude"} <= set(table.arrays) for table in (needs, offers)]
    if degrees[0] != degrees[1]:
        in_degrees, in_metres = (needs, offers) if degrees[0] else (offers, needs)
        raise FaultError(
            f"{in_degrees.name} has longitude and latitude, {in_metres.name} has x and y; both must have the same"
        )
    if not degrees[0]:
        a, b = needs.arrays, offers.arrays
        return (a["x"], a["y"]), (b["x"], b["y"]), None
    both = [[table.arrays[name] for table in (needs, offers)] for name in ("longitude", "latitude")]
    around = middle(np.concatenate(both[0]), np.concatenate(both[1]))
    of_needs, of_offers = (project(x, y, around) for x, y in zip(*both, strict=True))
    return of_needs, of_offers, around


def _needs(table: Table, place: tuple[Array, Array], borders: bool, seed: str) -> Needs:
    a = table.arrays
    return Needs(
        service_type=a["service_type"],
        x=place[0], y=place[1],
        priority_class=a.get("priority_class", np.zeros(len(table), dtype=np.int64)),
        order=_order(table, seed),
        languages=a.get("languages"),  # type: ignore[arg-type]
        modes=a.get("modes"),  # type: ignore[arg-type]
        eligible=a.get("meets"),  # type: ignore[arg-type]
        reach=a.get("reach"),  # type: ignore[arg-type]
        earliest=a.get("earliest"),  # type: ignore[arg-type]
        deadline=a.get("deadline"),  # type: ignore[arg-type]
        region=a.get("region") if borders else None,  # type: ignore[arg-type]
        household=a.get("household"),  # type: ignore[arg-type]
    )  # fmt: skip


def _offers(table: Table, place: tuple[Array, Array], borders: bool) -> Offers:
    a, types = table.arrays, table.lists["service_types"]
    return Offers(
        service_type=np.fromiter(chain.from_iterable(types), dtype=np.int64),
        type_start=np.cumsum([0, *map(len, types)]),
        capacity=a["capacity"],
        x=place[0], y=place[1],
        reach=a.get("reach"),  # type: ignore[arg-type]
        languages=a.get("languages"),  # type: ignore[arg-type]
        modes=a.get("modes"),  # type: ignore[arg-type]
        required=a.get("requires"),  # type: ignore[arg-type]
        first=a.get("first"),  # type: ignore[arg-type]
        last=a.get("last"),  # type: ignore[arg-type]
        region=a.get("region") if borders else None,  # type: ignore[arg-type]
        household=a.get("household"),  # type: ignore[arg-type]
        cost=a.get("cost"),  # type: ignore[arg-type]
        wait=a.get("wait"),  # type: ignore[arg-type]
    )  # fmt: skip


def _order(table: Table, seed: str) -> npt.NDArray[np.int32]:
    """``int32[n]``: places inside each class, from 0; equal for equals in all that says who goes first."""
    keys = [table.arrays[name] for name in ("priority_class", "order") if name in table.arrays]
    keys += [-table.arrays[name] for name in ("need_index", "waiting_days") if name in table.arrays]
    if seed:
        keys.append(lottery.draw(table.ids, seed))
    n = len(table)
    if not keys or n == 0:
        return np.zeros(n, dtype=np.int32)
    turn = np.lexsort(keys[::-1])
    later, begins = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    for key in keys:
        later[1:] |= key[turn][1:] != key[turn][:-1]
    rank = np.cumsum(later)
    if "priority_class" in table.arrays:
        begins[1:] = np.diff(table.arrays["priority_class"][turn]) != 0
    first_of_class = np.maximum.accumulate(np.where(begins, rank, 0))
    order = np.empty(n, dtype=np.int32)
    order[turn] = rank - first_of_class
    return order


def _agreed(table: Table) -> npt.NDArray[np.int64]:
    """Agreements as the engine takes them: supplier, beneficiary, first and last service type."""
    types = table.lists.get("service_types", [()] * len(table))
    pairs = zip(table.arrays["supplier_region"].tolist(), table.arrays["beneficiary_region"].tolist(), strict=True)
    rows = [
        (supplier, beneficiary, *span)
        for (supplier, beneficiary), some in zip(pairs, types, strict=True)
        for span in ([(one, one) for one in some] or [(0, _ANY_TYPE)])
    ]
    return np.array(rows, dtype=np.int64).reshape(-1, 4)


def _of_nobody(table: Table, known: int, regions: Vocabulary) -> list[Reject]:
    """Agreements between regions of which one has neither needs nor offers: most likely a slip of the pen."""
    return [
        Reject(
            table.name, line, column, f"no need and no offer is in the region “{regions.names[region]}”",
            "Write the region as the files of needs and offers do. The agreement has no effect.",
        )
        for column in ("supplier_region", "beneficiary_region")
        for line, region in zip(table.lines.tolist(), table.arrays[column].tolist(), strict=True)
        if region >= known
    ]  # fmt: skip


def digests(paths: Mapping[str, Path]) -> dict[str, dict[str, str]]:
    """The name and the SHA-256 of each file."""
    found = {}
    for what, path in paths.items():
        with path.open("rb") as file:
            found[what] = {"name": shown(path), "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
    return found
