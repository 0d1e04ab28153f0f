"""What the piece ``delivering/order.html`` shows of an order, at the desk and at a provider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from lacarte.kernel import clock
from lacarte.loop.orders.delivery.lights import Light, light
from lacarte.loop.orders.delivery.pausing import pause_of
from lacarte.loop.orders.delivery.undoing import can_undo, newest_change, told_at
from lacarte.loop.orders.models import Escalation, Extension, Handover, Order, OrderChange, Pause
from lacarte.loop.orders.states import Who
from lacarte.loop.orders.time_words import in_words, zones_of
from lacarte.pages.delivering import doings
from lacarte.pages.delivering.access import Seen
from lacarte.pages.delivering.doings import Doing
from lacarte.pages.delivering.light_words import TONES, meaning
from lacarte.pages.delivering.together import together


@dataclass(frozen=True)
class Work:
    """How an order stands, what waits for somebody, and what can be done."""

    light: Light
    tone: str
    meaning: str
    booked: str
    pause: Pause | None
    made: OrderChange | None  # the newest change
    undo_until: datetime | None  # where whoever looks may take it back
    escalations: list[Escalation]
    extension: Extension | None
    may_grant: bool
    handover: Handover | None
    steps: list[Doing]
    besides: list[Doing]
    may_decide: bool

    @property
    def undo_minutes(self) -> int:
        """How many minutes are left to take the newest change back."""
        left = (self.undo_until - clock.now()).total_seconds() if self.undo_until else 0
        return max(1, ceil(left / 60))


def shown_of(seen: Seen) -> dict[str, Any]:
    """All that the piece needs; ``seen`` is the order and as what its reader sees it."""
    keys = {"undo": doings.UNDO, "take_back": doings.TAKE_BACK}
    return {"seen": seen, "work": work_of(seen), **keys, **together(seen)}


def work_of(seen: Seen) -> Work:
    """Read all of it, by a constant number of queries."""
    order, pause, made = seen.order, pause_of(seen.order), newest_change(seen.order)
    colour = light(order, paused_since=pause.since if pause else None)
    extension = order.extensions.select_related("reason", "asked_by", "decided_by").last()
    handover = order.handovers.select_related("reason", "target__offer__provider").last()
    official = seen.works and seen.who == Who.WORKER
    later = extension is not None and extension.state == Extension.State.ASKED
    handed = handover is not None and handover.state == Handover.State.ASKED
    return Work(
        light=colour,
        tone=TONES[colour],
        meaning=meaning(order, colour),
        booked=booked_of([order])[0],
        pause=pause,
        made=made,
        undo_until=_undo_until(seen, made, pause),
        escalations=list(Escalation.objects.filter(need=order.need_id, ended_at=None).order_by("decide_by", "pk")),
        extension=extension,
        may_grant=official and later and extension is not None and extension.asked_by_id != seen.user.pk,
        handover=handover,
        steps=doings.steps(seen),
        besides=list(doings.besides(seen, paused=pause is not None, handed=handed, later=later)),
        may_decide=official,
    )


def _undo_until(seen: Seen, made: OrderChange | None, pause: Pause | None) -> datetime | None:
    if made is None or not seen.works or not can_undo(made, actor=seen.user):
        return None
    if pause is not None and pause.since >= made.at:  # the resident has been asked since
        return None
    return told_at(Who(made.who), made.at)


def booked_of(orders: Sequence[Order]) -> list[str]:
    """For when each is booked, by the clock of its place; empty where no time is."""
    zones = zones_of(order.offer_at_place for order in orders if order.hold)
    return [in_words(order.hold.lot, zones[order.offer_at_place_id]) if order.hold else "" for order in orders]
