"""When many offers are free next, and whether they take somebody on: the same as ``capacity.finding`` says.

A list asks this of some two hundred offers each time, so it is written as SQL: the mapper would take longer to
write the query than the database to answer it. A test holds it to what ``capacity.finding`` answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection
from django.utils import timezone

from lacarte.kernel import clock
from lacarte.registers.menu.capacity.counting import A_DAY
from lacarte.registers.menu.capacity.finding import CapacityState

_HOURS = round(A_DAY.total_seconds() / 3600)
_LASTING = {
    "sqlite": f"julianday(lot.ends_at) - julianday(lot.starts_at) >= {_HOURS} / 24.0 - 1e-8",
    "postgresql": f"lot.ends_at >= lot.starts_at + interval '{_HOURS} hours'",
}
_READ = """
SELECT place.id,
  (SELECT lot.starts_at FROM menu_capacitylot lot WHERE {open} AND COALESCE(lot.closing_to, lot.units) > (
      SELECT COALESCE(SUM(held.units), 0) FROM menu_hold held WHERE held.lot_id = lot.id AND (
        held.state = 'confirmed'
        OR (held.state = 'held' AND (held.expires_at IS NULL OR held.expires_at > {now}))))
    ORDER BY lot.starts_at, lot.id LIMIT 1),
  CASE
    WHEN EXISTS (SELECT 1 FROM menu_capacitylot lot WHERE {open} AND lot.units > 0)
      OR EXISTS (SELECT 1 FROM menu_capacityrule rule WHERE rule.offer_at_place_id = place.id AND rule.units > 0
        AND (rule.until IS NULL OR rule.until >= {today})) THEN 'waitlist'
    WHEN EXISTS (SELECT 1 FROM menu_capacitylot lot WHERE lot.offer_at_place_id = place.id)
      OR EXISTS (SELECT 1 FROM menu_capacityrule rule WHERE rule.offer_at_place_id = place.id) THEN 'no-capacity'
    ELSE 'additional-assessment-required' END
FROM menu_offeratplace place WHERE place.id IN ({places})"""
_OPEN = """lot.offer_at_place_id = place.id AND lot.ends_at > {now} AND (lot.starts_at > {now} OR {lasting})"""


@dataclass(frozen=True)
class Free:
    """The beginning of the next free time (``None``: nothing is free), and the capacity state of FHIR."""

    at: datetime | None = None
    state: CapacityState = CapacityState.ASSESSMENT


def free_of(places: Sequence[str]) -> dict[str, Free]:
    """Of each offer at a place that is offered today when it is free next; one query, none for no places.

    Their keys are in hexadecimal, as in :class:`Offers`.
    """
    if not places:
        return {}
    now = clock.now()
    # Both are written by us, never by who asks: no more than a number of times in one statement.
    said = {"now": f"'{connection.ops.adapt_datetimefield_value(now)}'", "today": f"'{timezone.localdate(now)}'"}
    opened = _OPEN.format(lasting=_LASTING[connection.vendor], **said)
    sql = _READ.format(open=opened, places=", ".join(["%s"] * len(places)), **said)
    with connection.cursor() as cursor:
        cursor.execute(sql, places)
        return {_key(key): _free(at, state) for key, at, state in cursor.fetchall()}


def _key(said: UUID | str) -> str:
    return said.hex if isinstance(said, UUID) else said


def _free(at: datetime | str | None, state: str) -> Free:
    """SQLite keeps moments in UTC, without saying so."""
    if at is None:
        return Free(None, CapacityState(state))
    begins = at if isinstance(at, datetime) else datetime.fromisoformat(at)
    return Free(begins if begins.tzinfo else begins.replace(tzinfo=UTC), CapacityState.CAPACITY)
