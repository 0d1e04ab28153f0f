"""What a plan for sites looks at: where people need a service, where it is offered, and where other things are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import models
from django.db.models import BigIntegerField, Count, QuerySet, Value
from django.utils.translation import gettext_lazy

from lacarte.kernel import clock
from lacarte.kernel.permissions import Action, AnyUser, may, permitted
from lacarte.loop.matching.queries import HORIZON
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.understanding.privacy import passed_on
from lacarte.registers.menu.models import OfferAtPlace, ServiceType
from lacarte.registers.places.models import Region
from lacarte.registers.places.outlines import outlines

#: How far back ``Who.LATELY`` looks.
LATELY = timedelta(weeks=12)


class Who(models.TextChoices):
    """Whose way counts."""

    WAITING = "waiting", gettext_lazy("Who waits now")
    LATELY = "lately", gettext_lazy("All who needed it in the last 12 weeks")


@dataclass(frozen=True)
class Spot:
    """A point in degrees (WGS84), the number of its region, and the offer at that place if there is one."""

    longitude: float
    latitude: float
    region: int
    pk: UUID | None = None
    reach_metres: int | None = None  # None: all of its city


def services_waited_for(user: AnyUser) -> dict[ServiceType, int]:
    """The service types that somebody waits for, where ``user`` may plan, in the menu's order, and how many do."""
    waits = permitted(Need.objects.filter(state=Need.State.OPEN, service_type__orderable=True), user, Action.PLAN)
    counted = dict(waits.order_by().values_list("service_type_id").annotate(n=Count("pk")))
    kinds = ServiceType.objects.filter(pk__in=counted).select_related("parent").order_by("number")
    return {kind: counted[kind.number] for kind in kinds}


def wanted(user: AnyUser, kind: ServiceType, who: Who) -> tuple[list[Spot], int, int]:
    """Where the people are who need ``kind``, once for each need, where ``user`` may plan.

    Then how many of them are known by region only (they are taken as in its middle), and how many more there are
    of whom not even that is known.
    """
    needs = permitted(Need.objects.filter(service_type=kind), user, Action.PLAN)
    if who == Who.WAITING:
        needs = needs.filter(state=Need.State.OPEN)
    else:
        # What is joined tells of the same thing as its lead.
        needs = needs.filter(passed_on(), lead=None, received_at__gt=clock.now() - LATELY)
        needs = needs.exclude(state=Need.State.WITHDRAWN)
    rows = list(needs.order_by("pk").values_list("longitude", "latitude", "region_id"))
    found = [spot for row in rows if (spot := _spot(*row))]
    apart = Counter(row[2] for row in rows if not _spot(*row))
    middles = {
        region.number: outline.representative_point()
        for region, outline in outlines(Region.objects.filter(pk__in=apart))
    }
    in_middle = [
        Spot(middles[number].x, middles[number].y, number)
        for number in sorted(middles)
        for _person in range(apart[number])
    ]
    return found + in_middle, len(in_middle), sum(apart.values()) - len(in_middle)


def offered_now(kind: ServiceType) -> tuple[list[Spot], int]:
    """Where ``kind`` can be had within the horizon of matching runs, and how many offers have no known place."""
    now = clock.now()
    living = OfferAtPlace.objects.filter(
        offer__service_type=kind,
        offer__paused=False,
        lots__ends_at__gt=now,
        lots__starts_at__lt=now + HORIZON,
    ).distinct()
    found = _spots(living)
    return found, living.count() - len(found)


def others_offer(user: AnyUser, kind: ServiceType) -> list[Spot]:
    """Places where other things are offered and ``kind`` is not, where ``user`` may plan for it."""
    planned = OfferAtPlace.objects.annotate(planned=Value(kind.number, output_field=BigIntegerField()))
    allowed = planned.filter(may(user, Action.PLAN, service_at="planned")).exclude(offer__service_type=kind)
    taken = {
        (spot.longitude, spot.latitude) for spot in _spots(OfferAtPlace.objects.filter(offer__service_type=kind))
    }
    return [spot for spot in _spots(allowed) if (spot.longitude, spot.latitude) not in taken]


def _spots(places: QuerySet[OfferAtPlace]) -> list[Spot]:
    rows = places.order_by("pk").values_list("longitude", "latitude", "region_id", "pk", "reach_metres")
    return [spot for row in rows if (spot := _spot(*row))]


def _spot(
    longitude: float | None, latitude: float | None, region: int, pk: UUID | None = None, reach: int | None = None
) -> Spot | None:
    """``None`` where the place is not known; degrees that are none say nothing."""
    if longitude is None or latitude is None or not (abs(longitude) <= 180 and abs(latitude) <= 90):
        return None
    return Spot(longitude, latitude, region, pk, reach)
