"""The deadlines of orders: by which rule, where they stand, and how they are set anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet, Sum

from lacarte.kernel import clock, tree
from lacarte.kernel.working_calendar import WorkingCalendar
from lacarte.loop.needs.messages.expecting import Deadlines, promised_by
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.delivery.closest import Rules
from lacarte.loop.orders.delivery.reckoning import Deadline, Span, reckon
from lacarte.loop.orders.models import Extension, Order, Pause
from lacarte.loop.orders.states import ENDED
from lacarte.registers.places.models import Region
from lacarte.registers.places.queries import calendars_of

BATCH = 500
_COLUMNS = ("contact_due", "contact_warn", "resolution_due", "resolution_warn")


@dataclass(frozen=True)
class Facts:
    """All that deadlines of some orders follow from, read by a constant number of queries."""

    rules: Rules
    calendars: dict[int, WorkingCalendar]
    pauses: dict[UUID, list[Span]]
    extended: dict[UUID, int]

    @classmethod
    def of(cls, orders: Sequence[Order], rules: Rules | None = None, instead: Sequence[Region] = ()) -> Facts:
        """Of orders with their ``need__region``; by ``rules`` instead of those that are kept.

        ``instead`` are regions with their calendars as they would be. What was not sent yet has no pauses.
        """
        keys = [order.pk for order in orders if not order._state.adding]
        pauses: dict[UUID, list[Span]] = defaultdict(list)
        for order, since, until in _ended_pauses(keys) if keys else ():
            pauses[order].append(Span(since, until))
        calendars = calendars_of({order.need.region for order in orders}, instead)
        return cls(rules or Rules.remembered(), calendars, pauses, _extended(keys) if keys else {})

    def deadlines(self, order: Order) -> tuple[Deadline, Deadline]:
        """By when the order is answered, and by when it is done. A pause after the answer leaves the first."""
        contact, resolution = self.rules.of(order.need, order.requested_at)
        calendar, pauses = self.calendars[order.need.region_id], self.pauses.get(order.pk, [])
        answered = order.responded_at
        before = [one for one in pauses if answered is None or one.since < answered]
        return (
            reckon(calendar, order.requested_at, contact, before),
            reckon(calendar, order.requested_at, resolution, pauses, self.extended.get(order.pk, 0)),
        )


def _ended_pauses(orders: Sequence[UUID]) -> Iterator[tuple[UUID, datetime, datetime]]:
    ended = Pause.objects.filter(order__in=orders, ended_at__isnull=False).order_by("since")
    for order, since, until in ended.values_list("order", "since", "ended_at"):
        if until is not None:
            yield order, since, until


def _extended(orders: Sequence[UUID]) -> dict[UUID, int]:
    granted = Extension.objects.filter(order__in=orders, state=Extension.State.GRANTED).order_by()
    return dict(granted.values_list("order").annotate(days=Sum("days")))


def assign(orders: Sequence[Order], facts: Facts | None = None) -> list[Order]:
    """Set the deadlines of ``orders`` in memory, and return those of which one is another now."""
    facts, moved = facts or Facts.of(orders), []
    for order in orders:
        before = [getattr(order, column) for column in _COLUMNS]
        contact, resolution = facts.deadlines(order)
        order.contact_due, order.contact_warn = contact.due, contact.warn
        order.resolution_due, order.resolution_warn = resolution.due, resolution.warn
        if before != [getattr(order, column) for column in _COLUMNS]:
            moved.append(order)
    return moved


def set_anew(keys: Iterable[UUID]) -> int:
    """Set the deadlines of orders that have not ended, within the caller's transaction. Returns how many moved."""
    rows = under_way().select_for_update(of=("self",)).filter(pk__in=list(keys)).order_by("pk")
    moved = assign(list(rows))
    Order.objects.bulk_update(moved, _COLUMNS, batch_size=BATCH)
    return len(moved)


def under_way() -> QuerySet[Order]:
    """The orders that have not ended, with what their deadlines follow from."""
    return Order.objects.exclude(state__in=ENDED).select_related("need__service_type", "need__region")


def within(services: tree.Interval, regions: tree.Interval) -> QuerySet[Order]:
    """Those under way below a service type and a region."""
    return under_way().filter(
        need__service_type__gte=services.first,
        need__service_type__lte=services.last,
        need__region__gte=regions.first,
        need__region__lte=regions.last,
    )


def in_batches(orders: QuerySet[Order]) -> Iterator[list[Order]]:
    """Some hundred orders at a time, by their keys: what ends meanwhile is not missed, nor what begins doubled."""
    last: UUID | None = None
    while found := list((orders.filter(pk__gt=last) if last else orders).order_by("pk")[:BATCH]):
        yield found
        last = found[-1].pk


def promised(needs: Sequence[Need]) -> list[Deadlines]:
    """By when orders would be answered and done that were sent for ``needs`` now; the same few queries for any."""
    orders = [Order(need=need, requested_at=clock.now()) for need in needs]
    facts = Facts.of(orders)
    found = (facts.deadlines(order) for order in orders)
    return [Deadlines(contact.due, resolution.due) for contact, resolution in found]


promised_by(promised)
