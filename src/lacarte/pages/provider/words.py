"""Times, hours and changes in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from django.utils import formats
from django.utils.dateparse import parse_date
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import get_language_info, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from lacarte.kernel.money import Price
from lacarte.kernel.text import in_language, listed
from lacarte.registers.menu.keeping.history import Changed
from lacarte.registers.menu.keeping.hours import DAYS, days_in_line
from lacarte.registers.menu.keeping.noting import Record
from lacarte.registers.menu.models import CapacityRule, MenuChange, Offer, OfferAtPlace, ServiceType
from lacarte.registers.places.models import Region

Values = Mapping[str, Any]
#: What is told of a change; keys and what only machines read are not.
LABELS: dict[str, str | Promise] = {
    "name": pgettext_lazy("of an offer or a provider", "Name"),
    "description": gettext_lazy("Description"),
    "conditions": gettext_lazy("Conditions"),
    "service_type_id": gettext_lazy("Service"),
    "price": gettext_lazy("Price"),
    "price_note": gettext_lazy("What the price is for"),
    "languages": gettext_lazy("Languages spoken"),
    "website": gettext_lazy("Website"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "since": gettext_lazy("From"),
    "until": gettext_lazy("Until"),
    "paused": gettext_lazy("Paused"),
    "region_id": gettext_lazy("Region"),
    "address": gettext_lazy("Address"),
    "longitude": gettext_lazy("Longitude"),
    "latitude": gettext_lazy("Latitude"),
    "reach_metres": gettext_lazy("Reaches (metres)"),
    "step_free": gettext_lazy("Step-free"),
    "hours": gettext_lazy("Opening hours"),
    "serves": gettext_lazy("For the people of"),
    "bucket": pgettext_lazy("of times to book", "What one is"),
    "weekdays": gettext_lazy("Days of the week"),
    "opens": gettext_lazy("From (time of day)"),
    "closes": gettext_lazy("To (time of day)"),
    "minutes": gettext_lazy("Minutes each"),
    "units": gettext_lazy("How many each time"),
}
_NEW: dict[str, str | Promise] = {
    Record.OFFER: gettext_lazy("New offer: %(name)s"),
    Record.OFFER_AT_PLACE: gettext_lazy("New place: %(name)s"),
    Record.CAPACITY_RULE: gettext_lazy("New times: %(name)s"),
    Record.PROVIDER: gettext_lazy("The provider: %(name)s"),
}
_GONE: dict[str, str | Promise] = {
    Record.OFFER: gettext_lazy("Offer removed: %(name)s"),
    Record.OFFER_AT_PLACE: gettext_lazy("Place removed: %(name)s"),
    Record.CAPACITY_RULE: gettext_lazy("Times removed: %(name)s"),
    Record.PROVIDER: gettext_lazy("Provider removed: %(name)s"),
}
_NOTHING = "–"


@dataclass(frozen=True)
class Told:
    """A change in words: what it is about, and a line for each field that is another now."""

    change: MenuChange
    title: str
    lines: list[str] = field(default_factory=list)


def told(changes: Iterable[Changed]) -> list[Told]:
    """Changes in words; what they name is looked up together."""
    changes = list(changes)
    names = _Names(changes)
    return [_told(one, names) for one in changes]


def hours_in_words(hours: dict[str, list[list[str]]]) -> list[str]:
    """Opening hours, a line for days that are alike; empty where nothing is known."""
    lines: list[str] = []
    alike: dict[str, list[str]] = {}
    for day in DAYS:
        if spans := hours.get(day):
            said = listed(f"{begin}–{end}" for begin, end in spans)
            alike.setdefault(said, []).append(day)
    for said, days in alike.items():
        lines.append(f"{days_in_words(days)} {said}")
    return lines


def days_in_words(days: Iterable[object]) -> str:
    """Days of the week by name; ``Monday – Friday`` for those that follow each other."""
    parts = []
    for part in filter(None, days_in_line([str(day) for day in sorted(days, key=str)]).split(",")):
        first, _sign, last = part.partition("-")
        parts.append(_day(first) if not last else f"{_day(first)} – {_day(last)}")
    return listed(parts)


def times_in_words(rule: CapacityRule) -> str:
    """A rule of times in a sentence."""
    if rule.bucket == CapacityRule.Bucket.MONTH:
        return ngettext("%(n)d place a month", "%(n)d places a month", rule.units) % {"n": rule.units}
    units = ngettext("%(n)d place each", "%(n)d places each", rule.units) % {"n": rule.units}
    days = days_in_words(rule.weekdays) if rule.weekdays else _("Every working day")
    if rule.bucket == CapacityRule.Bucket.DAY:
        return listed([days, units])
    said = {"opens": _time(rule.opens), "closes": _time(rule.closes), "minutes": rule.minutes}
    return listed([days, _("%(opens)s–%(closes)s, every %(minutes)s minutes") % said, units])


def lot_in_words(rule: CapacityRule, starts: datetime, ends: datetime) -> str:
    """One lot of a rule, in the local time of its region."""
    if rule.bucket == CapacityRule.Bucket.MONTH:
        return formats.date_format(starts, "YEAR_MONTH_FORMAT")
    day = f"{formats.date_format(starts, 'D')} {formats.date_format(starts, 'SHORT_DATE_FORMAT')}"
    said = {"day": day, "time": f"{starts:%H:%M}–{ends:%H:%M}"}
    return day if rule.bucket == CapacityRule.Bucket.DAY else _("%(day)s, %(time)s") % said


def _told(one: Changed, names: _Names) -> Told:
    kind, title = one.change.record, names.title(one)
    if one.before is None:
        return Told(one.change, str(_NEW.get(kind, "%(name)s")) % {"name": title})
    if one.after is None:
        return Told(one.change, str(_GONE.get(kind, "%(name)s")) % {"name": title})
    before, after = _comparable(one.before), _comparable(one.after)
    lines: list[str] = []
    for name, label in LABELS.items():
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(old, dict | None) and isinstance(new, dict | None) and name != "hours":
            lines += _texts(str(label), old or {}, new or {})
        else:
            lines.append(f"{label}: {names.said(name, old)} → {names.said(name, new)}")
    return Told(one.change, title, lines)


def _comparable(values: Values) -> dict[str, Any]:
    found = dict(values)
    if "price_minor" in found:
        found["price"] = (found["currency"], found["price_minor"])
    return found


def _texts(label: str, before: Values, after: Values) -> list[str]:
    return [
        f"{label} ({_language(tag)}): {before.get(tag) or _NOTHING} → {after.get(tag) or _NOTHING}"
        for tag in sorted(before.keys() | after.keys())
        if (before.get(tag) or "") != (after.get(tag) or "")
    ]


class _Names:
    """What the keys in some changes stand for, in one query a kind."""

    def __init__(self, changes: list[Changed]) -> None:
        values = [said for one in changes for said in (one.before, one.after) if said]
        regions = {said[name] for said in values for name in ("region_id",) if said.get(name) is not None}
        regions |= {number for said in values for number in said.get("serves", ())}
        self._regions = Region.objects.in_bulk(regions)
        self._services = ServiceType.objects.in_bulk(
            {said["service_type_id"] for said in values if "service_type_id" in said}
        )
        places = {said["offer_at_place_id"] for said in values if "offer_at_place_id" in said}
        self._places = {str(key): one for key, one in OfferAtPlace.objects.in_bulk(places).items()}
        offers = {said["offer_id"] for said in values if "offer_id" in said}
        offers |= {str(place.offer_id) for place in self._places.values()}
        self._offers = {str(key): one for key, one in Offer.objects.in_bulk(offers).items()}

    def title(self, one: Changed) -> str:
        """What a change is about."""
        values = one.after or one.before or {}
        if one.change.record == Record.CAPACITY_RULE:
            place = self._places.get(values.get("offer_at_place_id", ""))
            if place is None:
                return ""
            return self._at(str(place.offer_id), {"address": place.address, "region_id": place.region_id})
        if one.change.record == Record.OFFER_AT_PLACE:
            return self._at(values.get("offer_id", ""), values)
        return in_language(values.get("name", {}))

    def _at(self, offer: str, place: Values) -> str:
        where = in_language(place.get("address", {})) or str(self._regions.get(place.get("region_id"), ""))
        return listed([self._offers.get(offer, ""), where])

    def said(self, name: str, value: Any) -> str:
        """A value as people read it."""
        if value in (None, "", [], {}):
            return _NOTHING
        if name == "price":
            return str(Price(*value))
        if name in ("region_id", "serves"):
            numbers = value if isinstance(value, list) else [value]
            return listed(str(self._regions.get(number, number)) for number in numbers)
        if name == "service_type_id":
            return str(self._services.get(value, value))
        if name == "hours":
            return "; ".join(hours_in_words(value)) or _NOTHING
        if name == "weekdays":
            return days_in_words(value)
        if name == "bucket":
            return str(CapacityRule.Bucket(value).label)
        if name in ("since", "until") and (day := parse_date(value)):
            return formats.date_format(day, "SHORT_DATE_FORMAT")
        return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return listed(value) if isinstance(value, list) else str(value)


def _time(moment: time | None) -> str:
    return f"{moment:%H:%M}" if moment else ""


def _day(day: str) -> str:
    return str(WEEKDAYS[int(day) - 1])


def _language(tag: str) -> str:
    try:
        return str(get_language_info(tag)["name_translated"])
    except KeyError:
        return tag
