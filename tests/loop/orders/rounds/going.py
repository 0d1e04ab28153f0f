"""A crew with orders in several places, for the tests of rounds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from lacarte.kernel.models import User
from lacarte.loop.needs.actions import receive
from lacarte.loop.orders.actions import change, place_order
from lacarte.loop.orders.models import Order, PhoneStep
from lacarte.loop.orders.rounds.steps import Photo, Step, take
from lacarte.loop.orders.states import Who
from lacarte.registers.menu.capacity.holding import confirm, hold
from lacarte.registers.menu.models import CapacityLot
from lacarte.registers.people.models import Person
from tests.city import City


@dataclass
class Crew:
    """A member of the city's provider, and what is sent to it."""

    city: City
    user: User

    @classmethod
    def of(cls, city: City, name: str = "crew") -> Crew:
        """One more member."""
        user = User.objects.create_user(name)
        city.offer.offer.provider.members.add(user)
        return cls(city, user)

    def order(
        self,
        east: float = 0.0,
        *,
        due: datetime | None = None,
        booked: tuple[datetime, datetime] | None = None,
        text: str = "A step is broken",
        address: str = "3 Plum Lane",
        person: Person | None = None,
        at_a_point: bool = True,
        **more: object,
    ) -> Order:
        """An accepted order so far east of the provider (hundredths of a degree, some km)."""
        need = receive(
            text=text,
            channel="web",
            service_type=self.city.care,
            region=self.city.west,
            address=address,
            person=person,
            longitude=122.05 + east / 100 if at_a_point else None,
            latitude=28.05 if at_a_point else None,
            **more,  # type: ignore[arg-type]
        )
        held = None
        if booked:
            starts, ends = booked
            lot = CapacityLot.objects.create(
                offer_at_place=self.city.offer, starts_at=starts, ends_at=ends, units=1
            )
            held = confirm(hold(lot))
        order = place_order(need, offer_at_place=self.city.offer, hold=held)
        order = change(order, to="accepted", actor=self.user, who=Who.PROVIDER)
        if due is not None:
            Order.objects.filter(pk=order.pk).update(resolution_due=due)
        return Order.objects.get(pk=order.pk)

    def sends(
        self,
        order: Order,
        kind: str,
        *,
        key: UUID | None = None,
        photos: list[Photo] | None = None,
        **more: object,
    ) -> PhoneStep:
        """What a phone sends."""
        step = Step(key=key or uuid4(), order=order.pk, kind=kind, **more)  # type: ignore[arg-type]
        return take(step, actor=self.user, photos=photos or [])


def hours(now: datetime, first: float, last: float) -> tuple[datetime, datetime]:
    """From so many hours after ``now`` to so many."""
    return now + timedelta(hours=first), now + timedelta(hours=last)
