"""Verbs that keep what providers offer: each checks who asks, is one transaction, and keeps how it was.

Whoever edits says which version they saw (``seen``, the record's ``changed_at``): of two who edit at once one
wins, and the other is told instead of undoing it. ``actor`` None is the system itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.kernel.text import in_language
from lacarte.registers.menu.capacity.making import keep_lots
from lacarte.registers.menu.keeping.access import denied, offers_of, places_of
from lacarte.registers.menu.keeping.checking import check_offer, check_place, check_provider
from lacarte.registers.menu.keeping.noting import note, note_before, note_removed
from lacarte.registers.menu.models import CapacityRule, Hold, Offer, OfferAtPlace, ServiceType
from lacarte.registers.places.models import Region
from lacarte.registers.providers.access import providers_of
from lacarte.registers.providers.models import Provider

R = TypeVar("R", Provider, Offer, OfferAtPlace)

OF_PROVIDER = frozenset({"name", "description", "website", "email", "phone"})
OF_OFFER = frozenset(
    {"name", "description", "conditions", "website", "email", "phone", "languages", "price_minor", "currency"}
    | {"price_note", "since", "until", "carried"}
)
OF_PLACE = frozenset(
    {
        "region",
        "address",
        "longitude",
        "latitude",
        "reach_metres",
        "step_free",
        "hours",
        "phone",
        "serves",
        "carried",
    }
)
_LONGEST_CODE, _OF_PROVIDER_CODE, _OF_NAME = 120, 60, 50
_TICK = timedelta(microseconds=1)


class KeepingRefusedError(ValueError):
    """The change is not possible now; the message says why and what to do."""


class ChangedMeanwhileError(KeepingRefusedError):
    """Somebody else changed it since the one who asks saw it. ``record``: as it is now."""

    def __init__(self, record: Any) -> None:
        super().__init__(_("Somebody else has changed this meanwhile. Nothing of yours is kept yet."))
        self.record = record


@transaction.atomic
def change_provider(
    provider: Provider, *, actor: User | None, seen: datetime | None = None, **fields: Any
) -> Provider:
    """Change what a provider says of itself (:data:`OF_PROVIDER`). Raises as :func:`change_offer`."""
    kept = locked(providers_of(actor), provider, seen)
    if _set(kept, fields, OF_PROVIDER):
        check_provider(kept)
        _keep(kept, actor)
    return kept


@transaction.atomic
def add_offer(
    provider: Provider,
    *,
    service_type: ServiceType,
    actor: User | None,
    code: str = "",
    key: UUID | None = None,
    **fields: Any,
) -> Offer:
    """Add an offer (:data:`OF_OFFER`). It is a draft that nobody sees until it has a place.

    Without ``code`` one is made of its name; ``key`` is that by which another system knows it.
    Raises ``PermissionDenied``, and ``ValidationError`` with a sentence for each field that is wrong.
    """
    kept = locked(providers_of(actor), provider, None)
    offer = Offer(provider=kept, service_type=service_type, code=code, changed_at=clock.now(), **_keyed(key))
    _set(offer, fields, OF_OFFER)
    check_offer(offer)
    if not offer.code:
        offer.code = _free_code(kept, in_language(offer.name, "en"))
    elif Offer.objects.filter(code=offer.code).exists():
        raise ValidationError({"code": _("There is an offer with this code already.")})
    offer.save(force_insert=True)
    if not offers_of(actor).filter(pk=offer.pk).exists():  # a mandate is for some services only
        raise denied()
    note([offer], actor=actor)
    return offer


@transaction.atomic
def change_offer(offer: Offer, *, actor: User | None, seen: datetime | None = None, **fields: Any) -> Offer:
    """Change an offer (:data:`OF_OFFER`). Nothing is written where nothing is new.

    Raises ``PermissionDenied``, ``ValidationError`` with a sentence for each field that is wrong, and
    :class:`ChangedMeanwhileError` when it is not as it was ``seen``.
    """
    kept = locked(offers_of(actor), offer, seen)
    days = (kept.since, kept.until)
    if _set(kept, fields, OF_OFFER):
        check_offer(kept)
        _keep(kept, actor)
        if days != (kept.since, kept.until):
            keep_lots(_rules(CapacityRule.objects.filter(offer_at_place__offer=kept)))
    return kept


def pause(offer: Offer, *, actor: User | None) -> Offer:
    """Offer it to nobody new from now on. What is booked stands. Paused twice changes nothing."""
    return _pause(offer, actor, paused=True)


def resume(offer: Offer, *, actor: User | None) -> Offer:
    """Offer it again."""
    return _pause(offer, actor, paused=False)


@transaction.atomic
def add_place(
    offer: Offer,
    *,
    region: Region,
    actor: User | None,
    serves: Iterable[Region] = (),
    key: UUID | None = None,
    **fields: Any,
) -> OfferAtPlace:
    """Add a place where an offer can be had (:data:`OF_PLACE`); from then on it is shown. ``key`` as of an offer.

    Raises ``PermissionDenied`` and ``ValidationError`` as :func:`add_offer`.
    """
    kept = locked(offers_of(actor), offer, None)
    place = OfferAtPlace(offer=kept, region=region, changed_at=clock.now(), **_keyed(key))
    _set(place, fields, OF_PLACE)
    check_place(place)
    place.save(force_insert=True)
    place.serves.set(serves)
    note([place], actor=actor)
    return place


@transaction.atomic
def change_place(
    place: OfferAtPlace, *, actor: User | None, seen: datetime | None = None, **fields: Any
) -> OfferAtPlace:
    """Change a place (:data:`OF_PLACE`), ``serves`` being the regions for whose people alone it is.

    Raises as :func:`change_offer`.
    """
    kept = locked(places_of(actor).select_related("offer"), place, seen)
    serves = fields.pop("serves", None)
    wanted = None if serves is None else {region.pk for region in serves}
    before, was = set(kept.serves.values_list("pk", flat=True)), kept.region_id
    changed = _set(kept, fields, OF_PLACE) or (wanted is not None and wanted != before)
    if changed:
        check_place(kept)
        note_before([OfferAtPlace.objects.select_related("offer").get(pk=kept.pk)])  # with what it served
        if wanted is not None:
            kept.serves.set(wanted)
        _keep(kept, actor)
        if was != kept.region_id:  # its clocks and holidays may be others
            keep_lots(_rules(CapacityRule.objects.filter(offer_at_place=kept)))
    return kept


@transaction.atomic
def remove_place(place: OfferAtPlace, *, actor: User | None) -> None:
    """Take a place away, with its times. Refused where anybody ever ordered or booked there."""
    kept = locked(places_of(actor).select_related("offer"), place, None)
    said = _("People have ordered here, so the place stays. End its times, or pause the offer.")
    if Hold.objects.filter(lot__offer_at_place=kept).exists():
        raise KeepingRefusedError(said)
    rules = _rules(CapacityRule.objects.filter(offer_at_place=kept))
    note_removed([*rules, kept], actor=actor)
    try:
        kept.delete()
    except ProtectedError as error:
        raise KeepingRefusedError(said) from error


def locked(mine: QuerySet[R], record: R, seen: datetime | None) -> R:
    """The record as it is now, locked. Raises ``PermissionDenied`` and :class:`ChangedMeanwhileError`."""
    found = mine.select_for_update(of=("self",), no_key=True).filter(pk=record.pk).first()
    if found is None:
        raise denied()
    if seen is not None and seen != found.changed_at:
        raise ChangedMeanwhileError(found)
    return found


def touch(record: Provider | Offer | OfferAtPlace) -> None:
    """Set when a record changed: now, and never the same moment twice."""
    record.changed_at = max(clock.now(), record.changed_at + _TICK)


@transaction.atomic
def _pause(offer: Offer, actor: User | None, *, paused: bool) -> Offer:
    kept = locked(offers_of(actor), offer, None)
    if kept.paused != paused:
        kept.paused = paused
        _keep(kept, actor)
    return kept


def _keep(record: R, actor: User | None) -> None:
    """Save a record that was changed, after keeping how it was."""
    before = type(record)._default_manager.select_related(*_WITH[type(record)]).get(pk=record.pk)
    note_before([before])
    touch(record)
    record.save()
    note([record], actor=actor)


_WITH: dict[type, tuple[str, ...]] = {Provider: (), Offer: ("provider",), OfferAtPlace: ("offer",)}


def _keyed(key: UUID | None) -> dict[str, UUID]:
    return {} if key is None else {"pk": key}


def _set(record: Any, fields: dict[str, Any], known: frozenset[str]) -> bool:
    """Put the fields into a record; whether any is new."""
    if unknown := set(fields) - known:
        raise TypeError(f"{type(record).__name__} has no field {sorted(unknown)[0]} that can be changed")
    changed = False
    for name, value in fields.items():
        changed |= getattr(record, name) != value
        setattr(record, name, value)
    return changed


def _rules(rules: QuerySet[CapacityRule]) -> list[CapacityRule]:
    return list(rules.select_related("offer_at_place__offer", "offer_at_place__region"))


def _free_code(provider: Provider, name: str) -> str:
    """A code for a new offer: of its provider's and its name, with a number where it is taken."""
    base = f"{provider.code[:_OF_PROVIDER_CODE]}-{slugify(name)[:_OF_NAME] or 'offer'}".strip("-")
    taken = set(Offer.objects.filter(code__startswith=base).values_list("code", flat=True))
    number = 1
    while (code := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return code[:_LONGEST_CODE]
