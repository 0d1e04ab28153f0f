"""What the page of a need says of its time: booked, held, called up for, waited for, or to be chosen."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import formats, timezone

from lacarte.kernel import clock, tree
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.booking import can_move, held_for
from lacarte.loop.orders.expecting_turn import expected_wait
from lacarte.loop.orders.models import Order, WaitingPlace
from lacarte.loop.orders.time_words import in_words, zone_of
from lacarte.loop.orders.waiting import living_places
from lacarte.pages.resident.slots.words import left_in_words, turn_in_words, wait_in_words
from lacarte.registers.menu.capacity.counting import open_lots
from lacarte.registers.menu.models import CapacityLot, OfferAtPlace


@dataclass(frozen=True)
class Waits:
    """A place in a waiting list in words; ``time`` and ``answer_by`` where it is called up."""

    place: WaitingPlace
    turn: str = ""
    expected: str = ""
    time: str = ""
    answer_by: str = ""


@dataclass(frozen=True)
class TimeCard:
    """Empty parts are left out of the page."""

    booked: str = ""
    movable: OfferAtPlace | None = None
    held: str = ""
    left: str = ""
    waiting: tuple[Waits, ...] = ()
    choosable: bool = False

    @property
    def shown(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.booked or self.held or self.waiting or self.choosable)


def time_card(need: Need, order: Order | None) -> TimeCard:
    """What there is to say of the time of a need."""
    if order is not None and order.ended_at is None:
        if order.hold is None:
            return TimeCard()
        words = in_words(order.hold.lot, zone_of(order.offer_at_place))
        return TimeCard(booked=words, movable=order.offer_at_place if can_move(order) else None)
    if need.state != Need.State.OPEN:
        return TimeCard()
    kept = held_for(need)
    held, left = ("", "") if kept is None else (_words(kept.lot), left_in_words(kept))
    waiting = tuple(_waits(place) for place in living_places(need))
    return TimeCard(held=held, left=left, waiting=waiting, choosable=_has_times(need))


def _words(lot: CapacityLot) -> str:
    return in_words(lot, zone_of(lot.offer_at_place))


def _waits(place: WaitingPlace) -> Waits:
    if (
        place.state == WaitingPlace.State.CALLED
        and place.hold
        and place.answer_by
        and place.answer_by > clock.now()
    ):
        answer_by = formats.date_format(timezone.localtime(place.answer_by), "DATETIME_FORMAT")
        return Waits(place, time=in_words(place.hold.lot, zone_of(place.offer_at_place)), answer_by=answer_by)
    wait = expected_wait(place)
    return Waits(place, turn_in_words(wait), wait_in_words(wait))


def _has_times(need: Need) -> bool:
    """Whether anybody who supplies it keeps times at all."""
    if need.service_type_id == tree.ROOT_NUMBER:
        return False
    lots = CapacityLot.objects.filter(open_lots(), offer_at_place__offer__service_type=need.service_type_id)
    return lots.exists()
