"""What was offered on a day, and what changed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from lacarte.kernel import clock
from lacarte.kernel.text import in_language, listed
from lacarte.pages.design.forms import Form
from lacarte.pages.provider.access import page, provider_of
from lacarte.pages.provider.forms import day_field
from lacarte.pages.provider.words import hours_in_words, times_in_words, told
from lacarte.registers.menu import keeping
from lacarte.registers.menu.keeping.history import OfferThen, days_of_change
from lacarte.registers.menu.models import CapacityRule
from lacarte.registers.places.models import Region

_MOST_OFFERS = 200


class Day(Form):
    """Which day to look at."""

    marks_optional = False
    day = day_field(gettext_lazy("Day"))

    def chosen(self) -> date:
        """The day; today where none makes sense, as nothing is known of tomorrow."""
        today = timezone.localdate(clock.now())
        said = self.cleaned_data.get("day") if self.is_valid() else None
        return min(said, today) if said else today


@login_required
@require_GET
def history(request: HttpRequest, code: str) -> HttpResponse:
    """One day: what changed on it, and what was offered at its end."""
    provider = provider_of(request, code)
    form = Day(request.GET or None)
    day = form.chosen() if request.GET else timezone.localdate(clock.now())
    begins, ends = _midnight(day), _midnight(day + timedelta(days=1))
    then = keeping.offered_on(min(ends, clock.now()), provider)
    return page(
        request,
        provider,
        "history",
        "history",
        form=Day(initial={"day": day.isoformat()}),
        day=day,
        is_today=day == timezone.localdate(clock.now()),
        changes=told(keeping.changes_between(begins, ends, provider)),
        offers=_in_words(then[:_MOST_OFFERS], day),
        more=max(len(then) - _MOST_OFFERS, 0),
        days=days_of_change(provider, ends + timedelta(days=36500)),
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _lasts(rule: CapacityRule, day: date) -> bool:
    """Whether there is anything to book of it on a day or later."""
    return rule.until is None or rule.until >= day


def _times(rule: CapacityRule, day: date) -> str:
    """A rule of times, with its beginning where that is still to come."""
    words = times_in_words(rule)
    if rule.since <= day:
        return words
    return listed([words, _("from %(since)s") % {"since": formats.date_format(rule.since, "SHORT_DATE_FORMAT")}])


def _in_words(then: list[OfferThen], day: date) -> list[dict[str, Any]]:
    numbers = {one.place.region_id for offer in then for one in offer.places}
    numbers |= {number for offer in then for one in offer.places for number in one.serves}
    regions = Region.objects.in_bulk(numbers)
    return [
        {
            "offer": one.offer,
            "is_open": one.is_open(day),
            "is_draft": not one.places,
            "places": [
                {
                    "where": in_language(at.place.address) or regions.get(at.place.region_id, ""),
                    "hours": hours_in_words(at.place.hours),
                    "serves": [regions[number] for number in at.serves if number in regions],
                    "times": [_times(rule, day) for rule in at.rules if rule.units and _lasts(rule, day)],
                }
                for at in one.places
            ],
        }
        for one in then
    ]
