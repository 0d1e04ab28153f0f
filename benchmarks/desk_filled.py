"""A desk with work for years: a million needs, a third of them open, and their orders, messages and objections."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import orders_filled
from benchmarks.own_installation import settle
from django.db import connection

from lacarte.kernel import clock
from lacarte.loop.matching.models import Objection
from lacarte.loop.needs.models import Message, Need
from lacarte.loop.orders.models import Order

#: Of a hundred needs so many wait for an offer, the first of them not understood, so many are held and ordered.
WAITING, HELD, ORDERED = 12, 1, 17
MESSAGES, OBJECTIONS = 5_000, 500
_DAYS = {"sqlite": "strftime('%Y-%m-%d %H:%M:%f000', 'now', ({n}) || ' days')"}
_DAYS["postgresql"] = "now() + ({n}) * interval '1 day'"


def fill(n: int) -> orders_filled.Filled:
    """``n`` needs in all states, of the last two years; half of the orders that run are late."""
    filled = orders_filled.fill(n)
    spread()
    return filled


def spread() -> None:
    """Give needs that all have orders other states, and take the orders of those that wait."""
    number = "CAST(reference AS BIGINT)"
    drawn = f"({number} * 7919 % 100)"
    with _without_indexes(Need), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE needs_need SET priority_class = {number} * 31 % 4, need_index = ({number} % 1000) / 1000.0, "
            f"rank = 1 + {number} * 31 % 4 - ({number} % 1000) / 2000.0, "
            f"closed_at = CASE WHEN {drawn} < {WAITING + HELD + ORDERED} THEN NULL ELSE received_at END, "
            f"service_type_id = CASE WHEN {drawn} = 0 THEN 0 ELSE service_type_id END, "
            f"state = CASE WHEN {drawn} < {WAITING} THEN 'open' WHEN {drawn} < {WAITING + HELD} THEN 'held' "
            f"WHEN {drawn} < {WAITING + HELD + ORDERED} THEN 'ordered' ELSE 'met' END"
        )
    with _without_indexes(Order), connection.cursor() as cursor:
        states = "(SELECT state FROM needs_need WHERE needs_need.id = orders_order.need_id)"
        of = f"(SELECT {number} FROM needs_need WHERE needs_need.id = orders_order.need_id)"
        cursor.execute(
            "DELETE FROM voice_rating WHERE order_id IN (SELECT id FROM orders_order WHERE ended_at IS "
            f"NULL OR {states} <> 'met')"
        )
        cursor.execute(f"DELETE FROM orders_order WHERE {states} IN ('open', 'held')")
        cursor.execute(
            "UPDATE orders_order SET state = 'completed', ended_at = requested_at WHERE state <> 'completed'"
        )
        cursor.execute(
            f"UPDATE orders_order SET ended_at = NULL, state = CASE {of} % 3 WHEN 0 THEN 'requested' "
            f"WHEN 1 THEN 'accepted' ELSE 'in-progress' END, resolution_due = {_days(f'{of} % 20 - 10')}, "
            f"contact_due = {_days(f'{of} % 20 - 10')} WHERE {states} = 'ordered'"
        )
    _said()
    settle()


def _days(n: str) -> str:
    return _DAYS[connection.vendor].format(n=n)


def _said() -> None:
    """What residents wrote, and objections."""
    ordered = list(Need.objects.filter(state="ordered").order_by("pk").values_list("pk", flat=True)[:MESSAGES])
    Message.objects.bulk_create(
        [Message(need_id=pk, incoming=True, medium="page", text="When?", state="received") for pk in ordered]
    )
    Objection.objects.bulk_create(
        [Objection(need_id=pk, reason="Too far", raised_at=clock.now()) for pk in ordered[:OBJECTIONS]]
    )


@contextmanager
def _without_indexes(model: type[Need] | type[Order]) -> Iterator[None]:
    with connection.schema_editor() as editor:
        for index in model._meta.indexes:
            editor.remove_index(model, index)
    yield
    with connection.schema_editor() as editor:
        for index in model._meta.indexes:
            editor.add_index(model, index)
