"""A match by choice from beginning to end: everybody placed, and the placement checked."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.preferences import Placement, admitted, check_stability, deferred_acceptance
from lacarte.standalone.by_choice.inputs import Inputs
from lacarte.standalone.faults import FaultError

__all__ = ["Placed", "match", "refuse_claims", "refuse_cutoffs"]

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Placed:
    """A placement that nobody has a better claim against. ``seconds`` are wall-clock times of the steps."""

    inputs: Inputs
    placement: Placement
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def assignment(self) -> npt.NDArray[np.int32]:
        """``int32[n]``: the offer of each need, or -1."""
        return self.placement.assignment

    @property
    def choice(self) -> Ints:
        """``int64[n]``: which of their own list each got, 1 for the first; 0 for nothing."""
        inputs = self.inputs
        got = np.zeros(len(self.assignment), dtype=np.int64)
        served = np.flatnonzero(self.assignment >= 0)
        written = np.flatnonzero(inputs.open_to)
        at = written[inputs.choices.candidate_start[served] + self.placement.choice[served]]
        got[served] = at - inputs.start[served] + 1
        return got

    def in_a_line(self) -> str:
        """Who is served, and what went wrong."""
        needs, served = len(self.assignment), int((self.assignment >= 0).sum())
        first = int((self.choice == 1).sum())
        rejected = len({(one.file, one.line) for one in self.inputs.rejects})
        rest = f"; {rejected} row{'s' if rejected > 1 else ''} left out, see rejects.csv" if rejected else ""
        return f"{served} of {needs} needs placed, {first} at their first choice, nobody has a better claim{rest}."


def match(inputs: Inputs, say: Callable[[str], None] = lambda _: None) -> Placed:
    """Place everybody, people proposing, and check that nobody has a better claim.

    Raises :class:`FaultError` where the check fails: the placement is not used then.
    """
    began = time.monotonic()
    say(f"placing {len(inputs.need_table)} needs at {len(inputs.offer_table)} offers")
    placement = deferred_acceptance(inputs.choices)
    say("checking that nobody has a better claim")
    refuse_claims(inputs, placement.assignment, "the placement")
    return Placed(inputs, placement, {"placing": round(time.monotonic() - began, 3)})


def refuse_claims(inputs: Inputs, assignment: npt.NDArray[np.int32], what: str) -> None:
    """Raises :class:`FaultError`, naming the first, where somebody has a better claim; trusts no solver."""
    found, choices = check_stability(inputs.choices, assignment), inputs.choices
    needs, offers = inputs.need_table.ids, inputs.offer_table.ids
    if len(found.unlisted):
        raise FaultError(f"{what} does not hold: {needs[found.unlisted[0]]} has an offer that they cannot have")
    if len(found.overfull):
        raise FaultError(f"{what} does not hold: {offers[found.overfull[0]]} has more people than places")
    if len(found.blocking):
        at = int(found.blocking[0])
        need, offer = needs[int(choices.rows[at])], offers[int(choices.candidate_offer[at])]
        raise FaultError(f"{what} does not hold: {need} would rather have {offer} and has a better claim there")


def refuse_cutoffs(inputs: Inputs, placement: Placement, what: str) -> None:
    """Raises :class:`FaultError` unless each need has the first offer of its list whose cut-offs it meets."""
    open_to = np.flatnonzero(admitted(inputs.choices, placement))
    first = np.full(len(placement.assignment), -1, dtype=np.int32)
    rows = inputs.choices.rows[open_to][::-1]
    first[rows] = inputs.choices.candidate_offer[open_to][::-1]
    if not np.array_equal(first, placement.assignment):
        need = inputs.need_table.ids[int(np.argmax(first != placement.assignment))]
        raise FaultError(f"{what} does not hold: by the cut-offs {need} would be elsewhere")
