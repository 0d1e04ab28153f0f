"""Lots are made ahead of time from rules, and changed with them, but never below what is held of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.working_calendar import WorkingCalendar
from lacarte.registers.menu.capacity.buckets import Bucket, buckets
from lacarte.registers.menu.capacity.counting import is_open, open_lots, with_free_units
from lacarte.registers.menu.capacity.holding import CapacityRefusedError
from lacarte.registers.menu.models import CapacityLot, CapacityRule, Hold, OfferAtPlace
from lacarte.registers.places.queries import calendars_of

_BATCH = 500
_AT_ONCE = 20  # rules in one transaction
SHORTEST_SLOT = 5  # minutes
_A_DAY_OF_MINUTES = 24 * 60


@dataclass(frozen=True)
class Standing:
    """Bookings that stand against what the provider wants: ``held`` units of a lot that is to have ``wanted``."""

    lot: CapacityLot
    wanted: int
    held: int


def check_rule(rule: CapacityRule) -> None:
    """Raise ``ValidationError`` with a sentence for each field that is wrong, before the rule is saved."""
    wrong: dict[str, str] = {}
    if rule.units < 0:
        wrong["units"] = _("There cannot be %(n)d units.") % {"n": rule.units}
    if rule.until and rule.until < rule.since:
        wrong["until"] = _("It cannot end before it begins.")
    if not all(isinstance(day, int) and 1 <= day <= 7 for day in rule.weekdays):
        wrong["weekdays"] = _("Days of the week are 1 (Monday) to 7 (Sunday).")
    if rule.bucket == CapacityRule.Bucket.SLOT:
        if rule.opens is None or rule.closes is None or rule.opens >= rule.closes:
            wrong["closes"] = _("It has to close later on the same day than it opens.")
        if rule.minutes is None or not SHORTEST_SLOT <= rule.minutes <= _A_DAY_OF_MINUTES:
            wrong["minutes"] = _("A time lasts at least %(n)d minutes.") % {"n": SHORTEST_SLOT}
    if wrong:
        raise ValidationError(wrong)


def keep_lots(rules: Iterable[CapacityRule]) -> list[Standing]:
    """Make the lots of each rule from now to ``lots_ahead_days`` ahead as the rule wants them. Idempotent.

    What is wanted no more goes, unless it is held: then it closes down to what is held, and that is returned, for
    the provider to see. Where two rules, or a lot made by hand, begin at the same moment, the first has it.
    """
    rules = list(rules)
    calendars = _calendars(rules)
    standing: list[Standing] = []
    for rule in rules:
        wanted = _wanted(rule, calendars[rule.offer_at_place.region_id])
        with transaction.atomic():
            standing += _keep(rule, wanted)
    return standing


def end_rule(rule: CapacityRule) -> list[Standing]:
    """Have a rule make no more lots from now on, and take those ahead away as :func:`keep_lots` does.

    Its record stays: it says whose lots those were that are booked.
    """
    yesterday = clock.now().date() - timedelta(days=1)
    with transaction.atomic():
        rule.units, rule.until = 0, max(rule.since, yesterday)
        rule.save(update_fields=["units", "until"])
        return _keep(rule, {})


def make_lots_ahead() -> int:
    """Make what is missing at the far end of all rules. Returns how many lots were made.

    Changes of a rule are the task of :func:`keep_lots`.
    """
    made, today = 0, clock.now().date()
    rules = CapacityRule.objects.filter(Q(until=None) | Q(until__gte=today - timedelta(days=1)), units__gt=0)
    keys = list(rules.order_by("pk").values_list("pk", flat=True))
    for at in range(0, len(keys), _AT_ONCE):
        made += _extend(keys[at : at + _AT_ONCE])
    return made


def keep_all_lots() -> None:
    """:func:`keep_lots` of every rule that has something ahead: calendars change, what was held may be free."""
    ahead = Q(until=None) | Q(until__gte=clock.now().date()) | Q(lots__ends_at__gt=clock.now())
    keys = list(CapacityRule.objects.filter(ahead).order_by("pk").values_list("pk", flat=True).distinct())
    for at in range(0, len(keys), _AT_ONCE):
        keep_lots(_rules(keys[at : at + _AT_ONCE]))


@transaction.atomic
def set_lot(place: OfferAtPlace, *, starts_at: datetime, ends_at: datetime, units: int) -> CapacityLot:
    """Make one lot by hand, or change its units and end. Bookings stay: below them it closes.

    Raises :class:`CapacityRefusedError` for a time that is over or runs backwards, or fewer than no units.
    """
    if units < 0:
        raise CapacityRefusedError(_("There cannot be %(n)d units.") % {"n": units})
    if ends_at <= starts_at:
        raise CapacityRefusedError(_("It cannot end before it begins."))
    if ends_at <= clock.now():
        raise CapacityRefusedError(_("This time is over. Please choose a later one."))
    lot, made = CapacityLot.objects.get_or_create(
        offer_at_place=place, starts_at=starts_at, defaults={"ends_at": ends_at, "units": units}
    )
    if not made:
        locked = CapacityLot.objects.select_for_update(no_key=True).filter(pk=lot.pk)
        list(locked.values_list("pk"))
        lot = with_free_units(CapacityLot.objects.filter(pk=lot.pk)).get()
        lot.ends_at = ends_at
        lot.rule = None  # a rule would make it what it was
        _adjust(lot, units)
        lot.save(update_fields=["ends_at", "units", "closing_to", "rule"])
    return lot


def standing_against(places: Iterable[UUID]) -> list[Standing]:
    """The bookings of offers at places that stand against what their providers want, by time."""
    lots = CapacityLot.objects.filter(offer_at_place__in=list(places), ends_at__gt=clock.now())
    closing = with_free_units(lots.exclude(closing_to=None)).filter(free__lt=0).order_by("starts_at")
    return [Standing(lot, lot.closing_to, lot.taken) for lot in closing]


def preview(rule: CapacityRule, most: int = 20) -> list[Bucket]:
    """The next lots that a rule, perhaps not saved yet, would make. Raises as :func:`check_rule`."""
    check_rule(rule)
    calendar = calendars_of([rule.offer_at_place.region])[rule.offer_at_place.region_id]
    return list(_wanted(rule, calendar).values())[:most]


def _wanted(rule: CapacityRule, calendar: WorkingCalendar, since: date | None = None) -> dict[datetime, Bucket]:
    """The buckets that are not over, by their beginning, as far ahead as lots are made; from the day ``since``."""
    offer, now = rule.offer_at_place.offer, clock.now()
    today = now.astimezone(calendar.zone).date()
    first = max(day for day in (today, since, offer.since) if day)
    last = today + timedelta(days=int(settings.CONFIGURED["lots_ahead_days"]))
    last = min(last, offer.until) if offer.until else last
    found = buckets(rule, calendar, first, last) if rule.units else ()
    return {one.starts_at: one for one in found if is_open(one, now)}


def _keep(rule: CapacityRule, wanted: dict[datetime, Bucket]) -> list[Standing]:
    """Lots are locked by their key, and counted then. What another rule wants no more is taken over."""
    ours = Q(rule=rule) | Q(rule__isnull=False, closing_to=0, starts_at__in=list(wanted))
    ahead = CapacityLot.objects.filter(ours, open_lots(), offer_at_place=rule.offer_at_place_id)
    list(ahead.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    changed, gone, standing = [], [], []
    left = dict(wanted)
    for lot in with_free_units(ahead).annotate(used=Exists(Hold.objects.filter(lot=OuterRef("pk")))):
        bucket = left.pop(lot.starts_at, None)
        if bucket is None and not lot.used:
            gone.append(lot.pk)
            continue
        before = (lot.units, lot.closing_to, lot.ends_at, lot.rule_id)
        lot.rule = rule
        if bucket is None:
            lot.units, lot.closing_to = lot.taken, 0
        else:
            lot.ends_at = bucket.ends_at
            _adjust(lot, rule.units)
        if before != (lot.units, lot.closing_to, lot.ends_at, lot.rule_id):
            changed.append(lot)
        if lot.closing_to is not None and lot.taken > lot.closing_to:
            standing.append(Standing(lot, lot.closing_to, lot.taken))
    CapacityLot.objects.filter(pk__in=gone).delete()
    CapacityLot.objects.bulk_update(changed, ["units", "closing_to", "ends_at", "rule"], batch_size=_BATCH)
    _make(rule, left.values())
    return standing


def _adjust(lot: Any, units: int) -> None:
    """Give a locked and counted lot so many units, or as many as are held of it while it closes."""
    lot.units = max(units, lot.taken)
    lot.closing_to = units if lot.taken > units else None


def _make(rule: CapacityRule, wanted: Iterable[Bucket]) -> int:
    lots = [
        CapacityLot(
            offer_at_place_id=rule.offer_at_place_id,
            starts_at=bucket.starts_at,
            ends_at=bucket.ends_at,
            units=rule.units,
            rule=rule,
        )
        for bucket in wanted
    ]
    CapacityLot.objects.bulk_create(lots, batch_size=_BATCH, ignore_conflicts=True)
    return len(lots)


@transaction.atomic
def _extend(keys: Sequence[UUID]) -> int:
    """Make what lies behind the last lot of each rule."""
    made, rules = 0, _rules(keys)
    calendars = _calendars(rules)
    lots = CapacityLot.objects.filter(rule__in=keys).order_by().values("rule").annotate(last=Max("starts_at"))
    reached = dict(lots.values_list("rule", "last"))
    for rule in rules:
        calendar, last = calendars[rule.offer_at_place.region_id], reached.get(rule.pk)
        wanted = _wanted(rule, calendar, last.astimezone(calendar.zone).date() if last else None)
        made += _make(rule, [one for begins, one in wanted.items() if last is None or begins > last])
    return made


def _rules(keys: Sequence[UUID]) -> list[CapacityRule]:
    rules = CapacityRule.objects.filter(pk__in=keys).select_related(
        "offer_at_place__offer", "offer_at_place__region"
    )
    return list(rules.order_by("since", "pk"))


def _calendars(rules: Iterable[CapacityRule]) -> dict[int, WorkingCalendar]:
    return calendars_of({rule.offer_at_place.region for rule in rules})
