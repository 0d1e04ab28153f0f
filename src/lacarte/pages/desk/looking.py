"""What a call-taker is shown while somebody speaks: danger, who it may be, what, where, and what there is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from django.db.models import Case, F, IntegerField, QuerySet, When
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.kernel.text import listed
from lacarte.loop.needs.cases.duplicates import Alike, Told, alike
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.queries import people_seen_by, visible
from lacarte.loop.needs.understanding.placing import PlaceFound, certain, places_in
from lacarte.loop.needs.understanding.privacy import public_text
from lacarte.loop.needs.understanding.reading import Reading, understand
from lacarte.loop.needs.urgency.judging import Judgement, judge, this_month
from lacarte.pages.design.templatetags.design import likely as percent
from lacarte.pages.desk.call import Call
from lacarte.pages.desk.register_form import Register
from lacarte.registers.menu.answering import questions_of
from lacarte.registers.menu.models import OfferAtPlace, ServiceType, Subject
from lacarte.registers.people.finding import Found, show
from lacarte.registers.places.models import NamedPlace, Region

_TYPES, _PLACES, _ALIKE, _OFFERS, _PAST = 3, 3, 2, 3, 5
#: Less probable services and needs are no help while somebody waits on the phone.
_LEAST, _LIKELY = 0.02, 0.3
_WHY: dict[str, str | Promise] = {
    "near": gettext_lazy("near"),
    "same-time": gettext_lazy("told lately"),
    "same-type": gettext_lazy("same service"),
    "same-words": gettext_lazy("same words"),
    "same-photo": gettext_lazy("same photo"),
    "same-number": gettext_lazy("same number"),
}


@dataclass(frozen=True)
class Accept:
    """A suggestion that fills in fields at a press of Alt and its ``number``."""

    number: int
    title: str
    sets: str  # JSON of {field: value}
    hint: str = ""
    chosen: bool = False
    assumed: bool = False  # holds unless somebody chooses another
    about: Any = None


@dataclass
class Looked:
    """All of it, as far as something was found."""

    judged: Judgement
    kind: ServiceType | None = None
    caller: Found | None = None
    past: list[Need] = field(default_factory=list)
    callers: list[Accept] = field(default_factory=list)
    types: list[Accept] = field(default_factory=list)
    places: list[Accept] = field(default_factory=list)
    same: list[Accept] = field(default_factory=list)
    offers: list[tuple[OfferAtPlace, str]] = field(default_factory=list)
    problem: str = ""  # why the search for a person found nobody
    more: bool = False  # more persons fit than are shown
    certain: NamedPlace | None = None  # where the words say that it is

    @property
    def where_known(self) -> bool:
        """Whether it is known where without a neighbourhood: from the home, or from the words."""
        return self.certain is not None or (self.caller is not None and self.caller.region is not None)

    @property
    def suggestions(self) -> int:
        """How many there are to accept."""
        return len(self.callers) + len(self.types) + len(self.places) + len(self.same)


def look(call: Call, form: Register, user: User) -> Looked:
    """What can be suggested for what was said so far."""
    text, numbers = form.said("text"), count(1)
    chosen = form.chosen_service()
    reading = understand(text, chosen) if text else None
    kind = chosen or (reading.service_type if reading and reading.service_type.number else None)
    looked = Looked(judge(text, service_type=kind, month=this_month()), kind)
    _who(looked, call, form, user, numbers)
    if reading is not None:
        looked.types = list(_types(reading, chosen, numbers))
    region, words = form.chosen_region(), f"{form.said('address')}\n{text}".strip()
    named = places_in(words, within=region, most=_PLACES) if words else []
    looked.certain = certain(named)
    looked.places = list(_places(named, form, looked.certain, numbers))
    if text and (kind is None or kind.subject == Subject.PLACE):
        where = form.chosen_place() or looked.certain
        looked.same = list(_same(form, text, kind, where, numbers))
    if kind is not None:
        near = region or (looked.certain.region if looked.certain else None)
        looked.offers = [(one, open_today(one.hours)) for one in _offers(kind, near)]
        form.ask(questions_of(kind))
    return looked


def _who(looked: Looked, call: Call, form: Register, user: User, numbers: Iterator[int]) -> None:
    """The caller with past needs, once chosen; until then the persons that the search has shown."""
    within, person = people_seen_by(user), form.said("person")
    chosen = [key for key in call.found if str(key) == person]
    if chosen and (shown := show(chosen, within=within, reader=user, chosen=True)):
        looked.caller = shown[0]
        looked.past = list(_past(looked.caller, user))
        return
    looked.more = call.more
    if call.searched and not call.found:
        looked.problem = _("Nobody fits. What you write down makes a new person.")
    for one in show(call.found, within=within, reader=user):
        where = listed(part for part in (one.birth_year, one.region) if part)
        sets = {"person": str(one.key), "language": one.language}
        looked.callers.append(Accept(next(numbers), one.name or "–", json.dumps(sets), where))


def _past(caller: Found, user: User) -> QuerySet[Need]:
    return visible(user).filter(person=caller.key).order_by("-received_at")[:_PAST]


def _types(reading: Reading, chosen: ServiceType | None, numbers: Iterator[int]) -> Iterator[Accept]:
    likely = [one for one in reading.types[:_TYPES] if one.probability >= _LEAST]
    known = ServiceType.objects.in_bulk([one.code for one in likely], field_name="code")
    for one in likely:
        if one.code in known:
            hint = listed((percent(one.probability), *one.words))
            assumed = chosen is None and reading.service_type.code == one.code
            is_chosen = chosen is not None and chosen.code == one.code
            sets = json.dumps({"service": one.code})
            yield Accept(next(numbers), str(known[one.code]), sets, hint, is_chosen, assumed)


def _places(
    named: list[PlaceFound], form: Register, sure_of: NamedPlace | None, numbers: Iterator[int]
) -> Iterator[Accept]:
    place_said, region_said = form.said("place"), form.said("region")
    for found in named:
        place = found.place
        sets = {"region": place.region.code}
        if not place._state.adding:  # an area is a region and no place of its own
            sets["place"] = place.code
        sure = percent(found.certainty)
        hint = sure if place._state.adding else listed((place.region, sure))
        chosen = sets.get("place", "") == place_said and sets["region"] == region_said
        assumed = place is sure_of and not place_said and not region_said
        yield Accept(next(numbers), str(place), json.dumps(sets), hint, chosen, assumed)


def _same(
    form: Register, text: str, kind: ServiceType | None, where: NamedPlace | None, numbers: Iterator[int]
) -> Iterator[Accept]:
    told = Told(
        text=text,
        at=clock.now(),
        service_type=kind,
        longitude=where.longitude if where else None,
        latitude=where.latitude if where else None,
        address=form.said("address"),
        region=where.region if where else form.chosen_region(),
    )
    for one in alike(told, most=_ALIKE):
        if one.probability < _LIKELY or one.need.state == Need.State.HELD:
            continue
        about = {"need": one.need, "words": public_text(one.need)}
        sets, chosen = {"same": one.need.reference}, form.said("same") == one.need.reference
        yield Accept(next(numbers), _title(one), json.dumps(sets), _reasons(one), chosen, about=about)


def _title(one: Alike) -> str:
    kind = one.need.service_type
    return str(kind) if kind.number else _("Something nearby")


def _reasons(one: Alike) -> str:
    return listed([percent(one.probability), *(_WHY.get(code, code) for code in one.reasons)])


def _offers(kind: ServiceType, region: Region | None) -> QuerySet[OfferAtPlace]:
    """Where the service can be had: first in the neighbourhood that was chosen."""
    there = OfferAtPlace.objects.filter(offer__service_type=kind, offer__paused=False)
    near = Case(When(region=region, then=0), default=1, output_field=IntegerField()) if region else None
    order = (*((near,) if near else ()), F("offer__price_minor").asc(nulls_last=True), "pk")
    return there.select_related("offer__provider", "region").order_by(*order)[:_OFFERS]


def open_today(hours: dict[str, list[list[str]]], at: datetime | None = None) -> str:
    """The hours of today, in words; empty where nobody has said them. ``hours`` as ``OfferAtPlace.hours``."""
    if not hours:
        return ""
    today = hours.get(str(timezone.localtime(at or clock.now()).isoweekday()), [])
    return (
        _("open today %(hours)s") % {"hours": listed("–".join(span) for span in today)}
        if today
        else _("closed today")
    )
