"""The books of capacity are checked: every lot's holds are added up apart from how decisions count them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from lacarte.kernel import clock
from lacarte.registers.menu.capacity.counting import with_free_units
from lacarte.registers.menu.models import CapacityLot, Hold

_CHUNK = 10_000
_EXPIRED = "expired"


@dataclass
class Books:
    """Sums over all lots, and the keys of lots that are not as they must be.

    ``expired`` units are held by nobody any more and not marked yet. ``unlike`` are lots of which decisions count
    other units than its holds add up to.
    """

    lots: int = 0
    units: int = 0
    confirmed: int = 0
    held: int = 0
    expired: int = 0
    overbooked: list[UUID] = field(default_factory=list)
    unlike: list[UUID] = field(default_factory=list)

    @property
    def free(self) -> int:
        """Units that nobody holds."""
        return self.units - self.confirmed - self.held

    @property
    def well(self) -> bool:
        """Whether no lot is wrong."""
        return not self.overbooked and not self.unlike


def books() -> Books:
    """Add up all lots. Work goes on meanwhile: what seems wrong is looked at again, alone, with its lot locked."""
    sums: Counter[str] = Counter()
    taken = _added_up(sums)
    found = Books(confirmed=sums[Hold.State.CONFIRMED], held=sums[Hold.State.HELD], expired=sums[_EXPIRED])
    counted = with_free_units(CapacityLot.objects.all()).order_by()
    for key, units, decided in counted.values_list("pk", "units", "taken").iterator(_CHUNK):
        found.lots, found.units = found.lots + 1, found.units + units
        if decided > units or decided != taken.get(key, 0):
            _look_again(key, found)
    return found


def _added_up(sums: Counter[str]) -> dict[UUID, int]:
    """Living units by lot, row by row; ``sums`` get the units of each kind."""
    now, taken = clock.now(), Counter[UUID]()
    rows = Hold.objects.exclude(state=Hold.State.RELEASED).order_by()
    for lot, units, state, expires_at in rows.values_list("lot", "units", "state", "expires_at").iterator(_CHUNK):
        if state == Hold.State.HELD and expires_at is not None and expires_at <= now:
            sums[_EXPIRED] += units
            continue
        sums[state] += units
        taken[lot] += units
    return dict(taken)


@transaction.atomic
def _look_again(key: UUID, found: Books) -> None:
    list(CapacityLot.objects.select_for_update().filter(pk=key).values_list("pk"))
    lot = with_free_units(CapacityLot.objects.filter(pk=key)).first()
    if lot is None:
        return
    counting = Hold.objects.filter(lot=key).exclude(state=Hold.State.RELEASED)
    over = counting.filter(state=Hold.State.HELD, expires_at__lte=clock.now())
    sums = [rows.aggregate(n=Sum("units"))["n"] or 0 for rows in (counting, over)]
    if lot.taken > lot.units:
        found.overbooked.append(key)
    if lot.taken != sums[0] - sums[1]:
        found.unlike.append(key)
