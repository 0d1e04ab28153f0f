"""Two providers of one service, whoever works there, and an order at the first of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lacarte.kernel import clock
from lacarte.kernel.events import describe, timeline
from lacarte.kernel.models import Role, User
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import place_order
from lacarte.loop.orders.delivery.deadlines import set_anew
from lacarte.loop.orders.models import Order
from lacarte.registers.menu.capacity.holding import confirm, hold
from lacarte.registers.menu.models import CapacityLot, Offer, OfferAtPlace
from lacarte.registers.people.models import Person
from lacarte.registers.providers.models import Provider
from tests.city import City, official

#: A Wednesday morning after the order was sent.
WEDNESDAY = datetime(2027, 10, 6, 9, tzinfo=UTC)

#: Until then mandates last.
LATER = datetime(2029, 1, 1, tzinfo=UTC)


@dataclass
class AtWork:
    """What tests of delivery begin with."""

    city: City
    clerk: User
    other_clerk: User
    member: User
    other_member: User
    other: OfferAtPlace
    person: Person
    need: Need
    order: Order

    @classmethod
    def of(cls, city: City) -> AtWork:
        """All of it, in the west."""
        other = second_offer(city)
        person = Person.objects.create(
            user=User.objects.create_user("resident"), name="Ann", phone="1", email="ann@example.org"
        )
        need = receive(text="", channel="web", service_type=city.care, region=city.west, person=person)
        clerks = [official(Role.CASE_WORKER, city.west, f"clerk-{n}", until=LATER) for n in (1, 2)]
        member, other_member = member_of(city.offer.offer.provider), member_of(other.offer.provider)
        order = place_order(need, offer_at_place=city.offer, hold=confirm(hold(city.lot)))
        return cls(city, *clerks, member, other_member, other, person, need, order)

    def fresh(self) -> Order:
        """The order as it is kept."""
        return Order.objects.select_related("hold", "offer_at_place").get(pk=self.order.pk)

    def sent_at(self, moment: datetime) -> None:
        """Let the order have been sent at another time."""
        Order.objects.filter(pk=self.order.pk).update(requested_at=moment)
        set_anew([self.order.pk])

    def told(self) -> list[str]:
        """What its timeline says."""
        return [describe(event) for event in timeline(self.need.pk)]


def member_of(provider: Provider) -> User:
    """Somebody who works for a provider."""
    user = User.objects.create_user(f"member-of-{provider.code}", email=f"{provider.code}@example.org")
    provider.members.add(user)
    return user


def second_offer(city: City, code: str = "q", units: int = 1) -> OfferAtPlace:
    """Another provider of home care in the west, with ``units`` free."""
    provider = Provider.objects.create(code=code, name={"en": f"Provider {code}"}, kind="market", region=city.west)
    offer = Offer.objects.create(
        code=code, service_type=city.care, provider=provider, name={"en": f"Care {code}"}, languages=["en"]
    )
    place = OfferAtPlace.objects.create(offer=offer, region=city.west, longitude=122.06, latitude=28.05)
    now = clock.now()
    CapacityLot.objects.create(offer_at_place=place, starts_at=now, ends_at=now + timedelta(days=7), units=units)
    return place
