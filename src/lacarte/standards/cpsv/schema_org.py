"""A service as schema.org (GovernmentService, Offer, OpeningHoursSpecification), which search engines read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from lacarte.kernel.text import in_language
from lacarte.registers.menu.models import OfferAtPlace, ServiceType
from lacarte.standards.cpsv.naming import Names

_MOST = 100
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PROVIDERS = {"government": "GovernmentOrganization", "market": "Organization", "social": "NGO"}
#: What would end a data block of HTML before its time, and what JavaScript once took for ends of lines.
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}
Object = dict[str, Any]


def government_service(kind: ServiceType) -> Object:
    """A service with what is offered now, in the reader's language; one query."""
    where = Names(settings.CONFIGURED["site_address"])
    found: Object = {
        "@context": "https://schema.org",
        "@type": "GovernmentService",
        "@id": where.of("service", kind.code),
        "url": where.of("service", kind.code),
        "identifier": kind.code,
        "name": in_language(kind.name),
        "inLanguage": get_language(),
        "serviceType": in_language(kind.parent.name) if kind.parent else "",
        "description": in_language(kind.description),
    }
    places = (
        OfferAtPlace.objects.filter(offer__service_type=kind, offer__paused=False)
        .select_related("offer__provider", "region")
        .order_by("offer_id", "pk")[:_MOST]
    )
    offers: dict[str, Object] = {}
    for place in places:
        offer = offers.setdefault(place.offer.code, _offer(where, place))
        offer["availableAtOrFrom"].append(_place(place))
    found["offers"] = list(offers.values())
    return _said(found)


def _offer(where: Names, place: OfferAtPlace) -> Object:
    offer, provider = place.offer, place.offer.provider
    price = offer.price.money
    return _said(
        {
            "@type": "Offer",
            "@id": where.of("offer", offer.code),
            "name": in_language(offer.name),
            "description": in_language(offer.description),
            "price": str(price.amount) if price else "",
            "priceCurrency": offer.currency if price else "",
            "availabilityStarts": offer.since.isoformat() if offer.since else "",
            "availabilityEnds": offer.until.isoformat() if offer.until else "",
            "offeredBy": _said(
                {
                    "@type": _PROVIDERS[provider.kind],
                    "@id": where.of("provider", provider.code),
                    "name": in_language(provider.name),
                    "url": provider.website,
                    "telephone": provider.phone,
                    "email": provider.email,
                }
            ),
        }
    ) | {"availableAtOrFrom": []}


def _place(place: OfferAtPlace) -> Object:
    found: Object = {
        "@type": "Place",
        "address": place.where,
        "telephone": place.phone,
        "openingHoursSpecification": list(_hours(place.hours)),
    }
    if place.longitude is not None and place.latitude is not None:
        found["geo"] = {"@type": "GeoCoordinates", "longitude": place.longitude, "latitude": place.latitude}
    if place.step_free is not None:
        found["amenityFeature"] = {
            "@type": "LocationFeatureSpecification",
            "name": "Step-free access",
            "value": place.step_free,
        }
    return _said(found)


def _hours(hours: Any) -> Iterable[Object]:
    for day, spans in sorted(hours.items()) if isinstance(hours, dict) else ():
        if day not in "1234567" or len(day) != 1 or not isinstance(spans, list):
            continue
        for span in spans:
            if isinstance(span, list) and len(span) == 2:
                yield {
                    "@type": "OpeningHoursSpecification",
                    "dayOfWeek": f"https://schema.org/{_DAYS[int(day) - 1]}",
                    "opens": span[0],
                    "closes": span[1],
                }


def _said(found: Object) -> Object:
    return {name: value for name, value in found.items() if value not in ("", [], None)}


def data_block(found: Object) -> SafeString:
    """A block of data for a page. It is never run, so that the Content-Security-Policy has nothing against it."""
    written = json.dumps(found, ensure_ascii=False).translate(_ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{written}</script>')  # noqa: S308 (escaped above)
