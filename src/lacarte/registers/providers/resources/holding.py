"""The verbs of holds of resources: take units for a time, make it last, give them back.

A resource is locked before its holds are counted, and several in the order of their keys.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.registers.providers.models import Resource, ResourceHold
from lacarte.registers.providers.resources.counting import Use, living, peak

State = ResourceHold.State


class ResourceRefusedError(ValueError):
    """The resource cannot be had like this; the message says why and what to do."""


def hold(
    resource: Resource,
    *,
    units: int,
    since: datetime,
    until: datetime | None,
    holder: str,
    expires_at: datetime | None = None,
) -> ResourceHold:
    """Lend ``units`` of a resource to ``holder`` from ``since`` to ``until``; of funds, spend them.

    Confirmed, unless it ``expires_at`` some time. Funds are spent for good and have no ``until``; all else has.
    Raises :class:`ResourceRefusedError` for more than is free at some moment of that time.
    """
    return hold_all([(resource, units)], since=since, until=until, holder=holder, expires_at=expires_at)[0]


@transaction.atomic
def hold_all(
    wanted: Sequence[tuple[Resource, int]],
    *,
    since: datetime,
    until: datetime | None,
    holder: str,
    expires_at: datetime | None = None,
) -> list[ResourceHold]:
    """As :func:`hold`, of several resources: all of them or none. Each comes once."""
    if (until is not None and until <= since) or (expires_at is not None and expires_at <= clock.now()):
        raise ResourceRefusedError(_("This time is over or ends before it begins."))
    found = _locked([resource.pk for resource, _units in wanted])
    made = []
    for resource, units in wanted:
        row = found.get(resource.pk)
        if row is None:
            raise ResourceRefusedError(_("This is not lent any more."))
        if row.paused:
            words = _("“%(resource)s” is not lent at the moment: its provider has paused it.")
            raise ResourceRefusedError(words % {"resource": row})
        ends = None if row.kind == Resource.Kind.FUNDS else until
        if ends is None and row.kind != Resource.Kind.FUNDS:
            raise ResourceRefusedError(_("Please say until when it is needed."))
        _require_free(row, units, since, ends)
        state = State.CONFIRMED if expires_at is None else State.HELD
        made.append(
            ResourceHold(
                resource=row,
                units=units,
                starts_at=since,
                ends_at=ends,
                state=state,
                expires_at=expires_at,
                holder=holder,
            )
        )
    return ResourceHold.objects.bulk_create(made)


@transaction.atomic
def confirm(held: ResourceHold) -> ResourceHold:
    """Make a hold last. Raises :class:`ResourceRefusedError` when it expired and the units are gone."""
    _locked([held.resource_id])
    row = ResourceHold.objects.select_for_update(of=("self",)).select_related("resource").get(pk=held.pk)
    if row.state == State.RELEASED:
        raise ResourceRefusedError(_("This was given back already."))
    if row.state == State.HELD:
        if row.expires_at is not None and row.expires_at <= clock.now():
            _require_free(row.resource, row.units, row.starts_at, row.ends_at)
        row.state, row.expires_at = State.CONFIRMED, None
        row.save(update_fields=["state", "expires_at"])
    return row


def release_all(holder: str) -> int:
    """Give back all that ``holder`` has. Returns how many holds this ended; twice changes nothing.

    What was lent for a time that is over stays as it was; so do funds: they are spent.
    """
    now = clock.now()
    lent = ResourceHold.objects.filter(holder=holder).exclude(state=State.RELEASED)
    lent = lent.exclude(resource__kind=Resource.Kind.FUNDS, state=State.CONFIRMED)
    return lent.exclude(ends_at__lte=now).update(state=State.RELEASED, released_at=now)


@transaction.atomic
def give_back(held: ResourceHold) -> bool:
    """Give one hold back, funds too: what was not spent after all. Returns whether this did it."""
    rows = ResourceHold.objects.filter(pk=held.pk).exclude(state=State.RELEASED)
    return rows.update(state=State.RELEASED, released_at=clock.now()) == 1


def free(resource: Resource, since: datetime, until: datetime | None) -> int:
    """How many units are free all the time from ``since`` to ``until``."""
    return free_of([resource], since, until)[resource.pk]


def free_of(resources: Collection[Resource], since: datetime, until: datetime | None) -> dict[UUID, int]:
    """As :func:`free`, of many resources in one query, by key. Funds have no end, whatever ``until`` says."""
    uses: dict[UUID, list[Use]] = {row.pk: [] for row in resources}
    rows = ResourceHold.objects.filter(living(), Q(ends_at=None) | Q(ends_at__gt=since), resource__in=uses)
    for resource, begins, ends_at, units in rows.values_list("resource", "starts_at", "ends_at", "units"):
        uses[resource].append((begins, ends_at, units))
    ends = {row.pk: None if row.kind == Resource.Kind.FUNDS else until for row in resources}
    return {row.pk: row.quantity - peak(uses[row.pk], since, ends[row.pk]) for row in resources}


def _locked(keys: Sequence[UUID]) -> dict[UUID, Resource]:
    rows = Resource.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    return {row.pk: row for row in rows}


def _require_free(resource: Resource, units: int, since: datetime, until: datetime | None) -> None:
    if units < 1:
        raise ResourceRefusedError(_("At least one unit has to be asked for, not %(n)d.") % {"n": units})
    there = free(resource, since, until)
    if units > there:
        words = _("%(asked)d asked for, %(free)d free of “%(resource)s” at that time.")
        raise ResourceRefusedError(words % {"asked": units, "free": max(there, 0), "resource": resource})
