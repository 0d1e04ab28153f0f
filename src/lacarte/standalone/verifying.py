"""Is a folder of results what follows from the files? Everything is worked out anew and compared."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.proof import fingerprint, proof
from lacarte.engines.matching.solve import rated
from lacarte.standalone.faults import FaultError
from lacarte.standalone.folder import (
    LONGEST_NAME,
    SUMMARY,
    compare,
    compare_all,
    compare_files,
    read_assignment,
    read_rows,
    read_summary,
    short,
)
from lacarte.standalone.inputs import Inputs, read
from lacarte.standalone.run import Matched, Solved, completed, over_all_pairs, problem_of_rounds
from lacarte.standalone.writing import TABLES, summary, write_tables

__all__ = ["verify"]

Say = Callable[[str], None]
#: A price as it is written: what fits 64 bits.
_PRICE = re.compile(r"[0-9]{1,19}")
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
    compare_files(folder, said, inputs.files)
    found, balance = problem_of_rounds(inputs, said["tolerance"], threads, (said["rounds"], after), say)
    assignment = read_assignment(folder, inputs.need_table.ids, inputs.offer_table.ids)
    price = _price(folder, inputs)
    compare(folder, "fingerprint", said, fingerprint(found.problem))
    say("checking the certificate")
    try:
        result = rated(found.problem, assignment, price, said["solver"])
        compare(folder, "proof", said, proof(found.problem, result))
        gap_of_all = over_all_pairs(found, result)[1]
        best = Solved(found, result, said["rounds"], gap_of_all, balance, after)
        again = completed(inputs, best, said["tolerance"], say)
    except ValueError as error:
        raise FaultError(f"{folder}: the certificate does not hold: {error}") from error
    expected = summary(again, said["language"])
    compare_all(folder, said, expected, TABLES, lambda there: write_tables(again, there, said["language"]))
    return again


def _summary(folder: Path) -> dict[str, Any]:
    """What the summary says, with what verifying builds on of the right kinds."""
    path = folder / SUMMARY
    said = read_summary(folder, {"tolerance": float, "rounds": int, "solver": str})
    if not 1 <= said["rounds"] <= _MOST_ROUNDS or not 0 <= said["tolerance"] < 1:
        raise FaultError(f"{path} is not what lacarte wrote: rounds or tolerance cannot be")
    if not said["solver"].isprintable() or len(said["solver"]) > LONGEST_NAME:
        raise FaultError(f"{path} is not what lacarte wrote: solver is no name")
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


def _price(folder: Path, inputs: Inputs) -> npt.NDArray[np.int64]:
    """``int64[k]``: the price of each offer, as the tables tell."""
    path = folder / "prices.csv"
    offer_of = {name: at for at, name in enumerate(inputs.offer_table.ids)}
    price = np.full(len(offer_of), -1, dtype=np.int64)
    for offer, value in read_rows(path, ("offer", "price")):
        if offer not in offer_of or not _PRICE.fullmatch(value) or int(value) >= 2**62:
            raise FaultError(f"{path}: offer {short(offer)} has no price that can be")
        price[offer_of[offer]] = int(value)
    if (price < 0).any():
        raise FaultError(f"{path} lacks the offer {inputs.offer_table.ids[int(np.argmin(price))]}")
    return price
