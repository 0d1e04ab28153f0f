"""The books of resources are checked: the database adds up holds, apart from how decisions count them."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from lacarte.registers.providers.models import Resource, ResourceHold
from lacarte.registers.providers.resources.counting import living, peak


@dataclass
class Books:
    """How many resources and units there are, and the keys of those that are not as they must be."""

    resources: int = 0
    units: int = 0
    holds: int = 0
    overlent: list[UUID] = field(default_factory=list)
    unlike: list[UUID] = field(default_factory=list)  # decisions count otherwise than the database adds up

    @property
    def well(self) -> bool:
        """Whether nothing is wrong."""
        return not self.overlent and not self.unlike


def books() -> Books:
    """Add up all living holds: use is highest at a moment at which some hold begins."""
    found = Books(resources=Resource.objects.count())
    found.units = Resource.objects.aggregate(n=Sum("quantity"))["n"] or 0
    at_once = ResourceHold.objects.filter(
        living(),
        Q(ends_at=None) | Q(ends_at__gt=OuterRef("starts_at")),
        resource=OuterRef("resource"),
        starts_at__lte=OuterRef("starts_at"),
    )
    used = at_once.order_by().values("resource").annotate(n=Sum("units")).values("n")
    rows = ResourceHold.objects.filter(living()).annotate(used=Coalesce(Subquery(used), 0))
    found.holds = rows.count()
    over = rows.filter(used__gt=F("resource__quantity")).order_by("resource")
    found.overlent = list(over.values_list("resource", flat=True).distinct())
    most: dict[UUID, int] = {}
    for resource, units in rows.order_by().values_list("resource", "used"):
        most[resource] = max(most.get(resource, 0), units)
    for resource, units in most.items():
        uses = list(
            ResourceHold.objects.filter(living(), resource=resource).values_list("starts_at", "ends_at", "units")
        )
        if peak(uses, min(since for since, _until, _units in uses)) != units:
            found.unlike.append(resource)
    return found
