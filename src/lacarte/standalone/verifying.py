"""Is a folder of results what follows from the files? Everything is worked out anew and compared."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Sequence
from filecmp import cmp
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.proof import fingerprint, proof
from lacarte.engines.matching.solve import rated
from lacarte.standalone.faults import FaultError
from lacarte.standalone.inputs import Inputs, read
from lacarte.standalone.run import Matched, Solved, completed, over_all_pairs, problem_of_rounds
from lacarte.standalone.words import LANGUAGES
from lacarte.standalone.writing import SUMMARY, TABLES, summary, write_tables

__all__ = ["verify"]

Say = Callable[[str], None]
#: A price as it is written: what fits 64 bits.
_PRICE = re.compile(r"[0-9]{1,19}")
#: Characters of a name that is shown.
_LONGEST_NAME = 60
#: Rounds that nobody needs.
_MOST_ROUNDS = 1000


def verify(
    folder: Path, needs: Path, offers: Path, agreements: Path | None = None, rules: Path | None = None,
    threads: int = 2, say: Say = lambda _: None,
) -> Matched:  # fmt: skip
    """Work everything in ``folder`` out anew from the files; the match, which then holds.

    What is believed: which offer each need has and the prices, as far as the certificate proves them. Where it was
    balanced, the certificate covers how many of each class are served and what that costs for those who go first;
    who goes first is worked out again by the same method, from certified matches, and must be the same. The
    problem, every number of the summary, the proof and every byte of every table and of the report are made again
    from those and compared. Three things say nothing of the match and cannot be made again: the name of the
    solver, which the report gives as its own word, how long it took, and the version of lacarte. Raises
    :class:`FaultError` naming the first thing that does not hold.
    """
    said = _summary(folder)
    column, after = _balanced(folder, said)
    inputs = read(needs, offers, agreements, rules, said["seed"], say, column)
    for what, one in inputs.files.items():
        told = said["files"].get(what)
        if not isinstance(told, dict) or told.get("sha256") != one["sha256"]:
            raise FaultError(f"{one['name']} is not the file of {what} that {folder} was made from")
    if set(said["files"]) != set(inputs.files):
        missing = sorted(set(said["files"]) - set(inputs.files))
        raise FaultError(f"{folder} was made with --{' --'.join(missing)}; name the same files")
    found, balance = problem_of_rounds(inputs, said["tolerance"], threads, (said["rounds"], after), say)
    assignment, price = _assignment(folder, inputs), _price(folder, inputs)
    _compare(folder, "fingerprint", said, fingerprint(found.problem))
    say("checking the certificate")
    try:
        result = rated(found.problem, assignment, price, said["solver"])
        _compare(folder, "proof", said, proof(found.problem, result))
        gap_of_all = over_all_pairs(found, result)[1]
        best = Solved(found, result, said["rounds"], gap_of_all, balance, after)
        again = completed(inputs, best, said["tolerance"], say)
    except ValueError as error:
        raise FaultError(f"{folder}: the certificate does not hold: {error}") from error
    _compare_all(folder, said, again)
    return again


def _compare_all(folder: Path, said: dict[str, Any], again: Matched) -> None:
    """The summary and the tables as they are, and as they should be."""
    expected = summary(again, said["language"])
    if said.keys() != expected.keys():
        raise FaultError(f"{folder / SUMMARY} does not say what lacarte says, no less and no more")
    for name, value in expected.items():
        if name not in ("seconds", "lacarte"):
            _compare(folder, name, said, value)
    with TemporaryDirectory() as anew:
        write_tables(again, Path(anew), said["language"])
        for table in TABLES:
            try:
                same = cmp(folder / table, Path(anew) / table, shallow=False)
            except OSError as error:
                raise FaultError(f"{folder / table} cannot be read: {error.strerror or error}") from error
            if not same:
                raise FaultError(f"{folder / table} is not what follows from the files")


def _summary(folder: Path) -> dict[str, Any]:
    """What the summary says, with what verifying builds on of the right kinds."""
    path = folder / SUMMARY
    try:
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FaultError(f"{path} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise FaultError(f"{path} is not what lacarte wrote: {error}") from error
    kinds = {"seed": str, "files": dict, "tolerance": float, "rounds": int, "language": str, "solver": str}
    for name, kind in kinds.items():
        if not isinstance(said, dict) or type(said.get(name)) is not kind:
            raise FaultError(f"{path} is not what lacarte wrote: {name} is missing or of another kind")
    if (
        said["language"] not in LANGUAGES
        or not 1 <= said["rounds"] <= _MOST_ROUNDS
        or not 0 <= said["tolerance"] < 1
    ):
        raise FaultError(f"{path} is not what lacarte wrote: language, rounds or tolerance cannot be")
    if not said["solver"].isprintable() or len(said["solver"]) > _LONGEST_NAME:
        raise FaultError(f"{path} is not what lacarte wrote: solver is no name")
    if not said["files"].keys() <= {"needs", "offers", "agreements", "rules"}:
        raise FaultError(f"{path} is not what lacarte wrote: files names one that no match has")
    return said


def _balanced(folder: Path, said: dict[str, Any]) -> tuple[str, int]:
    """The column that the summary says was balanced, and in how many rounds after that; empty where none was."""
    balance = said.get("balance")
    if balance is None:
        return "", 0
    column, rounds = (balance.get(name) if isinstance(balance, dict) else None for name in ("column", "rounds"))
    if type(column) is not str or not column or type(rounds) is not int or not 1 <= rounds <= _MOST_ROUNDS:
        raise FaultError(f"{folder / SUMMARY} is not what lacarte wrote: balance is of another kind")
    return column, rounds


def _assignment(folder: Path, inputs: Inputs) -> npt.NDArray[np.int32]:
    """``int32[n]``: who has which offer, as the tables tell."""
    path = folder / "assignment.csv"
    offer_of = {name: at for at, name in enumerate(inputs.offer_table.ids)}
    need_of = {name: at for at, name in enumerate(inputs.need_table.ids)}
    assignment = np.full(len(need_of), -1, dtype=np.int32)
    for need, offer in _rows(path, ("need", "offer")):
        if need not in need_of or offer not in offer_of:
            raise FaultError(f"{path}: there is no need {_short(need)} or no offer {_short(offer)} in the files")
        assignment[need_of[need]] = offer_of[offer]
    return assignment


def _price(folder: Path, inputs: Inputs) -> npt.NDArray[np.int64]:
    """``int64[k]``: the price of each offer, as the tables tell."""
    path = folder / "prices.csv"
    offer_of = {name: at for at, name in enumerate(inputs.offer_table.ids)}
    price = np.full(len(offer_of), -1, dtype=np.int64)
    for offer, value in _rows(path, ("offer", "price")):
        if offer not in offer_of or not _PRICE.fullmatch(value) or int(value) >= 2**62:
            raise FaultError(f"{path}: offer {_short(offer)} has no price that can be")
        price[offer_of[offer]] = int(value)
    if (price < 0).any():
        raise FaultError(f"{path} lacks the offer {inputs.offer_table.ids[int(np.argmin(price))]}")
    return price


def _rows(path: Path, columns: Sequence[str]) -> list[list[str]]:
    """Some columns of a table that was written here."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [[row[name] or "" for name in columns] for row in csv.DictReader(file)]
    except OSError as error:
        raise FaultError(f"{path} cannot be read: {error.strerror or error}") from error
    except (KeyError, UnicodeDecodeError, csv.Error) as error:
        raise FaultError(f"{path} is not what lacarte wrote: {error}") from error


def _short(text: str) -> str:
    """In one line, whatever somebody wrote."""
    return repr(text if len(text) <= _LONGEST_NAME else text[:_LONGEST_NAME] + "…")


def _compare(folder: Path, name: str, said: dict[str, Any], value: object) -> None:
    # Equal is not enough: 1 is true and 1.0 in Python, but not in the file.
    if said.get(name) != value or json.dumps(said[name], sort_keys=True) != json.dumps(value, sort_keys=True):
        raise FaultError(f"{folder / SUMMARY}: {name} is not what follows from the files")
