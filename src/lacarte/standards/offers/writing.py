"""The offers of a provider as the file that can be changed and given back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from django.utils import timezone

from lacarte.kernel import clock
from lacarte.registers.menu.models import CapacityRule, Offer, OfferAtPlace
from lacarte.standards.offers import columns
from lacarte.standards.offers.columns import OFFER_PLAIN, TEXTS


def write_offers(offers: Iterable[Offer]) -> str:
    """A row for each place of each offer, by code; with a mark in front by which spreadsheets know UTF-8."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(columns.header())
    for offer in _prefetched(offers):
        writer.writerows(_rows(offer))
    return "\ufeff" + file.getvalue()


def _prefetched(offers: Iterable[Offer]) -> Iterable[Offer]:
    keys = [offer.pk for offer in offers]
    found = Offer.objects.filter(pk__in=keys).select_related("service_type").order_by("code")
    return found.prefetch_related("places__region", "places__serves", "places__rules")


def _rows(offer: Offer) -> Iterator[list[str]]:
    texts = [said for name in TEXTS for said in columns.texts_of(getattr(offer, name))]
    said = [
        *(offer.code, offer.service_type.code, *texts, offer.price.plain, offer.currency),
        *(", ".join(offer.languages), _day(offer.since), _day(offer.until)),
        *(getattr(offer, name) for name in OFFER_PLAIN),
        "yes" if offer.paused else "no",
    ]
    places = sorted(offer.places.all(), key=lambda place: place.pk)
    for place in places:
        yield [*said, *_place(place)]
    if not places:
        yield [*said, *[""] * len(columns.place())]


def _place(place: OfferAtPlace) -> list[str]:
    return [
        *(str(place.pk), place.region.code, *columns.texts_of(place.address)),
        *(_said(getattr(place, name)) for name in ("longitude", "latitude", "reach_metres")),
        {True: "yes", False: "no", None: ""}[place.step_free],
        columns.in_line(place.hours),
        place.phone,
        ", ".join(region.code for region in sorted(place.serves.all(), key=lambda one: one.pk)),
        columns.times_in_line([rule for rule in place.rules.all() if _lives(rule)]),
    ]


def _lives(rule: CapacityRule) -> bool:
    return rule.units > 0 and (rule.until is None or rule.until >= timezone.localdate(clock.now()))


def _day(day: object) -> str:
    return str(day) if day else ""


def _said(value: object) -> str:
    return "" if value is None else str(value)
