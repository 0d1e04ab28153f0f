"""Free times, and whether an offer takes somebody on: each for many offers by one query."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.registers.menu.capacity.counting import open_lots, with_free_units
from lacarte.registers.menu.models import CapacityLot, CapacityRule, OfferAtPlace


class CapacityState(models.TextChoices):
    """Whether an offer takes somebody on: the capacity status codes of FHIR SDOH Clinical Care."""

    CAPACITY = "capacity", _("Has free places")
    NO_CAPACITY = "no-capacity", _("Takes nobody on")
    WAITLIST = "waitlist", _("Full, with a waiting list")
    ASSESSMENT = "additional-assessment-required", _("The provider says whether it has a place")


def free_slots(place: OfferAtPlace, *, since: datetime, until: datetime, units: int = 1) -> list[CapacityLot]:
    """The lots of an offer at a place that begin in [``since``, ``until``) and have ``units`` free, by time.

    Each has ``free``. A day or month that has begun and is not over counts as beginning now. One query.
    """
    if place.offer.paused:
        return []
    lots = CapacityLot.objects.filter(open_lots(), offer_at_place=place, starts_at__lt=until)
    lots = lots.filter(Q(starts_at__gte=since) | Q(starts_at__lte=clock.now(), ends_at__gt=since))
    return list(with_free_units(lots).filter(free__gte=units).order_by("starts_at"))


def next_free(
    places: Collection[UUID], *, notice: timedelta = timedelta(0), before: datetime | None = None, units: int = 1
) -> dict[UUID, CapacityLot]:
    """The earliest lot with ``units`` free of each of many offers at places, by their keys; of some there is none.

    One that begins at ``before`` or later does not count, nor an appointment in less than ``notice``. Of each
    offer as many lots are looked at as are full before the first that is not. One query.
    """
    lots = CapacityLot.objects.filter(open_lots(notice), offer_at_place=OuterRef("pk"))
    if before is not None:
        lots = lots.filter(starts_at__lt=before)
    first = with_free_units(lots).filter(free__gte=units).order_by("starts_at", "pk").values("pk")[:1]
    asked = _offered(OfferAtPlace.objects.filter(pk__in=list(places)), _today())
    found = CapacityLot.objects.filter(pk__in=asked.annotate(first=Subquery(first)).values("first"))
    return {lot.offer_at_place_id: lot for lot in found}


def capacity_states(places: Collection[UUID]) -> dict[UUID, CapacityState]:
    """The state of many offers at places, by their keys; derived from lots, rules and holds. One query.

    Something free: ``capacity``. All taken, but lots or rules are ahead, of which something may become free:
    ``waitlist``. Paused, or nothing ahead: ``no-capacity``. Where nobody ever kept lots, only the provider knows.
    """
    asked = with_capacity_state(OfferAtPlace.objects.filter(pk__in=list(places)))
    return {key: CapacityState(state) for key, state in asked.values_list("pk", "capacity_state")}


def with_capacity_state(places: QuerySet[OfferAtPlace]) -> QuerySet[Any]:
    """Offers at places with ``capacity_state`` (a value of :class:`CapacityState`)."""
    today = _today()
    lots = CapacityLot.objects.filter(offer_at_place=OuterRef("pk"))
    ahead = lots.filter(open_lots())
    rules = CapacityRule.objects.filter(offer_at_place=OuterRef("pk"))
    coming = rules.filter(Q(until=None) | Q(until__gte=today), units__gt=0)
    return places.annotate(
        capacity_state=Case(
            When(~_is_offered(today), then=Value(CapacityState.NO_CAPACITY)),
            When(Exists(with_free_units(ahead).filter(free__gt=0)), then=Value(CapacityState.CAPACITY)),
            When(Exists(ahead.filter(units__gt=0)) | Exists(coming), then=Value(CapacityState.WAITLIST)),
            When(Exists(lots) | Exists(rules), then=Value(CapacityState.NO_CAPACITY)),
            default=Value(CapacityState.ASSESSMENT),
            output_field=models.CharField(),
        )
    )


def _today() -> date:
    return timezone.localdate(clock.now())


def _is_offered(day: date) -> Q:
    begun = Q(offer__since=None) | Q(offer__since__lte=day)
    return Q(offer__paused=False) & begun & (Q(offer__until=None) | Q(offer__until__gte=day))


def _offered(places: QuerySet[OfferAtPlace], day: date) -> QuerySet[OfferAtPlace]:
    return places.filter(_is_offered(day))
