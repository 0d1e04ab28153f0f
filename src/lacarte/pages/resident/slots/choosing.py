"""What can be chosen for a need: the offers with their next free time, and the free times of one by days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lacarte.kernel import clock
from lacarte.kernel.text import in_language
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.time_words import day_in_words, time_in_words
from lacarte.pages.design.forms import Choices, Form
from lacarte.registers.menu.capacity.finding import CapacityState, free_slots, next_free
from lacarte.registers.menu.eligibility import Verdict
from lacarte.registers.menu.models import CapacityLot, OfferAtPlace
from lacarte.registers.menu.personal import ListedOffer, Where, Wishes, personal_list

SHOWN_DAYS = timedelta(days=7)
_MOST_OFFERS = 12


@dataclass(frozen=True)
class _Entitled:
    """Whoever has the need was asked before."""

    verdict: Verdict = Verdict.YES


def _everybody(kinds: Sequence[int]) -> Mapping[int, _Entitled]:
    return dict.fromkeys(kinds, _Entitled())


def offers_for(need: Need) -> list[ListedOffer]:
    """The best offers that reach a need, as its person's list would have them."""
    where = Where(need.longitude, need.latitude, need.region_id)
    wishes = Wishes(languages=[need.language])
    found = personal_list([need.service_type], where, _everybody, wishes, each=_MOST_OFFERS)
    return found.services[0].offers if found.services else []


def can_wait(offer: ListedOffer) -> bool:
    """Whether there is a list to join."""
    return offer.state == CapacityState.WAITLIST


@dataclass(frozen=True)
class Times:
    """The free times of an offer within a week, from the first one on."""

    zone: ZoneInfo
    first: date
    soonest: date  # before it nothing is free
    lots: list[CapacityLot] = field(default_factory=list)

    @property
    def days(self) -> list[tuple[str, list[CapacityLot]]]:
        """The times by local days; what has begun and goes on is of today."""
        by_day = groupby(
            self.lots, lambda lot: timezone.localtime(max(lot.starts_at, clock.now()), self.zone).date()
        )
        return [(day_in_words(datetime.combine(day, time(), self.zone)), list(lots)) for day, lots in by_day]

    @property
    def later(self) -> date:
        """Where the next week begins."""
        return self.first + SHOWN_DAYS

    @property
    def earlier(self) -> date | None:
        """Where the week before begins; none where nothing is free before."""
        return max(self.first - SHOWN_DAYS, self.soonest) if self.first > self.soonest else None


def times_of(place: OfferAtPlace, zone: ZoneInfo, asked: str, but: UUID | None = None) -> Times:
    """The free times of the week that begins on the day ``asked`` (ISO 8601), else on that of the next free time.

    Without the lot ``but``.
    """
    today = clock.now().astimezone(zone).date()
    lot = next_free([place.pk]).get(place.pk)
    soonest = max(timezone.localtime(lot.starts_at, zone).date(), today) if lot else today
    first = max(_day(asked) or soonest, today)
    since = datetime.combine(first, time(), zone)
    lots = free_slots(place, since=since, until=since + SHOWN_DAYS)
    return Times(zone, first, soonest, [lot for lot in lots if lot.pk != but])


def _day(asked: str) -> date | None:
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        return None
    return day if abs(day - clock.now().date()) < timedelta(days=3650) else None


class ChooseTime(Form):
    """One of the free times, by days."""

    lot = forms.ChoiceField(
        label=gettext_lazy("Free times"),
        widget=Choices,
        error_messages={
            "required": gettext_lazy("Please choose one of the times."),
            "invalid_choice": gettext_lazy("Somebody else was quicker: this time is not free any more."),
        },
    )

    def __init__(self, *args: Any, times: Times, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.times = times
        self.offer("lot", [(str(lot.pk), time_in_words(lot, times.zone)) for lot in times.lots])

    @property
    def days(self) -> list[tuple[str, list[dict[str, str | bool]]]]:
        """The buttons of each day."""
        chosen = str(self["lot"].value() or "")
        return [
            (words, [_button(lot, self.times.zone, chosen) for lot in lots]) for words, lots in self.times.days
        ]


def _button(lot: CapacityLot, zone: ZoneInfo, chosen: str) -> dict[str, str | bool]:
    free = int(getattr(lot, "free", 1))
    hint = ngettext("%(n)d place", "%(n)d places", free) % {"n": free} if free > 1 else ""
    key = str(lot.pk)
    return {"value": key, "label": time_in_words(lot, zone), "hint": hint, "chosen": key == chosen}


def facts_of(place: OfferAtPlace) -> list[str]:
    """What one has to know of a place before going there."""
    known = {True: _("Step-free"), False: _("Not step-free")}
    step_free = known.get(place.step_free, _("Step-free: not known"))  # type: ignore[arg-type]
    return [part for part in (in_language(place.address), step_free) if part]
