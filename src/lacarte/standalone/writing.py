"""The tables of a match as files: the same input and seed give the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte import __version__
from lacarte.engines.matching.candidates.build import Reason
from lacarte.engines.matching.capacity.growth import people_and_cost
from lacarte.engines.matching.explanation.zones import Zones
from lacarte.engines.matching.proof import fingerprint, proof
from lacarte.standalone.balancing import as_record
from lacarte.standalone.folder import Row, refuse_replacing, write_all, write_rejects, write_table
from lacarte.standalone.report import report
from lacarte.standalone.run import Matched
from lacarte.standalone.words import LeftOut, told_unserved

__all__ = ["TABLES", "left_out", "refuse_overwriting", "save", "summary", "write_tables"]

TABLES = ("assignment.csv", "unserved.csv", "zones.csv", "prices.csv", "rejects.csv", "report.html")


def refuse_overwriting(folder: Path, *inputs: Path | None) -> None:
    """Raises :class:`~lacarte.standalone.faults.FaultError` where a result in ``folder`` would replace an input.

    To be asked before anything is computed; other names of the same file count too.
    """
    refuse_replacing(folder, TABLES, inputs)


def save(matched: Matched, folder: Path, language: str) -> None:
    """Write everything into ``folder``, ``summary.json`` last: where it is, all is.

    Raises :class:`~lacarte.standalone.faults.FaultError` where the folder cannot be written to, or an input is in
    the way.
    """
    refuse_overwriting(folder, *matched.inputs.paths)
    write_all(folder, lambda there: write_tables(matched, there, language), lambda: summary(matched, language))


def write_tables(matched: Matched, folder: Path, language: str) -> None:
    """Write all but the summary. Raises ``OSError``."""
    write_table(folder / "assignment.csv", _ASSIGNMENT, _assignment(matched))
    write_table(folder / "unserved.csv", _UNSERVED, _unserved(matched, language))
    write_table(folder / "zones.csv", _ZONES, _zones(matched))
    write_table(folder / "prices.csv", _PRICES, _prices(matched))
    write_rejects(folder, matched.inputs.rejects)
    (folder / "report.html").write_text(report(matched, language), encoding="utf-8")


def summary(matched: Matched, language: str) -> dict[str, Any]:
    """What was decided, from what, by what, and how to know; all but ``seconds`` follows from the files."""
    result, inputs = matched.result, matched.inputs
    return {
        "needs": len(result.assignment),
        "offers": len(matched.problem.capacity),
        "capacity": int(matched.problem.capacity.sum(dtype=np.int64)),
        "served": int((result.assignment >= 0).sum()),
        "rejected_rows": len({(one.file, one.line) for one in inputs.rejects}),
        "classes": _classes(matched),
        "cost": result.cost,
        "objective": result.objective,
        "bound": result.bound,
        "gap": result.gap,
        "step": result.step,
        "gap_over_all_pairs": matched.gap_of_all,
        "stopped_early": matched.stopped,
        "rounds": matched.rounds,
        "balance": _balance(matched),
        "candidates": len(matched.problem.candidate_offer),
        "tolerance": matched.tolerance,
        "seed": inputs.seed,
        "language": language,
        "rules_version": inputs.rules.version,
        "solver": result.solver,
        "lacarte": __version__,
        "files": inputs.files,
        "fingerprint": fingerprint(matched.problem),
        "proof": proof(matched.problem, result),
        "seconds": matched.seconds,
    }


def _classes(matched: Matched) -> dict[str, Any]:
    """How many of each class need something, and are served here and in the usual ways."""
    needs = np.bincount(matched.problem.priority_class)
    return {
        str(urgency): {
            "needs": int(needs[urgency]),
            "served": matched.result.served_by_class.get(urgency, 0),
            "first_come_first_served": matched.first_come.served_by_class.get(urgency, 0),
            "greedy_by_class": matched.by_class.served_by_class.get(urgency, 0),
        }
        for urgency in np.flatnonzero(needs).tolist()
    }


def _balance(matched: Matched) -> dict[str, Any] | None:
    if matched.balance is None:
        return None
    return as_record(
        matched.balance, matched.found, matched.inputs.balance, matched.balanced_rounds, matched.result.cost
    )


def left_out(matched: Matched, need: int, language: str, names: dict[int, str]) -> LeftOut:
    """Why ``need`` got nothing, in words."""
    note = matched.inputs.balance if matched.balance else ""
    return told_unserved(matched.told, need, Reason(int(matched.found.reason[need])), language, names, note)


_ASSIGNMENT = ("need", "offer", "cost", "travel", "wait", "language", "mode", "offer_cost", "rank")
_UNSERVED = ("need", "reason", "words", "zone", "zone_places", "zone_needs", "changes")
_ZONES = ("zone", "inside", "places", "offers")
_PRICES = ("offer", "name", "capacity", "used", "price", "levels", "seconds")


def _assignment(matched: Matched) -> Iterator[Row]:
    served = np.flatnonzero(matched.result.assignment >= 0)
    parts = matched.found.parts(matched.cards.pair[served])
    needs, offers = matched.inputs.need_table.ids, matched.inputs.offer_table.ids
    pairs = zip(served.tolist(), matched.result.assignment[served].tolist(), strict=True)
    cost = matched.problem.candidate_cost[matched.cards.pair[served]]
    numbers = (cost, parts.travel, parts.wait, parts.language, parts.mode, parts.offer, matched.cards.rank[served])
    for (need, offer), row in zip(pairs, zip(*(values.tolist() for values in numbers), strict=True), strict=True):
        yield needs[need], offers[offer], *row


def _unserved(matched: Matched, language: str) -> Iterator[Row]:
    names = {offer: matched.inputs.offer_name(offer) for offer in range(len(matched.inputs.offers))}
    ids = matched.inputs.need_table.ids
    for need in np.flatnonzero(matched.result.assignment < 0).tolist():
        said = left_out(matched, need, language, names)
        yield ids[need], said.code, said.words, *_zone_of(matched, need), said.changes


def _zone_of(matched: Matched, need: int) -> tuple[object, object, object]:
    """Number of the zone, its places, and how many needs as urgent as this one or more are confined to it."""
    if matched.told is None or matched.told.zones.of_need[need] < 0:
        return "", "", ""
    zones = matched.told.zones
    zone = int(zones.of_need[need])
    return zone + 1, int(zones.places[zone]), int(zones.places[zone] + zones.ahead[need])


def _zones(matched: Matched) -> Iterator[Row]:
    if matched.told is None:
        return
    zones, ids = matched.told.zones, matched.inputs.offer_table.ids
    home = _home(zones, len(ids))
    members: list[list[str]] = [[] for _ in zones.parent]
    for offer, zone in enumerate(home.tolist()):
        if zone >= 0:
            members[zone].append(ids[offer])
    for zone, (parent, own) in enumerate(zip(zones.parent.tolist(), members, strict=True)):
        inside = parent + 1 if parent >= 0 else ""
        yield zone + 1, inside, int(zones.places[zone]), ";".join(own)


def _home(zones: Zones, offers: int) -> npt.NDArray[np.int64]:
    """``int64[k]``: the smallest zone that each offer is in, or -1; parents come after what is in them."""
    home = np.full(offers, -1, dtype=np.int64)
    for zone in range(len(zones.parent) - 1, -1, -1):
        home[zones.offers(zone)] = zone
    return home


def _prices(matched: Matched) -> Iterator[Row]:
    result, k = matched.result, len(matched.problem.capacity)
    used = np.bincount(result.assignment[result.assignment >= 0], minlength=k)
    levels, seconds = people_and_cost(result.price, result.step)
    columns = (matched.problem.capacity, used, result.price, levels, seconds)
    for offer, row in enumerate(zip(*(values.tolist() for values in columns), strict=True)):
        yield matched.inputs.offer_table.ids[offer], matched.inputs.offer_name(offer), *row
