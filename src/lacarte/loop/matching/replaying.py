"""A run is computed again from what it read: the same must come out, to the last bit."""

from __future__ import annotations

from dataclasses import dataclass

from lacarte.loop.matching.actions import outcome, rules_version, solved
from lacarte.loop.matching.inputs import fingerprint, unpack
from lacarte.loop.matching.models import MatchingRun, RunInput


@dataclass(frozen=True)
class Difference:
    """One thing that the record of a run says otherwise than the run computed again."""

    what: str
    recorded: object
    found: object

    def __str__(self) -> str:
        return f"{self.what}: {self.recorded} recorded, {self.found} found"


def replay(run: MatchingRun) -> list[Difference]:
    """Compute ``run`` again from its kept inputs and compare; nothing is written. Empty when all is the same.

    Raises ``LookupError`` when the inputs are not kept (any more), ``ValueError`` when they cannot be read.
    """
    kept = RunInput.objects.filter(run=run).first()
    if kept is None:
        raise LookupError("the inputs of this run are not kept any more; the setting run_days says how long")
    inputs = unpack(bytes(kept.arrays))
    again: dict[str, object] = {
        "seed": inputs.seed,
        "fingerprint": fingerprint(inputs),
        "rules_version": rules_version(),
        **outcome(solved(inputs)),
    }
    found = ((name, getattr(run, name), value) for name, value in again.items())
    return [Difference(name, recorded, value) for name, recorded, value in found if recorded != value]
