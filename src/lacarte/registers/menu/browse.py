"""The menu as people read it: life areas, their services, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, Max, Min, OuterRef, Q

from lacarte.kernel.money import Price
from lacarte.registers.menu.models import LifeEvent, Offer, OfferAtPlace, ServiceType
from lacarte.registers.providers.models import SubjectKind


@dataclass(frozen=True)
class LifeArea:
    """A life area with the services that can be ordered in it."""

    area: ServiceType
    services: list[ServiceType]


@dataclass(frozen=True)
class Service:
    """One service with what is offered: how many offers, by which kinds of provider, and at which prices.

    ``prices``: the lowest and the highest that are known, one where they are the same; ``unpriced``: how many
    offers have none that is known.
    """

    service_type: ServiceType
    offers: int
    kinds: list[str]
    prices: list[Price]
    unpriced: int


def life_areas() -> list[LifeArea]:
    """All life areas that have a service, in the menu's order."""
    found: dict[int, LifeArea] = {}
    for service in ServiceType.objects.filter(orderable=True).select_related("parent").order_by("number"):
        if service.parent is not None:
            found.setdefault(service.parent.number, LifeArea(service.parent, [])).services.append(service)
    return list(found.values())


def life_events(most: int | None = None) -> list[LifeEvent]:
    """What can happen and calls for services, in the menu's order; ``most``: the first that happen to people."""
    living = LifeEvent.objects.filter(active=True)
    return list(living if most is None else living.filter(business=False)[:most])


def services_in(area: ServiceType) -> list[Service]:
    """The services of a life area, with what is offered now."""
    has_place = Q(Exists(OfferAtPlace.objects.filter(offer=OuterRef("offers__pk"))))  # others are drafts
    living = Q(offers__paused=False) & has_place
    counted = area.children.filter(orderable=True).annotate(
        n=Count("offers", filter=living),
        low=Min("offers__price_minor", filter=living),
        high=Max("offers__price_minor", filter=living),
        priced=Count("offers__price_minor", filter=living),
    )
    kinds: dict[int, set[str]] = {}
    offered = Offer.objects.filter(service_type__parent=area, paused=False, places__isnull=False)
    rows = list(offered.values_list("service_type_id", "provider__kind", "currency").distinct())
    for number, kind, _currency in rows:
        kinds.setdefault(number, set()).add(kind)
    currency = rows[0][2] if rows else ""
    return [
        Service(
            service_type=kind,
            offers=kind.n,
            kinds=[str(one.label) for one in SubjectKind if one in kinds.get(kind.number, set())],
            prices=[Price(currency, minor) for minor in sorted({kind.low, kind.high} - {None})],
            unpriced=kind.n - kind.priced,
        )
        for kind in counted.order_by("number")
    ]
