"""The verbs of holds: take a unit for a while, make it last, give it back, go to another lot.

On PostgreSQL holds are locked before lots, and each kind by its key, so that no two transactions wait for each
other; what is free is counted once the lot is locked. On SQLite a transaction has the whole file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice, repeat
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.registers.menu.capacity.counting import is_open, lives, open_lots, with_free_units
from lacarte.registers.menu.models import CapacityLot, Hold

_BATCH = 500


class CapacityRefusedError(ValueError):
    """Capacity cannot be taken or changed like this; the message says why."""


class NoCapacityError(CapacityRefusedError):
    """Fewer units are free than were asked for."""


def hold(lot: CapacityLot, *, units: int = 1, expires_at: datetime | None = None, holder: str = "") -> Hold:
    """Reserve ``units`` of a lot for ``holder``, until ``expires_at`` unless confirmed.

    Raises :class:`NoCapacityError`, and :class:`CapacityRefusedError` for what nobody can have: no units, a time
    that is over, a lot of an offer that is paused.
    """
    return hold_many([(lot, units)], expires_at=expires_at, holder=holder)[0]


@transaction.atomic
def hold_many(
    wanted: Sequence[tuple[CapacityLot, int]], *, expires_at: datetime | None = None, holder: str = ""
) -> list[Hold]:
    """As :func:`hold`, of several lots: all of them or none. Each comes once."""
    asked = {lot.pk: units for lot, units in wanted}
    if any(units < 1 for units in asked.values()):
        raise CapacityRefusedError(
            _("At least one unit has to be asked for, not %(n)d.") % {"n": min(asked.values())}
        )
    found = _locked(asked)
    if expires_at is not None and expires_at <= clock.now():
        raise CapacityRefusedError(_("The time until which this is held is over."))
    for key, units in asked.items():
        _require(found.get(key), units)
    holds = [Hold(lot_id=lot.pk, units=units, expires_at=expires_at, holder=holder) for lot, units in wanted]
    return Hold.objects.bulk_create(holds)


def confirm(held: Hold) -> Hold:
    """Make a hold last. Raises :class:`NoCapacityError` when it has expired and its units are gone."""
    return confirm_many([held])[0]


@transaction.atomic
def confirm_many(holds: Sequence[Hold]) -> list[Hold]:
    """As :func:`confirm`, of several holds: all of them or none. What is confirmed stays so."""
    rows = _locked_holds(one.pk for one in holds)
    if any(one.pk not in rows or rows[one.pk].state == Hold.State.RELEASED for one in holds):
        raise NoCapacityError(_("This was given back, or the time to answer is over. Please choose again."))
    lots = {row.lot_id for row in rows.values()}
    _lock(lots)
    Hold.objects.filter(pk__in=rows, state=Hold.State.HELD).update(state=Hold.State.CONFIRMED, expires_at=None)
    _refuse_overbooking(lots)
    for one in holds:
        one.state, one.expires_at, one.lot_id = Hold.State.CONFIRMED, None, rows[one.pk].lot_id
    return list(holds)


@transaction.atomic
def extend(held: Hold, *, expires_at: datetime) -> Hold:
    """Keep what is held until ``expires_at``. Raises :class:`NoCapacityError` when it does not live any more."""
    row = _living(held)
    if row.state == Hold.State.HELD:
        Hold.objects.filter(pk=row.pk).update(expires_at=expires_at)
        _refuse_overbooking([row.lot_id])
    held.refresh_from_db()
    return held


@transaction.atomic
def move(held: Hold, lot: CapacityLot) -> Hold:
    """Let a living hold be of another lot, with its state and expiry; it is never without its units.

    Raises as :func:`hold`; the hold is then where it was.
    """
    row = _living(held, lot.pk)
    if row.lot_id != lot.pk:
        _require(_facts([lot.pk]).get(lot.pk), row.units)
        Hold.objects.filter(pk=row.pk).update(lot=lot)
    held.refresh_from_db()
    return held


@transaction.atomic
def retake(released: Hold) -> Hold:
    """Have again what was given back a moment ago, confirmed. Raises :class:`NoCapacityError` when it is gone."""
    row = _locked_holds([released.pk]).get(released.pk)
    if row is None:
        raise NoCapacityError(_("There is no such time any more. Please choose another."))
    _lock([row.lot_id])
    Hold.objects.filter(pk=row.pk).update(state=Hold.State.CONFIRMED, expires_at=None, ended_at=None)
    _refuse_overbooking([row.lot_id])
    released.refresh_from_db()
    return released


@transaction.atomic
def take_earliest(offers: Sequence[UUID], *, leaving: Mapping[UUID, int] | None = None) -> list[Hold | None]:
    """A confirmed unit for each of ``offers`` (at places; one may come several times), in the order given.

    Each is of the earliest lot that has one, behind the first ``leaving`` free units of its offer, which are for
    others; ``None`` where all units are gone or the offer is paused. Only the lots that it takes of are locked.
    """
    units = {offer: iter(lots) for offer, lots in _lock_earliest(Counter(offers), leaving or {}).items()}
    found = [next(units[offer], None) for offer in offers]
    holds = [Hold(lot_id=lot, state=Hold.State.CONFIRMED) if lot else None for lot in found]
    Hold.objects.bulk_create([held for held in holds if held], batch_size=_BATCH)
    return holds


def release(held: Hold) -> bool:
    """Give the units back. Returns whether this did it: releasing twice changes nothing."""
    return release_many([held.pk]) == 1


@transaction.atomic
def release_many(keys: Iterable[UUID]) -> int:
    """As :func:`release`, of several holds by their keys. Returns how many this gave back."""
    rows = _locked_holds(keys)
    living = Hold.objects.filter(pk__in=rows).exclude(state=Hold.State.RELEASED)
    return living.update(state=Hold.State.RELEASED, ended_at=clock.now())


def release_expired(most: int = _BATCH) -> int:
    """Mark what has expired as released, so that there is less to count; it counts no more anyway.

    Returns how many there were. What somebody is about to confirm is left to them.
    """
    with transaction.atomic():
        over = Hold.objects.filter(state=Hold.State.HELD, expires_at__lte=clock.now()).order_by("pk")
        keys = list(over.select_for_update(skip_locked=True).values_list("pk", flat=True)[:most])
        still = Hold.objects.filter(pk__in=keys, state=Hold.State.HELD)
        return still.update(state=Hold.State.RELEASED, ended_at=F("expires_at"))


class Facts(NamedTuple):
    """What decides whether a lot can be had."""

    key: UUID
    starts_at: datetime
    ends_at: datetime
    free: int
    paused: bool


def _lock(keys: Iterable[UUID]) -> None:
    """Have others who count these lots wait until this transaction ends."""
    if connection.features.has_select_for_update:
        lots = CapacityLot.objects.select_for_update(no_key=True).filter(pk__in=list(keys)).order_by("pk")
        list(lots.values_list("pk"))


def _lock_earliest(wanted: Mapping[UUID, int], leaving: Mapping[UUID, int]) -> dict[UUID, list[UUID]]:
    """The lots of the earliest free units, one entry a unit, locked and still free.

    Where somebody was quicker, its locks are given back before others are asked for, so that nobody waits for who
    waits for them; each time it begins again somebody else has got something.
    """
    while True:
        counted = _earliest(wanted, leaving)
        taken = Counter(lot for lots in counted.values() for lot in lots)
        before = transaction.savepoint()
        _lock(taken)
        free = {fact.key: 0 if fact.paused else fact.free for fact in _facts(taken).values()}
        if all(free.get(lot, 0) >= n for lot, n in taken.items()):
            transaction.savepoint_commit(before)
            return counted
        transaction.savepoint_rollback(before)


def _earliest(wanted: Mapping[UUID, int], leaving: Mapping[UUID, int]) -> dict[UUID, list[UUID]]:
    lots = CapacityLot.objects.filter(
        open_lots(), offer_at_place__in=list(wanted), offer_at_place__offer__paused=False
    )
    units: dict[UUID, Iterator[UUID]] = dict.fromkeys(wanted, iter(()))
    free = with_free_units(lots).filter(free__gt=0).order_by("starts_at", "pk")
    for offer, lot, count in free.values_list("offer_at_place_id", "pk", "free"):
        units[offer] = chain(units[offer], repeat(lot, count))
    first = {offer: leaving.get(offer, 0) for offer in wanted}
    return {offer: list(islice(units[offer], first[offer], first[offer] + n)) for offer, n in wanted.items()}


def _facts(keys: Iterable[UUID]) -> dict[UUID, Facts]:
    lots = with_free_units(CapacityLot.objects.filter(pk__in=list(keys)))
    rows = lots.values_list("pk", "starts_at", "ends_at", "free", "offer_at_place__offer__paused")
    return {row[0]: Facts(*row) for row in rows}


def _locked(keys: Iterable[UUID]) -> dict[UUID, Facts]:
    keys = list(keys)
    _lock(keys)
    return _facts(keys)  # counted by a statement of its own, which sees all that was committed before the lock


def _locked_holds(keys: Iterable[UUID]) -> dict[UUID, Hold]:
    rows = Hold.objects.select_for_update(no_key=True).filter(pk__in=list(keys)).order_by("pk")
    return {row.pk: row for row in rows}


def _living(held: Hold, *lots: UUID) -> Hold:
    """The hold, locked with its lot and ``lots``. Raises :class:`NoCapacityError` when it does not count."""
    row = _locked_holds([held.pk]).get(held.pk)
    if row is not None:
        _lock({row.lot_id, *lots})
        if lives(row):  # asked for once nobody else can count its units as free
            return row
    raise NoCapacityError(_("This was given back, or the time to answer is over. Please choose again."))


def _require(lot: Facts | None, units: int) -> None:
    if lot is None:
        raise CapacityRefusedError(_("There is no such time any more. Please choose another."))
    if not is_open(lot, clock.now()):
        raise CapacityRefusedError(_("This time is over. Please choose a later one."))
    if lot.paused:
        offer = CapacityLot.objects.select_related("offer_at_place__offer").get(pk=lot.key).offer_at_place.offer
        raise CapacityRefusedError(_("“%(offer)s” takes nobody on just now.") % {"offer": offer})
    if lot.free < units:
        free = max(lot.free, 0)
        raise NoCapacityError(
            _("%(asked)d asked for, %(free)d free: somebody else was quicker. Please choose another time.")
            % {"asked": units, "free": free}
        )


def _refuse_overbooking(lots: Iterable[UUID]) -> None:
    over = with_free_units(CapacityLot.objects.filter(pk__in=list(lots))).filter(taken__gt=F("units"))
    if over.exists():
        raise NoCapacityError(_("The time to answer is over, and somebody else was quicker. Please choose again."))
