"""Where and when: an offer for each service, and a time where one can be booked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.db.models import Q
from django.forms.boundfield import BoundField
from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.text import in_language, listed
from lacarte.loop.orders.bundles.placing import LONGEST_NOTE
from lacarte.loop.orders.queries import waited_for
from lacarte.loop.orders.time_words import in_words, zones_of
from lacarte.pages.design.forms import WordsForm
from lacarte.pages.resident.ordering.draft import OrderDraft
from lacarte.registers.menu.capacity.counting import lives, open_lots, with_free_units
from lacarte.registers.menu.capacity.finding import CapacityState
from lacarte.registers.menu.capacity.holding import CapacityRefusedError, hold, release_many
from lacarte.registers.menu.eligibility import Verdict
from lacarte.registers.menu.models import CapacityLot, Hold, OfferAtPlace, ServiceType, Subject
from lacarte.registers.menu.personal import ListedOffer, Where, Wishes, personal_list
from lacarte.registers.people.models import Household

_AHEAD, _MOST_OFFERS, _MOST_TIMES = timedelta(days=28), 5, 10


@dataclass
class Choice:
    """One offer of a service and its free times."""

    place: OfferAtPlace
    metres: float | None = None
    full: bool = False
    lots: list[CapacityLot] = field(default_factory=list)

    def __str__(self) -> str:
        offer, way = self.place.offer, ""
        if self.metres is not None:
            way = _("%(km)s km") % {"km": formats.number_format(self.metres / 1000, 1)}
        step_free = _("step-free") if self.place.step_free else ""
        full = _("full now") if self.full else ""
        return listed([offer.provider, in_language(self.place.address), way, offer.price, step_free, full])


def choices_for(
    services: Sequence[ServiceType], home: Household | None, proposed: Iterable[str] = ()
) -> dict[str, list[Choice]]:
    """The best offers of each service by its code, ``proposed`` ones among them (keys of offers at places)."""
    where = Where()
    if home is not None:
        where = Where(home.longitude, home.latitude, home.region_id or None)
    wishes = Wishes(languages=(get_language() or "en",))
    best = personal_list(services, where, _anybody, wishes, each=_MOST_OFFERS, most=len(services))
    waited = waited_for([offer.place.pk for one in best.services for offer in one.offers])
    found = {one.service_type.code: [_choice(offer, waited) for offer in one.offers] for one in best.services}
    listed_already = {str(choice.place.pk) for choices in found.values() for choice in choices}
    missing = {key for key in map(_key, proposed) if key is not None and str(key) not in listed_already}
    living = OfferAtPlace.objects.filter(pk__in=missing, offer__paused=False, offer__service_type__in=services)
    for place in living.select_related("offer__provider", "offer__service_type", "region"):
        found[place.offer.service_type.code].append(Choice(place))
    return found


def _choice(offer: ListedOffer, waited: Collection[UUID]) -> Choice:
    """Where others wait for what becomes free, nobody passes them."""
    full = offer.state in (CapacityState.WAITLIST, CapacityState.NO_CAPACITY) or offer.place.pk in waited
    return Choice(offer.place, offer.metres, full)


@dataclass(frozen=True)
class _Anybody:
    """Offers are chosen here for who is entitled, or wants to be told so."""

    verdict: Verdict = Verdict.OPEN


def _anybody(service_types: Sequence[int], /) -> dict[int, _Anybody]:
    return dict.fromkeys(service_types, _Anybody())


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _add_times(choices: Iterable[Choice], held: set[UUID]) -> None:
    """The next free times; those of ``held`` lots are there even where nothing else of them is free."""
    by_place = {choice.place.pk: choice for choice in choices if not choice.full}
    now = clock.now()
    lots = CapacityLot.objects.filter(open_lots(), offer_at_place__in=by_place, starts_at__lt=now + _AHEAD)
    for lot in with_free_units(lots).filter(Q(free__gt=0) | Q(pk__in=held)).order_by("starts_at"):
        times = by_place[lot.offer_at_place_id].lots
        if len(times) < _MOST_TIMES or lot.pk in held:
            times.append(lot)


def name_of(service: ServiceType) -> str:
    """The name of a service's field."""
    return f"o-{service.number}"


def note_of(service: ServiceType) -> str:
    """The name of the field for a note."""
    return f"n-{service.number}"


