"""What the page of crews shows of each stop: no names and no numbers, as the phone keeps the page."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.crypto import salted_hmac

from lacarte.kernel.models import User
from lacarte.loop.needs.models import Attachment
from lacarte.loop.needs.understanding.privacy import masked_text, without_personal
from lacarte.loop.orders.actions import parts_left
from lacarte.loop.orders.delivery.reasons import reasons_of
from lacarte.loop.orders.delivery.seeing import LIVING, notes_for
from lacarte.loop.orders.models import Contribution, Order, OrderState, Reason
from lacarte.loop.orders.rounds.planning import round_of
from lacarte.loop.orders.rounds.today import beside, ended_by, ends_at, put_off
from lacarte.loop.orders.rounds.travel import Stop, point_of, window_of
from lacarte.loop.orders.time_words import time_in_words, zones_of
from lacarte.pages.design.answers import told
from lacarte.registers.menu.answering import Answered
from lacarte.registers.menu.models import Attribute
from lacarte.registers.people.queries import NEED, note_looks

_PURPOSE = "work on this need"


@dataclass(frozen=True)
class Shown:
    """A stop as the page shows it. ``key`` is for what its form sends, so that pressed twice it counts once."""

    key: UUID
    order: Order
    stop: Stop | None
    words: str
    booked: str
    answers: list[Answered]
    parts_left: str  # what others have to do before it can be done; empty where nothing
    notes: list[str]
    photos: list[Attachment]
    latitude: str  # degrees (WGS84), for links to maps; empty where no point is known
    longitude: str

    @property
    def is_begun(self) -> bool:
        """Whether the work has begun."""
        return self.order.state == OrderState.IN_PROGRESS

    @property
    def may_wait(self) -> bool:
        """Whether it can be put on hold: what has not begun is just not done today."""
        return self.order.state in (OrderState.IN_PROGRESS, OrderState.ACCEPTED)


def round_for(user: User, day: date) -> dict[str, Any]:
    """All that the page shows; that addresses are read is written down for whose they are."""
    ended = ended_by(user, day)
    since = next((point for order in ended if (point := point_of(order))), None)
    stops = round_of(user, day, since=since)
    others = beside(user, day, [stop.order for stop in stops])
    orders = [*(stop.order for stop in stops), *others, *ended]
    _note(user, orders)
    rows = _shown(user, orders, {stop.order.pk: stop for stop in stops})
    return {
        "day": day,
        "until": _milliseconds(ends_at(day)),
        "who": salted_hmac("lacarte.pages.field", str(user.pk)).hexdigest()[:16],
        "stops": [rows[stop.order.pk] for stop in stops],
        "others": [rows[order.pk] for order in others],
        "ended": [rows[order.pk] for order in ended],
        "put_off": list(put_off(user, day)),
        "on_hold": list(reasons_of(Reason.Of.ON_HOLD)),
        "failed": list(reasons_of(Reason.Of.FAILED)),
        "has_booked": any(window_of(stop.order) for stop in stops),
        "now": timezone.now(),
    }


def _note(user: User, orders: Sequence[Order]) -> None:
    persons = {order.need.person_id for order in orders if order.need.person_id}
    if persons:
        note_looks(persons, reader=user, fields=NEED, purpose=_PURPOSE)


def _shown(user: User, orders: Sequence[Order], stops: dict[UUID, Stop]) -> dict[UUID, Shown]:
    zones = zones_of(order.offer_at_place for order in orders)
    questions: dict[int, list[Attribute]] = defaultdict(list)
    for one in Attribute.objects.filter(service_type__in={order.need.service_type_id for order in orders}):
        questions[one.service_type_id].append(one)
    notes: dict[UUID, list[str]] = defaultdict(list)
    for note in notes_for(user, *orders):
        notes[note.order_id].append(without_personal(note.text))
    left = Counter(Contribution.objects.filter(order__in=orders, state__in=LIVING).values_list("order", flat=True))
    photos: dict[UUID, list[Attachment]] = defaultdict(list)
    of_work = Attachment.objects.filter(need__in=[order.need_id for order in orders]).exclude(shows="")
    for photo in of_work.order_by("-shows", "created_at", "id"):
        if photo.need_id:
            photos[photo.need_id].append(photo)
    return {
        order.pk: Shown(
            key=uuid4(),
            order=order,
            stop=stops.get(order.pk),
            words=masked_text(order.need),
            booked=time_in_words(order.hold.lot, zones[order.offer_at_place_id])
            if order.hold and window_of(order)
            else "",
            answers=_answers(order, questions[order.need.service_type_id]),
            parts_left=parts_left(left[order.pk]) if order.pk in left else "",
            notes=notes[order.pk],
            photos=photos[order.need_id],
            latitude=_degrees(order.need.latitude),
            longitude=_degrees(order.need.longitude),
        )
        for order in orders
    }


def _answers(order: Order, questions: list[Attribute]) -> list[Answered]:
    need = order.need
    rows = told(questions, need.answers, need.since, need.times)
    return [Answered(row.code, row.question, without_personal(row.words)) for row in rows]


def _degrees(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
