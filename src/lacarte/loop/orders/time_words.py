"""Times in words: a time of day in the clock of the place that it is at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from lacarte.loop.orders.models import Order
from lacarte.registers.menu.capacity.counting import A_DAY
from lacarte.registers.menu.models import CapacityLot, OfferAtPlace
from lacarte.registers.places.calendars import special_days
from lacarte.registers.places.events import days_in_words
from lacarte.registers.places.queries import calendar_of, calendars_of

_SOME_DAYS = timedelta(hours=26)


def zones_of(places: Iterable[OfferAtPlace]) -> dict[UUID, ZoneInfo]:
    """By whose clock each place opens, by its key; one query for all."""
    known = {place.pk: place.region for place in places}
    calendars = calendars_of(set(known.values())) if known else {}
    return {key: calendars[region.number].zone for key, region in known.items()}


def zone_of(place: OfferAtPlace) -> ZoneInfo:
    """By whose clock a place opens."""
    return zones_of([place])[place.pk]


def special_until(order: Order) -> str:
    """The days from when an order was sent until it is due on which its place does not work as its week has it.

    Empty where there is none, or the order has ended.
    """
    if order.ended_at is not None:
        return ""
    calendar = calendar_of(order.need.region)
    first, last = (at.astimezone(calendar.zone).date() for at in (order.requested_at, order.resolution_due))
    off, worked = (days_in_words(days) for days in special_days(calendar, first, last))
    said = [_("Not worked until then: %(days)s.") % {"days": off}] if off else []
    said += [_("Worked although days off: %(days)s.") % {"days": worked}] if worked else []
    return " ".join(said)


def day_in_words(moment: datetime) -> str:
    """A local day, with its weekday."""
    words = {"weekday": formats.date_format(moment, "l"), "day": formats.date_format(moment, "DATE_FORMAT")}
    return _("%(weekday)s, %(day)s") % words


def time_in_words(lot: CapacityLot, zone: ZoneInfo) -> str:
    """When within its day a lot is."""
    starts, ends = (timezone.localtime(at, zone) for at in (lot.starts_at, lot.ends_at))
    if lot.ends_at - lot.starts_at < A_DAY:
        return f"{formats.time_format(starts, 'TIME_FORMAT')}–{formats.time_format(ends, 'TIME_FORMAT')}"
    if lot.ends_at - lot.starts_at <= _SOME_DAYS:
        return _("On this day, at a time that the provider agrees with you")
    last = formats.date_format(ends - timedelta(seconds=1), "DATE_FORMAT")
    return _("On a day until %(day)s that the provider agrees with you") % {"day": last}


def in_words(lot: CapacityLot, zone: ZoneInfo) -> str:
    """A whole time: its day, and when on it."""
    starts, ends = (timezone.localtime(at, zone) for at in (lot.starts_at, lot.ends_at))
    if lot.ends_at - lot.starts_at < A_DAY:
        return _("%(day)s, %(time)s") % {"day": day_in_words(starts), "time": time_in_words(lot, zone)}
    if lot.ends_at - lot.starts_at <= _SOME_DAYS:
        return day_in_words(starts)
    days = {"first": formats.date_format(starts, "DATE_FORMAT")}
    days["last"] = formats.date_format(ends - timedelta(seconds=1), "DATE_FORMAT")
    return _("On a day from %(first)s to %(last)s") % days
