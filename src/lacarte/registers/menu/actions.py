"""Verbs that change the menu. Capacity changes by holds only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from lacarte.registers.menu.models import CapacityLot, Hold, ServiceType
from lacarte.registers.menu.queries import with_free_units


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
def release(held: Hold) -> None:
    """Give the units back; releasing twice changes nothing."""
    Hold.objects.filter(pk=held.pk).update(state=Hold.State.RELEASED)
