"""The tables of a match by choice as files: the same input and seed give the same bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from lacarte import __version__
from lacarte.standalone.by_choice.cutoffs import Cutoff, Cutoffs
from lacarte.standalone.by_choice.report import report
from lacarte.standalone.by_choice.run import Placed
from lacarte.standalone.by_choice.words import REASONS, Teller
from lacarte.standalone.folder import BY_CHOICE, Row, refuse_replacing, write_all, write_rejects, write_table

__all__ = ["TABLES", "refuse_overwriting", "save", "summary", "write_tables"]

TABLES = ("assignment.csv", "unserved.csv", "cutoffs.csv", "rejects.csv", "report.html")


def refuse_overwriting(folder: Path, *inputs: Path | None) -> None:
    """Raises :class:`~lacarte.standalone.faults.FaultError` where a result would replace an input."""
    refuse_replacing(folder, TABLES, inputs)


def save(placed: Placed, folder: Path, language: str) -> None:
    """Write everything into ``folder``, ``summary.json`` last: where it is, all is.

    Raises :class:`~lacarte.standalone.faults.FaultError` where the folder cannot be written to, or an input is in
    the way.
    """
    refuse_overwriting(folder, *placed.inputs.paths)
    write_all(folder, lambda there: write_tables(placed, there, language), lambda: summary(placed, language))


def write_tables(placed: Placed, folder: Path, language: str) -> None:
    """Write all but the summary. Raises ``OSError``."""
    teller = Teller(placed, language)
    write_table(folder / "assignment.csv", ("need", "offer", "choice", "words"), _assignment(placed, teller))
    write_table(folder / "unserved.csv", ("need", "reason", "words"), _unserved(placed, teller))
    columns = ("offer", "name", "group", "places", "used", "first_choices", "cutoff")
    write_table(folder / "cutoffs.csv", columns, _cutoffs(placed, teller.cutoffs))
    write_rejects(folder, placed.inputs.rejects)
    (folder / "report.html").write_text(report(placed, teller, language), encoding="utf-8")


def summary(placed: Placed, language: str) -> dict[str, Any]:
    """What was decided, and from what; all but ``seconds`` follows from the files."""
    inputs = placed.inputs
    counted = np.bincount(placed.choice)
    teller = Teller(placed, language)
    reasons = Counter(teller.reason(need) for need in np.flatnonzero(placed.choice == 0).tolist())
    return {
        "mode": BY_CHOICE,
        "needs": len(placed.choice),
        "offers": len(inputs.offer_table),
        "capacity": int(inputs.choices.capacity.sum(dtype=np.int64)),
        "served": int((placed.choice > 0).sum()),
        "rejected_rows": len({(one.file, one.line) for one in inputs.rejects}),
        "choices": {str(at): int(counted[at]) for at in np.flatnonzero(counted).tolist() if at},
        "unserved": {reason: reasons[reason] for reason in REASONS if reasons[reason]},
        "seed": inputs.seed,
        "language": language,
        "lacarte": __version__,
        "files": inputs.files,
        "seconds": placed.seconds,
    }


def _assignment(placed: Placed, teller: Teller) -> Iterator[Row]:
    needs, offers = placed.inputs.need_table.ids, placed.inputs.offer_table.ids
    choice, assignment = placed.choice.tolist(), placed.assignment.tolist()
    for need in np.flatnonzero(placed.choice).tolist():
        yield needs[need], offers[assignment[need]], choice[need], teller.words(need)


def _unserved(placed: Placed, teller: Teller) -> Iterator[Row]:
    needs = placed.inputs.need_table.ids
    for need in np.flatnonzero(placed.choice == 0).tolist():
        yield needs[need], teller.reason(need), teller.words(need)


def _cutoffs(placed: Placed, cutoffs: Cutoffs) -> Iterator[Row]:
    """For each offer its reserves in turn, then everybody."""
    ids = placed.inputs.offer_table.ids
    for offer, (everybody, reserves) in enumerate(zip(cutoffs.everybody, cutoffs.reserves, strict=True)):
        capacity = int(placed.inputs.choices.capacity[offer])
        rows: list[tuple[Cutoff, int]] = [*((one, one.seats) for one in reserves), (everybody, capacity)]
        for one, places in rows:
            used, first = cutoffs.counted(one)
            name = placed.inputs.offer_name(offer)
            yield ids[offer], name, one.condition, places, used, first, cutoffs.written(one)
