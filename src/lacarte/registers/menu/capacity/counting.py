"""What is taken and what is free: one way to count it, for whoever decides and whoever checks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db.models import F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from lacarte.kernel import clock
from lacarte.registers.menu.models import CapacityLot, Hold

#: A shorter lot is a time to come at: it is over when it begins. A longer one is over when it ends.
A_DAY = timedelta(hours=20)


def living_holds() -> Q:
    """The holds that count: confirmed, or held and not expired."""
    return Q(state=Hold.State.CONFIRMED) | (
        Q(state=Hold.State.HELD) & (Q(expires_at=None) | Q(expires_at__gt=clock.now()))
    )


def lives(held: Hold) -> bool:
    """Whether a hold counts now, as :func:`living_holds` says of many."""
    if held.state == Hold.State.HELD:
        return held.expires_at is None or held.expires_at > clock.now()
    return held.state == Hold.State.CONFIRMED


def open_lots(notice: timedelta = timedelta(0)) -> Q:
    """The lots of which something may still be taken: appointments that have not begun, days that are not over.

    ``notice`` leaves out appointments that begin sooner than in so long.
    """
    now = clock.now()
    return Q(ends_at__gt=now) & (Q(starts_at__gt=now + notice) | Q(ends_at__gte=F("starts_at") + A_DAY))


class Lasting(Protocol):
    """A lot, or the time of one."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


def is_open(lot: Lasting, now: datetime) -> bool:
    """As :func:`open_lots`, of one lot or the time of one."""
    return lot.ends_at > now and (lot.starts_at > now or lot.ends_at - lot.starts_at >= A_DAY)


def with_free_units(lots: QuerySet[CapacityLot]) -> QuerySet[Any]:
    """The lots with ``taken`` units, and those that are ``free`` for somebody new (below 0 where a lot closes)."""
    taken = (
        Hold.objects.filter(living_holds(), lot=OuterRef("pk")).order_by().values("lot").annotate(n=Sum("units"))
    )
    return lots.annotate(taken=Coalesce(Subquery(taken.values("n"), output_field=IntegerField()), 0)).annotate(
        free=Coalesce(F("closing_to"), F("units"), output_field=IntegerField()) - F("taken")
    )


def overbooked() -> QuerySet[Any]:
    """Lots with more living holds than units: there must never be one."""
    return with_free_units(CapacityLot.objects.all()).filter(taken__gt=F("units"))
