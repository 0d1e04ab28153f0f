"""Verbs that change the menu. Capacity changes by holds only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain, repeat
from typing import Any
from uuid import UUID

from django.db import transaction

from lacarte.kernel import clock
from lacarte.registers.menu.models import CapacityLot, Hold, ServiceType
from lacarte.registers.menu.queries import with_free_units

_BATCH = 500


class NoCapacityError(Exception):
    """The lot has fewer free units than were asked for."""


@transaction.atomic
def add_service_type(parent: ServiceType, *, code: str, name: dict[str, str], **fields: Any) -> ServiceType:
    """Add a life area (below the root) or a service type (below a life area).

    Raises ``ValueError`` when the tree is full there.
    """
    ServiceType.objects.select_for_update().get(pk=parent.pk)  # two writers must not take the same number
    taken = parent.children.order_by("-number").values_list("number", flat=True).first()
    interval = parent.interval.child(parent.interval.next_ordinal(taken))
    return ServiceType.objects.create(
        number=interval.first, last=interval.last, parent=parent, code=code, name=name, **fields
    )


@transaction.atomic
def hold(lot: CapacityLot, *, units: int = 1, expires_at: datetime | None = None) -> Hold:
    """Reserve ``units`` of a lot, until ``expires_at`` unless confirmed. Raises :class:`NoCapacityError`."""
    CapacityLot.objects.select_for_update().get(pk=lot.pk)  # holds of one lot are counted one after the other
    free: int = with_free_units(CapacityLot.objects.filter(pk=lot.pk)).values_list("free", flat=True).get()
    if free < units:
        raise NoCapacityError(f"{units} asked for, {max(free, 0)} free")
    return Hold.objects.create(lot=lot, units=units, expires_at=expires_at)


@transaction.atomic
def confirm(held: Hold) -> Hold:
    """Make a hold last. Raises :class:`NoCapacityError` when it has expired and its units are gone."""
    CapacityLot.objects.select_for_update().get(pk=held.lot_id)
    held.refresh_from_db()
    if held.state == Hold.State.RELEASED:
        raise NoCapacityError("this hold was released")
    held.state = Hold.State.CONFIRMED
    held.save(update_fields=["state"])
    free: int = with_free_units(CapacityLot.objects.filter(pk=held.lot_id)).values_list("free", flat=True).get()
    if free < 0:
        raise NoCapacityError("this hold has expired and somebody else was quicker")
    return held


@transaction.atomic
def take_earliest(offers: Sequence[UUID]) -> list[Hold | None]:
    """A confirmed unit for each of ``offers`` (at places; one may come several times), in the order given.

    Each is of the earliest lot that has one; ``None`` where all units are gone or the offer is paused.
    """
    lots = CapacityLot.objects.filter(
        offer_at_place__in=set(offers), offer_at_place__offer__paused=False, ends_at__gt=clock.now()
    )
    list(lots.select_for_update(of=("self",)).order_by("pk"))  # all takers lock in the same order, then count
    units: dict[UUID, Iterator[UUID]] = defaultdict(lambda: iter(()))
    free = with_free_units(lots).filter(free__gt=0).order_by("starts_at", "pk")
    for offer, lot, count in free.values_list("offer_at_place_id", "pk", "free"):
        units[offer] = chain(units[offer], repeat(lot, count))
    found = [next(units[offer], None) for offer in offers]
    holds = [Hold(lot_id=lot, state=Hold.State.CONFIRMED) if lot else None for lot in found]
    Hold.objects.bulk_create([held for held in holds if held], batch_size=_BATCH)
    return holds


@transaction.atomic
def release(held: Hold) -> None:
    """Give the units back; releasing twice changes nothing."""
    Hold.objects.filter(pk=held.pk).update(state=Hold.State.RELEASED)
