"""A menu with something of everything, and what of it counts when two are compared."""

from __future__ import annotations

import json
from datetime import date, time
from typing import Any

from lacarte.registers.entitlement.models import EvidenceType, Requirement
from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.bundles import Item, set_bundle
from lacarte.registers.menu.models import Attribute, CapacityRule, LifeEvent, Offer, OfferAtPlace, ServiceType
from lacarte.registers.providers.models import Provider
from tests.city import City

#: Of each table, the columns that are not told: places in trees and moments of change.
TABLES: dict[type[Any], tuple[str, ...]] = {
    ServiceType: (
        "code", "parent__code", "name", "description", "keywords", "orderable", "subject", "urgency",
        "contact_days", "resolution_days", "legal_basis", "carried",
    ),
    Attribute: (
        "service_type__code", "code", "datatype", "question", "hint", "required", "variable", "order", "values",
        "circumstance",
    ),
    EvidenceType: ("code", "name", "description"),
    Requirement: (
        "service_type__code", "code", "circumstance", "comparison", "value", "text", "legal_basis", "order",
        "proofs__code",
    ),
    LifeEvent: (
        "code", "name", "description", "keywords", "business", "order", "active", "items__service_type__code",
        "items__order", "items__why", "items__suggested", "items__after__service_type__code",
    ),
    Provider: (
        "id", "code", "name", "kind", "region__code", "description", "website", "email", "phone", "carried",
    ),
    Offer: (
        "id", "code", "service_type__code", "provider__code", "name", "description", "conditions", "website",
        "email", "phone", "languages", "price_minor", "currency", "price_note", "since", "until", "paused",
        "carried",
    ),
    OfferAtPlace: (
        "id", "offer__code", "region__code", "address", "longitude", "latitude", "reach_metres", "step_free",
        "hours", "phone", "serves__code", "carried",
    ),
    CapacityRule: (
        "offer_at_place_id", "bucket", "weekdays", "opens", "closes", "minutes", "units", "since", "until",
    ),
}  # fmt: skip


def told() -> dict[str, list[str]]:
    """All that is on the menu, in an order of its own."""
    return {
        model.__name__: sorted(
            json.dumps(row, sort_keys=True, default=str)
            for row in model.objects.order_by().exclude(**_root(model)).values_list(*columns)
        )
        for model, columns in TABLES.items()
    }


def _root(model: type[Any]) -> dict[str, int]:
    return {"number": 0} if model is ServiceType else {"pk": None}


def forget() -> None:
    """Nothing is on the menu."""
    for model in (OfferAtPlace, Offer, Provider, LifeEvent, Requirement, EvidenceType, Attribute):
        model.objects.all().delete()
    for kind in ServiceType.objects.exclude(number=0).order_by("-number"):
        kind.delete()


def fill(city: City) -> None:
    """Something of everything."""
    both = {"en": "Child allowance", "zh-hans": "儿童津贴"}
    paid = add_service_type(
        city.area,
        code="child allowance/2",
        name=both,
        keywords={"en": "money child money", "zh-hans": "津贴"},
        legal_basis="Act on Families, § 4",
        description={"en": "Money, “each” month\n\\ and <so> on"},
    )
    birth = EvidenceType.objects.create(code="birth", name={"en": "Birth certificate"})
    card = EvidenceType.objects.create(code="card", name={}, description={"fr": "À la mairie"})
    rule = Requirement.objects.create(
        service_type=paid,
        code="age",
        circumstance="child-age",
        comparison="at-most",
        value=17,
        text={"en": "The child is under 18."},
        legal_basis="§ 4 (2)",
    )
    rule.proofs.set([birth, card])
    Requirement.objects.create(
        service_type=paid, code="lives", circumstance="district", comparison="one-of", value=["w", "e"], order=2
    )
    Attribute.objects.create(
        service_type=city.care,
        code="stairs",
        datatype="singlevaluelist",
        question={"en": "Are there stairs?"},
        values=[{"key": "y", "name": {"en": "Yes", "zh-hans": "有"}}],
    )
    event = LifeEvent.objects.create(
        code="birth", name={"en": "A child is born"}, keywords={"en": "baby"}, order=3
    )
    set_bundle(
        event, [Item("home-care", {"en": "To rest"}), Item(paid.code, suggested=False, after=("home-care",))]
    )
    LifeEvent.objects.create(code="shop", name={"en": "I open a shop"}, business=True, active=False)
    office = Provider.objects.create(
        code="office",
        name=both,
        kind="government",
        region=city.east,
        website="https://office.example/?a=b",
        phone="110",
    )
    offer = Offer.objects.create(
        code="money", service_type=paid, provider=office, name={"en": "Paid by the office", "zh_CN": "乱"},
        languages=["zh-hans", "nan"], price_minor=1250, currency="EUR", price_note={"en": "once"},
        since=date(2026, 3, 1), until=date(2027, 3, 1), paused=True, website="not an address", email="a@b.example",
        conditions={"en": "Ask first."}, carried={"hsds": {"added": {"x": [1, None, 2.5]}}},
    )  # fmt: skip
    for code, price_note in (("asked", {}), ("by-income", {"en": "by income"})):  # their price is not known
        asked = Offer.objects.create(
            code=code, service_type=paid, provider=office, name=both, currency="JPY", price_note=price_note
        )
        OfferAtPlace.objects.create(offer=asked, region=city.east)
    place = OfferAtPlace.objects.create(
        offer=offer, region=city.east, address={"en": "1 Main Street", "zh-hans": "主街1号"},
        longitude=122.15, latitude=28.01, reach_metres=900, step_free=False,
        hours={"1": [["09:00", "17:00"]], "x": "odd"}, phone="010-1",
    )  # fmt: skip
    place.serves.set([city.east, city.west])
    CapacityRule.objects.create(
        offer_at_place=place, bucket="slot", weekdays=[1, 3], opens=time(9), closes=time(12, 30), minutes=30,
        units=2, since=date(2026, 3, 1), until=date(2027, 3, 1),
    )  # fmt: skip
    CapacityRule.objects.create(offer_at_place=place, bucket="month", units=40, since=date(2026, 1, 1))
    OfferAtPlace.objects.create(offer=offer, region=city.west)
