"""What other weights would do, looked at before anybody decides."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from lacarte.engines.needindex.changes import changes
from lacarte.engines.needindex.sensitivity import sensitivity
from lacarte.kernel import clock
from lacarte.loop.needs.models import Need
from lacarte.loop.priority.actions import Weighed, weighed
from lacarte.loop.priority.sampling import sample, seed_number
from lacarte.loop.priority.weights import PARTS, Scheme, in_force

#: So many needs are weighed twice while somebody waits for the page.
TRIED_ON = 2_000


@dataclass(frozen=True)
class Foreseen:
    """Of ``needs`` looked at, of ``waiting`` in all: how many change class, which share of pairs change places.

    ``can_flip``: the share of pairs of a class whose order moving the new weights by a fifth can turn.
    """

    needs: int
    waiting: int
    earlier: int
    later: int
    swap: float
    swap_low: float
    swap_high: float
    can_flip: float
    seed: str

    def as_json(self) -> dict[str, Any]:
        """As the record of the weights keeps it."""
        return asdict(self)


def foresee(proposed: Scheme, *, most: int = TRIED_ON) -> Foreseen:
    """Weigh open needs by the weights in force and by ``proposed``, and compare. Nothing is kept."""
    seed = f"{clock.now():%Y-%m-%d}"
    open_needs = Need.objects.filter(state=Need.State.OPEN)
    rows = sample(open_needs.select_related("service_type", "region"), seed, most)
    if not rows:
        return Foreseen(0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, seed)
    before, after = weighed(rows, in_force()), weighed(rows, proposed)
    number = seed_number(seed)
    found = changes(before.classes, before.result.total, after.classes, after.result.total, seed=number)
    moved = sensitivity(parts_of(after), proposed.weights, after.classes, seed=number)
    return Foreseen(
        needs=len(rows),
        waiting=open_needs.count(),
        earlier=found.earlier,
        later=found.later,
        swap=found.swap,
        swap_low=float(found.swap_between.low),
        swap_high=float(found.swap_between.high),
        can_flip=moved.can_flip,
        seed=seed,
    )


def parts_of(found: Weighed) -> dict[str, Any]:
    """The middle of each part, from 0 to 1."""
    weights = found.scheme.weights
    return {
        part: found.result.contributions[part] / weights[part] if weights[part] else 0 * found.result.total
        for part in PARTS
    }