class Offers(WordsForm):
    """For each service an offer and a time, the best one first, and a note for who provides it."""

    marks_optional = False

    def __init__(self, data: Any, *, draft: OrderDraft, home: Household | None) -> None:
        super().__init__(data)
        self.draft, self.after = draft, draft.after()
        self.services = draft.chosen()
        self.found = choices_for(self.services, home, draft.proposed.values())
        mine = Hold.objects.filter(pk__in=draft.holds.values(), holder=draft.holder)
        at_once = [service.code for service in self.services if not self.after.get(service.number)]
        _add_times([one for code in at_once for one in self.found[code]], set(mine.values_list("lot", flat=True)))
        zones = zones_of(choice.place for choices in self.found.values() for choice in choices)
        for service in self.services:
            self.fields[name_of(service)] = self._field(service, zones)
            self.fields[note_of(service)] = _note(service, draft.notes.get(service.code, ""))

    def parts(self) -> list[tuple[ServiceType, BoundField, BoundField]]:
        """Each service with its two fields."""
        return [(one, self[name_of(one)], self[note_of(one)]) for one in self.services]

    def _field(self, service: ServiceType, zones: Mapping[UUID, ZoneInfo]) -> forms.ChoiceField:
        choices: list[Any] = []
        for choice in self.found[service.code]:
            key = str(choice.place.pk)
            provider = choice.place.offer.provider  # once it is chosen the name of its group is not seen
            times = [
                (f"{key}:{lot.pk}", listed([in_words(lot, zones[choice.place.pk]), provider]))
                for lot in choice.lots
            ]
            next_free = (key, listed([_("The next free time"), provider]))
            choices.append((str(choice), [next_free, *times]) if times else (key, str(choice)))
        choices.append(("", _("Let the city find an offer")))
        before = [one for one in self.services if one.number in self.after.get(service.number, ())]
        waits = _("Its turn comes after: %(services)s.") % {"services": listed(before)} if before else ""
        made = forms.ChoiceField(label=str(service), choices=choices, required=False, help_text=waits)
        made.initial = self._initial(service.code, choices)
        made.as_heading = made.short = made.marks_optional = False  # type: ignore[attr-defined]
        return made

    def _initial(self, code: str, choices: list[Any]) -> str:
        """What was chosen before, here or on the list; else the best."""
        values = [value for value, _name in _flat(choices)]
        said = (self.draft.offers or {}).get(code)
        if said is not None and code in self.draft.holds:
            kept = Hold.objects.filter(pk=self.draft.holds[code]).values_list("lot", flat=True).first()
            said = f"{said}:{kept}"
        for wanted in (said, self.draft.proposed.get(code) or None):
            if wanted is not None and wanted in values:
                return wanted
        return next((str(one.place.pk) for one in self.found[code] if not one.full), "")

    def answer(self) -> None:
        """Hold the times that were chosen and write it all into the draft; who was slower is told at the field."""
        offers, holds = {}, {}
        for service in self.services:
            offer, _colon, lot = self.cleaned_data.get(name_of(service), "").partition(":")
            offers[service.code] = offer
            if lot:
                unit = self._held(name_of(service), lot)
                if unit is not None:
                    holds[service.code] = str(unit.pk)
        held = Hold.objects.filter(holder=self.draft.holder, state=Hold.State.HELD)
        release_many(held.exclude(pk__in=holds.values()).values_list("pk", flat=True))
        if not self.errors:
            self.draft.offers, self.draft.holds = offers, holds
            notes = {one.code: self.cleaned_data[note_of(one)].strip() for one in self.services}
            self.draft.notes = {code: note for code, note in notes.items() if note}

    def _held(self, name: str, lot: str) -> Hold | None:
        mine = Hold.objects.filter(holder=self.draft.holder, lot=UUID(lot))
        if (known := next((unit for unit in mine if lives(unit)), None)) is not None:
            return known
        try:
            return _hold(self.draft, CapacityLot.objects.get(pk=UUID(lot)))
        except CapacityLot.DoesNotExist:
            self.add_error(name, _("There is no such time any more. Please choose another."))
        except CapacityRefusedError as error:
            self.add_error(name, str(error))
        return None


def _note(service: ServiceType, before: str) -> forms.CharField:
    """Words about one part; of a place everybody may read what is told, as of any report."""
    public = service.subject == Subject.PLACE
    made = forms.CharField(
        label=_("Note for the provider"),
        help_text=_("Everybody can read it, as it is about a place.")
        if public
        else _("Only who provides this part, and officials who work on it, can read it."),
        required=False,
        max_length=LONGEST_NOTE,
        initial=before,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    made.as_heading = made.short = made.marks_optional = False  # type: ignore[attr-defined]
    return made


def _hold(draft: OrderDraft, lot: CapacityLot) -> Hold:
    minutes = int(settings.CONFIGURED["hold_minutes"])
    return hold(lot, expires_at=clock.now() + timedelta(minutes=minutes), holder=draft.holder)


def hold_again(draft: OrderDraft) -> list[ServiceType]:
    """Hold once more what was held too long ago. Returns the services whose time is gone; the draft forgets it."""
    gone = []
    for service in draft.chosen():
        key = draft.holds.get(service.code)
        if key is None:
            continue
        unit = Hold.objects.select_related("lot").filter(pk=key, holder=draft.holder).first()
        try:
            if unit is None:
                raise CapacityRefusedError
            if not lives(unit):
                draft.holds[service.code] = str(_hold(draft, unit.lot).pk)
        except CapacityRefusedError:
            del draft.holds[service.code]
            gone.append(service)
    return gone


def _flat(choices: Iterable[Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for value, name in choices:
        found.extend(name if isinstance(name, list) else [(value, name)])
    return found
