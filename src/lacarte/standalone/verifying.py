"""Is a folder of results what follows from the files? Everything is worked out anew and compared."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from filecmp import cmp
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching import Result
from lacarte.engines.matching.candidates.build import Candidates
from lacarte.engines.matching.proof import fingerprint, proof
from lacarte.standalone.faults import FaultError
from lacarte.standalone.inputs import Inputs, read
from lacarte.standalone.run import Matched, Solved, completed, over_all_pairs, problem_of_round
from lacarte.standalone.words import LANGUAGES
from lacarte.standalone.writing import SUMMARY, TABLES, summary, write_tables

__all__ = ["verify"]

Say = Callable[[str], None]


def verify(
    folder: Path, needs: Path, offers: Path, agreements: Path | None = None, rules: Path | None = None,
    threads: int = 2, say: Say = lambda _: None,
) -> Matched:  # fmt: skip
    """Work everything in ``folder`` out anew from the files; the match, which then holds.

    What is believed: which offer each need has and the prices, as far as the certificate proves them. The
    problem, the proof and every byte of every table and of the report are made again and compared. Raises
    :class:`FaultError` naming the first thing that does not hold.
    """
    said = _summary(folder)
    inputs = read(needs, offers, agreements, rules, said["seed"], say)
    for what, one in inputs.files.items():
        told = said["files"].get(what)
        if not isinstance(told, dict) or told.get("sha256") != one["sha256"]:
            raise FaultError(f"{one['name']} is not the file of {what} that {folder} was made from")
    if set(said["files"]) != set(inputs.files):
        missing = sorted(set(said["files"]) - set(inputs.files))
        raise FaultError(f"{folder} was made with --{' --'.join(missing)}; name the same files")
    found = problem_of_round(inputs, said["tolerance"], threads, said["rounds"], say)
    result = _result(folder, inputs, found, said)
    _compare(folder, "fingerprint", said, fingerprint(found.problem))
    _compare(folder, "proof", said, proof(found.problem, result))
    say("checking the certificate")
    try:
        gap_of_all = over_all_pairs(found, result)[1]
        best = Solved(found, result, said["rounds"], gap_of_all, said["stopped_early"])
        again = completed(inputs, best, said["tolerance"], say)
    except ValueError as error:
        raise FaultError(f"{folder}: the certificate does not hold: {error}") from error
    for name, value in summary(again, said["language"]).items():
        if name not in ("seconds", "lacarte"):
            _compare(folder, name, said, value)
    with TemporaryDirectory() as anew:
        write_tables(again, Path(anew), said["language"])
        for table in TABLES:
            if not (folder / table).is_file() or not cmp(folder / table, Path(anew) / table, shallow=False):
                raise FaultError(f"{folder / table} is not what follows from the files")
    return again


def _summary(folder: Path) -> dict[str, Any]:
    """What the summary says, with what verifying builds on of the right kinds."""
    path = folder / SUMMARY
    try:
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FaultError(f"{path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise FaultError(f"{path} is not what lacarte wrote: {error}") from error
    kinds = {
        "seed": str, "files": dict, "tolerance": float, "rounds": int,
        "stopped_early": bool, "language": str, "solver": str, "cost": int, "objective": int, "bound": int,
        "gap": int, "step": int,
    }  # fmt: skip
    for name, kind in kinds.items():
        if not isinstance(said, dict) or type(said.get(name)) is not kind:
            raise FaultError(f"{path} is not what lacarte wrote: {name} is missing or of another kind")
    if said["language"] not in LANGUAGES or not 1 <= said["rounds"] <= 1000 or not 0 <= said["tolerance"] < 1:
        raise FaultError(f"{path} is not what lacarte wrote: language, rounds or tolerance cannot be")
    return said


def _result(folder: Path, inputs: Inputs, found: Candidates, said: dict[str, Any]) -> Result:
    """The match that the tables tell."""
    offer_of = {name: at for at, name in enumerate(inputs.offer_table.ids)}
    need_of = {name: at for at, name in enumerate(inputs.need_table.ids)}
    assignment = np.full(len(need_of), -1, dtype=np.int32)
    for need, offer in _rows(folder / "assignment.csv", ("need", "offer")):
        if need not in need_of or offer not in offer_of:
            raise FaultError(
                f"{folder / 'assignment.csv'}: there is no need {need} or no offer {offer} in the files"
            )
        assignment[need_of[need]] = offer_of[offer]
    price = np.full(len(offer_of), -1, dtype=np.int64)
    for offer, value in _rows(folder / "prices.csv", ("offer", "price")):
        if offer not in offer_of or not (value or "").isdecimal() or int(value) >= 2**63:
            raise FaultError(f"{folder / 'prices.csv'}: offer {offer} has no price that can be")
        price[offer_of[offer]] = int(value)
    if (price < 0).any():
        raise FaultError(
            f"{folder / 'prices.csv'} lacks the offer {inputs.offer_table.ids[int(np.argmin(price))]}"
        )
    return Result(
        assignment, price, _served_by_class(found, assignment),
        said["cost"], said["objective"], said["bound"], said["gap"], said["step"], said["solver"],
    )  # fmt: skip


def _served_by_class(found: Candidates, assignment: npt.NDArray[np.int32]) -> dict[int, int]:
    classes, counts = np.unique(found.problem.priority_class[assignment >= 0], return_counts=True)
    return dict(zip(classes.tolist(), counts.tolist(), strict=True))


def _rows(path: Path, columns: Sequence[str]) -> list[list[str]]:
    """Some columns of a table that was written here."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [[row[name] for name in columns] for row in csv.DictReader(file)]
    except OSError as error:
        raise FaultError(f"{path} cannot be read: {error.strerror or error}") from error
    except (KeyError, UnicodeDecodeError, csv.Error) as error:
        raise FaultError(f"{path} is not what lacarte wrote: {error}") from error


def _compare(folder: Path, name: str, said: dict[str, Any], value: object) -> None:
    if said.get(name) != value:
        raise FaultError(f"{folder / SUMMARY}: {name} is not what follows from the files")
