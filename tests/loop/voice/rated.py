"""Orders that were done and rated, written at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.loop.needs.models import Channel, Need
from lacarte.loop.orders.models import Order, OrderState
from lacarte.loop.voice.models import Rating
from lacarte.registers.menu.models import Offer, OfferAtPlace
from lacarte.registers.people.models import Person
from lacarte.registers.providers.models import Provider
from tests.city import City


def another_provider(city: City, code: str) -> OfferAtPlace:
    """A provider like the city's own, and where it offers care."""
    provider = Provider.objects.create(code=code, name={"en": code.title()}, kind="market", region=city.west)
    offer = Offer.objects.create(code=code, service_type=city.care, provider=provider, name={"en": "Care"})
    return OfferAtPlace.objects.create(offer=offer, region=city.west)


def order(
    city: City,
    *,
    place: OfferAtPlace | None = None,
    state: str = OrderState.COMPLETED,
    requested: datetime | None = None,
    answered_after: timedelta | None = timedelta(hours=2),
    ended_after: timedelta = timedelta(days=4),
    person: Person | None = None,
    east: bool = False,
    channel: str = Channel.WEB,
) -> Order:
    """An order of five days for an answer and ten until it is done; ``answered_after`` None: nobody answered."""
    requested = requested or clock.now() - timedelta(days=20)
    need = Need.objects.create(
        channel=channel,
        subject="person",
        person=person,
        service_type=city.care,
        region=city.east if east else city.west,
        state=Need.State.MET if state == OrderState.COMPLETED else Need.State.ORDERED,
        language="en",
        secret="s" * 32,
        received_at=requested,
        closed_at=requested + ended_after if state == OrderState.COMPLETED else None,
    )
    ended = state in (OrderState.COMPLETED, OrderState.CANCELLED, OrderState.FAILED)
    return Order.objects.create(
        need=need,
        offer_at_place=place or city.offer,
        state=state,
        requested_at=requested,
        responded_at=None if answered_after is None else requested + answered_after,
        ended_at=requested + ended_after if ended else None,
        contact_due=requested + timedelta(days=5),
        resolution_due=requested + timedelta(days=10),
    )


def rated(city: City, satisfaction: int = 5, *, solved: bool = True, said_after: int = 5, **how: object) -> Order:
    """A completed order that was rated some days after it was sent."""
    made = order(city, **how)  # type: ignore[arg-type]
    Rating.objects.create(
        order=made,
        contacted_in_time=True,
        solved=solved,
        satisfaction=satisfaction,
        at=made.requested_at + timedelta(days=said_after),
    )
    return made


def member(city: City, name: str = "member") -> User:
    """Somebody who works for the city's provider."""
    user = User.objects.create_user(name)
    city.offer.offer.provider.members.add(user)
    return user
