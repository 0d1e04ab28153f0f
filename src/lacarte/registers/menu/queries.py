"""Reading the menu and its capacity."""

from __future__ import annotations

from typing import Any

from django.db.models import F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from lacarte.kernel import clock
from lacarte.registers.menu.models import CapacityLot, Hold, ServiceType


def living_holds() -> Q:
    """The holds that count: confirmed, or held and not expired."""
    return Q(state=Hold.State.CONFIRMED) | (
        Q(state=Hold.State.HELD) & (Q(expires_at=None) | Q(expires_at__gt=clock.now()))
    )


def with_free_units(lots: QuerySet[CapacityLot]) -> QuerySet[Any]:
    """The lots with ``taken`` and ``free`` units."""
    taken = (
        Hold.objects.filter(living_holds(), lot=OuterRef("pk")).order_by().values("lot").annotate(n=Sum("units"))
    )
    return lots.annotate(taken=Coalesce(Subquery(taken.values("n"), output_field=IntegerField()), 0)).annotate(
        free=F("units") - F("taken")
    )


def overbooked() -> QuerySet[Any]:
    """Lots with more living holds than units: there must never be one."""
    return with_free_units(CapacityLot.objects.all()).filter(free__lt=0)


def orderable() -> QuerySet[ServiceType]:
    """The service types that can be ordered, by life area."""
    return ServiceType.objects.filter(orderable=True).select_related("parent")
