"""The menu as people read it: life areas, their services, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Max, Min, Q

from lacarte.kernel.money import Money
from lacarte.registers.menu.models import Offer, ServiceType
from lacarte.registers.providers.models import SubjectKind


@dataclass(frozen=True)
class LifeArea:
    """A life area with the services that can be ordered in it."""

    area: ServiceType
    services: list[ServiceType]


@dataclass(frozen=True)
class Service:
    """One service with what is offered: how many offers, by which kinds of provider, from and to which price."""

    service_type: ServiceType
    offers: int
    kinds: list[str]
    cheapest: Money | None
    dearest: Money | None


def life_areas() -> list[LifeArea]:
    """All life areas that have a service, in the menu's order."""
    found: dict[int, LifeArea] = {}
    for service in ServiceType.objects.filter(orderable=True).select_related("parent").order_by("number"):
        if service.parent is not None:
            found.setdefault(service.parent.number, LifeArea(service.parent, [])).services.append(service)
    return list(found.values())


def services_in(area: ServiceType) -> list[Service]:
    """The services of a life area, with what is offered now."""
    living = Q(offers__paused=False)
    counted = area.children.filter(orderable=True).annotate(
        n=Count("offers", filter=living),
        low=Min("offers__price_minor", filter=living),
        high=Max("offers__price_minor", filter=living),
    )
    kinds: dict[int, set[str]] = {}
    offered = Offer.objects.filter(service_type__parent=area, paused=False)
    rows = list(offered.values_list("service_type_id", "provider__kind", "currency").distinct())
    for number, kind, _currency in rows:
        kinds.setdefault(number, set()).add(kind)
    currency = rows[0][2] if rows else ""
    return [
        Service(
            service_type=kind,
            offers=kind.n,
            kinds=[str(one.label) for one in SubjectKind if one in kinds.get(kind.number, set())],
            cheapest=Money(currency, kind.low) if kind.n else None,
            dearest=Money(currency, kind.high) if kind.n else None,
        )
        for kind in counted.order_by("number")
    ]
