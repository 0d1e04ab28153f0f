"""What was offered at any moment, and what changed on a day: read from the changes that were kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from django.db.models import F, Model, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from lacarte.registers.menu.keeping.noting import MODELS, Record, record_of, values_of
from lacarte.registers.menu.models import CapacityRule, MenuChange, Offer, OfferAtPlace
from lacarte.registers.providers.models import Provider

Values = dict[str, Any]


@dataclass(frozen=True)
class PlaceThen:
    """A place as it was, the regions it served alone (by number), and its times."""

    place: OfferAtPlace
    serves: list[int]
    rules: list[CapacityRule] = field(default_factory=list)


@dataclass(frozen=True)
class OfferThen:
    """An offer as it was; its records are of then and not of the database."""

    offer: Offer
    places: list[PlaceThen]

    def is_open(self, day: date) -> bool:
        """Whether anybody could have it on a day: not a draft, not paused, within its days."""
        offer = self.offer
        begun = offer.since is None or offer.since <= day
        return bool(self.places) and not offer.paused and begun and (offer.until is None or offer.until >= day)


@dataclass(frozen=True)
class Changed:
    """One change: how the record was before (``None``: it was new) and after (``None``: it was removed)."""

    change: MenuChange
    before: Values | None
    after: Values | None


def offered_on(moment: datetime, provider: Provider | None = None) -> list[OfferThen]:
    """The offers there were at a moment, of one provider or all, by code: also drafts and paused ones.

    What was never changed counts as it is now, from when it was made.
    """
    offers = _then(Record.OFFER, moment, provider)
    places = _then(Record.OFFER_AT_PLACE, moment, provider)
    rules: dict[str, list[CapacityRule]] = defaultdict(list)
    for _key, values in _then(Record.CAPACITY_RULE, moment, provider):
        rule = cast(CapacityRule, record_of(Record.CAPACITY_RULE, values))
        rules[str(rule.offer_at_place_id)].append(rule)
    at: dict[str, list[PlaceThen]] = defaultdict(list)
    for key, values in sorted(places):
        place = cast(OfferAtPlace, record_of(Record.OFFER_AT_PLACE, values))
        found = sorted(rules[key], key=lambda rule: (rule.since, rule.pk))
        at[str(place.offer_id)].append(PlaceThen(place, values["serves"], found))
    made = [OfferThen(cast(Offer, record_of(Record.OFFER, values)), at[key]) for key, values in offers]
    return sorted(made, key=lambda one: one.offer.code)


def changes_between(since: datetime, until: datetime, provider: Provider) -> list[Changed]:
    """What changed of a provider in [``since``, ``until``), oldest first. Two queries, however much it is."""
    rows = list(
        MenuChange.objects.filter(provider=provider, at__gte=since, at__lt=until)
        .select_related("actor")
        .order_by("at", "pk")
    )
    first = {(row.record, row.key): row for row in reversed(rows)}
    earlier = MenuChange.objects.filter(provider=provider, at__lt=since, key__in={key for _, key in first})
    last: dict[tuple[str, str], Values] = {
        (row.record, row.key): row.values for row in _newest(earlier) if row.values
    }
    found = []
    for row in rows:
        key = (row.record, row.key)
        found.append(Changed(row, last.get(key), row.values or None))
        last[key] = row.values
    return [one for one in found if one.before != one.after and (one.before or one.after)]


def changes_since(record: Model, seen: datetime) -> list[Changed]:
    """What changed of one record since somebody saw it, oldest first."""
    kind = next(name for name, model in MODELS.items() if model is type(record))
    rows = MenuChange.objects.filter(record=kind, key=str(record.pk)).select_related("actor").order_by("at", "pk")
    found, before = [], None
    for row in rows:
        if row.at > seen and row.values != before:
            found.append(Changed(row, before, row.values or None))
        before = row.values
    return found


def values_at(record: Model, moment: datetime) -> Values:
    """The fields of one record as they were kept last at a moment; empty where nothing was kept."""
    kind = next(name for name, model in MODELS.items() if model is type(record))
    rows = MenuChange.objects.filter(record=kind, key=str(record.pk), at__lte=moment)
    last = rows.order_by("-at", "-pk").first()
    return dict(last.values) if last else {}


def days_of_change(provider: Provider, before: datetime, most: int = 30) -> list[date]:
    """The last days on which something of a provider changed, newest first, in the city's time."""
    moments = (
        MenuChange.objects.filter(provider=provider, at__lt=before).order_by("-at").values_list("at", flat=True)
    )
    days: dict[date, None] = {}
    for moment in moments.iterator():
        days.setdefault(timezone.localdate(moment))
        if len(days) >= most:
            break
    return list(days)


def _then(kind: str, moment: datetime, provider: Provider | None) -> Iterator[tuple[str, Values]]:
    """Key and values of all records of a kind at a moment."""
    kept = MenuChange.objects.filter(record=kind)
    if provider is not None:
        kept = kept.filter(provider=provider)
    for row in _newest(kept.filter(at__lte=moment)):
        if row.values:
            yield row.key, row.values
    known = set(kept.values_list("key", flat=True).distinct())
    yield from _never_changed(kind, moment, provider, known)


def _newest(changes: QuerySet[MenuChange]) -> Iterable[MenuChange]:
    """The newest of the changes of each record."""
    place = Window(RowNumber(), partition_by=[F("record"), F("key")], order_by=[F("at").desc(), F("pk").desc()])
    return changes.annotate(nth=place).filter(nth=1)


_TO_PROVIDER = {
    Record.OFFER: "",
    Record.OFFER_AT_PLACE: "offer__",
    Record.CAPACITY_RULE: "offer_at_place__offer__",
}
_CHANGED = {Record.OFFER: "", Record.OFFER_AT_PLACE: "", Record.CAPACITY_RULE: "offer_at_place__"}


def _never_changed(
    kind: str, moment: datetime, provider: Provider | None, known: set[str]
) -> Iterator[tuple[str, Values]]:
    """Records whose changes nobody kept, as they are."""
    record = Record(kind)
    made = Q(**{f"{_CHANGED[record]}changed_at__lte": moment})
    ours = Q(**{f"{_TO_PROVIDER[record]}provider": provider}) if provider is not None else Q()
    rows = MODELS[kind]._default_manager.filter(made, ours)
    if record == Record.OFFER_AT_PLACE:
        rows = rows.prefetch_related("serves")
    for row in rows:
        if str(row.pk) not in known:
            serves = sorted(one.pk for one in row.serves.all()) if isinstance(row, OfferAtPlace) else []
            yield str(row.pk), values_of(row, serves)
