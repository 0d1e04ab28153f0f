"""One person's list: which offers come first, which are left out, and what it costs to make."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacarte.kernel import clock
from lacarte.registers.entitlement.models import Requirement
from lacarte.registers.entitlement.queries import entitled
from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.capacity.finding import CapacityState, capacity_states, next_free
from lacarte.registers.menu.models import CapacityLot, CapacityRule, Hold, Offer, OfferAtPlace, ServiceType
from lacarte.registers.menu.personal import PersonalList, Where, Wishes, personal_list
from lacarte.registers.menu.personal.free import free_of
from lacarte.registers.menu.personal.ranking import Order, wait_minutes
from lacarte.registers.providers.models import Provider
from tests.city import City

pytestmark = pytest.mark.django_db
HERE = Where(122.05, 28.05)
NOW = datetime.fromisoformat("2026-11-28T08:00:00+00:00")


def offer(city: City, code: str, **said: Any) -> OfferAtPlace:
    """An offer of home care at the middle of the west, unless said otherwise."""
    place = {key: said.pop(key) for key in ("longitude", "latitude", "reach_metres", "step_free") if key in said}
    kind = said.pop("kind", "social")
    provider, _ = Provider.objects.get_or_create(code=kind, kind=kind, region=city.west)
    made = Offer.objects.create(
        **{"code": code, "service_type": city.care, "provider": provider, "name": {"en": code}, "price_minor": 0}
        | said
    )
    return OfferAtPlace.objects.create(
        **{"offer": made, "region": city.west, "longitude": 122.05, "latitude": 28.05, **place}
    )


def free_in(place: OfferAtPlace, days: float, *, taken: bool = False) -> CapacityLot:
    """A day that begins in so many days, with one unit."""
    begins = clock.now() + timedelta(days=days)
    lot = CapacityLot.objects.create(
        offer_at_place=place, starts_at=begins, ends_at=begins + timedelta(days=1), units=1
    )
    if taken:
        Hold.objects.create(lot=lot, state=Hold.State.CONFIRMED)
    return lot


def listed(city: City, where: Where = HERE, wishes: Wishes | None = None, **said: Any) -> PersonalList[Any]:
    return personal_list([city.care], where, entitled(said.pop("facts", {})), wishes, **said)


def codes(found: PersonalList[Any]) -> list[str]:
    return [one.place.offer.code for one in found.services[0].offers]


def test_the_nearest_comes_first_where_all_else_is_equal(city: City) -> None:
    offer(city, "far", longitude=122.15)
    offer(city, "near", longitude=122.051)
    OfferAtPlace.objects.filter(offer__code="o").delete()
    found = listed(city)
    assert codes(found) == ["near", "far"]
    assert found.services[0].offers[0].metres == pytest.approx(98, abs=2)


def test_every_part_of_the_effort_counts(city: City) -> None:
    OfferAtPlace.objects.filter(offer__code="o").delete()
    plain = offer(city, "plain")
    free_in(plain, 0.0)
    free_in(offer(city, "later"), 5.0)
    free_in(offer(city, "dear", price_minor=9000), 0.0)
    free_in(offer(city, "silent", price_minor=None), 0.0)
    free_in(offer(city, "foreign", languages=["fr"]), 0.0)
    free_in(offer(city, "taken"), 1.0, taken=True)
    found = listed(city, wishes=Wishes(languages=("en",)), each=9).services[0].offers
    effort = {one.place.offer.code: one.effort for one in found}
    assert effort["plain"].total == pytest.approx(0, abs=0.01)
    assert effort["later"].wait == pytest.approx(15, abs=0.01)
    assert (effort["dear"].price, effort["silent"].price) == (30, 30)
    assert effort["foreign"].language == 30
    assert effort["taken"].wait == 60
    assert [one.place.offer.code for one in found][:2] == ["plain", "later"]
    assert [one.state for one in found if one.place.offer.code == "taken"] == [CapacityState.WAITLIST]


@pytest.mark.parametrize(
    ("wishes", "left"),
    [
        (Wishes(free_of_charge=True), {"o", "far", "french", "steps"}),
        (Wishes(within_metres=3000), {"o", "dear", "silent", "french", "steps"}),
        (Wishes(step_free=True), {"steps"}),
        (Wishes(kinds=("market",)), {"far"}),
        (Wishes(spoken="fr-CA"), {"french"}),
        (Wishes(spoken="xx"), set()),
        (Wishes(free_of_charge=True, kinds=("government", "market")), {"far"}),
    ],
)
def test_a_wish_leaves_out_what_is_not_so(city: City, wishes: Wishes, left: set[str]) -> None:
    offer(city, "far", longitude=122.15, kind="market")
    offer(city, "dear", price_minor=100)
    offer(city, "silent", price_minor=None)
    offer(city, "french", languages=["fr"])
    offer(city, "steps", step_free=True)
    found = listed(city, wishes=wishes, each=9)
    assert set(codes(found)) == left
    assert (found.services[0].fitting, found.services[0].living) == (len(left), 6)


def test_what_is_free_too_late_is_left_out_wherever_it_is(city: City) -> None:
    for number in range(20):
        free_in(offer(city, f"near-{number}", longitude=122.051), 9.0)
    free_in(offer(city, "far", longitude=122.15), 1.0)
    CapacityLot.objects.filter(offer_at_place=city.offer).delete()
    soon = Wishes(before=clock.now() + timedelta(days=7))
    assert codes(listed(city, wishes=soon)) == ["far"]
    assert codes(listed(city, wishes=Wishes(order=Order.SOON)))[0] == "far"


def test_the_list_is_sorted_as_asked(city: City) -> None:
    OfferAtPlace.objects.filter(offer__code="o").delete()
    offer(city, "near", price_minor=12_000, longitude=122.0501)
    offer(city, "silent", price_minor=None, longitude=122.06)
    offer(city, "cheap", price_minor=0, longitude=122.15)
    assert codes(listed(city, wishes=Wishes(order=Order.NEAR)))[0] == "near"
    assert codes(listed(city, wishes=Wishes(order=Order.CHEAP))) == ["cheap", "near", "silent"]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"paused": True}, False),
        ({"since": date(2026, 11, 29)}, False),
        ({"since": date(2026, 11, 28)}, True),
        ({"until": date(2026, 11, 27)}, False),
        ({"until": date(2026, 11, 28)}, True),
        ({"longitude": 122.15, "reach_metres": 500}, False),
        ({"longitude": 122.15, "reach_metres": 20_000}, True),
        ({"longitude": None, "latitude": None, "reach_metres": 10}, True),
    ],
)
def test_only_what_is_offered_here_and_now(city: City, said: dict[str, Any], shown: bool) -> None:
    offer(city, "asked", **said)
    with clock.stopped_at(NOW):
        assert ("asked" in codes(listed(city))) is shown


def test_who_serves_some_regions_serves_what_lies_in_them(city: City) -> None:
    place = offer(city, "for-the-east")
    place.serves.add(city.east)
    OfferAtPlace.objects.filter(pk=place.pk).update(changed_at=clock.now())
    for region, shown in ((city.east.number, True), (city.west.number, False), (None, True)):
        assert ("for-the-east" in codes(listed(city, Where(122.05, 28.05, region)))) is shown


def test_services_that_are_not_for_them_come_last(city: City) -> None:
    other = add_service_type(city.area, code="walks", name={"en": "Walks"})
    for kind, wanted in ((city.care, 60), (other, 30)):
        Requirement.objects.create(
            service_type=kind, code="age", circumstance="age", comparison="at-least", value=wanted
        )
    asked = [city.care, city.lift, other]
    found = personal_list(asked, HERE, entitled({"age": 40}))
    assert [one.service_type.code for one in found.services] == ["lift-repair", "walks", "home-care"]
    unknown = personal_list(asked, HERE, entitled({}))
    assert [one.service_type for one in unknown.services] == asked, "what is not known moves nothing"


def test_a_change_is_seen_at_once(city: City) -> None:
    assert codes(listed(city)) == ["o"]
    Offer.objects.update(paused=True, changed_at=clock.now())
    assert codes(listed(city)) == []
    Offer.objects.update(paused=False)  # whoever forgets to say when is not shown what is not offered
    assert codes(listed(city)) == []


def test_queries_do_not_grow_with_the_menu(city: City, django_assert_num_queries: Any) -> None:
    listed(city)
    kinds = [city.care, *(add_service_type(city.area, code=f"s{n}", name={"en": f"{n}"}) for n in range(20))]
    for number, kind in enumerate(kinds):
        free_in(offer(city, f"of-{number}", service_type=kind), 1.0)
    personal_list(kinds, HERE, entitled({}))
    with django_assert_num_queries(5):
        found = personal_list(kinds, HERE, entitled({}))
        assert all(str(one.place.offer.provider) is not None for kind in found.services for one in kind.offers)
        assert all(one.place.region.name for kind in found.services for one in kind.offers)
    assert (len(found.services), found.total) == (20, 21)


def test_nothing_asked_is_nothing_listed(city: City) -> None:
    assert personal_list([], HERE, entitled({})).services == []
    found = personal_list([city.lift], Where(), entitled({}))
    assert (found.services[0].offers, found.services[0].living) == ([], 0)


def test_free_times_are_those_of_the_capacity_room(city: City) -> None:
    """The list asks in SQL what ``capacity.finding`` asks by the mapper."""
    rng = np.random.default_rng(7)
    places = [offer(city, f"of-{number}") for number in range(24)]
    for place in places[:18]:
        for days in rng.uniform(-3, 6, 4).round(3):
            lot = free_in(place, float(days), taken=rng.random() < 0.6)
            hours = (0.5, 24.0, 800.0)[rng.integers(3)]
            CapacityLot.objects.filter(pk=lot.pk).update(ends_at=lot.starts_at + timedelta(hours=hours))
            if rng.random() < 0.3:
                Hold.objects.create(lot=lot, expires_at=clock.now() + timedelta(days=float(rng.uniform(-1, 1))))
    for place, until in zip(places[17:21], (None, "2020-01-01", None, "2999-01-01"), strict=True):
        CapacityRule.objects.create(offer_at_place=place, bucket="day", units=1, since="2019-01-01", until=until)
    keys = [place.pk for place in places]
    found = {UUID(key): one for key, one in free_of([key.hex for key in keys]).items()}
    lots, states = next_free(keys), capacity_states(keys)
    assert {key: one.at for key, one in found.items() if one.at} == {
        key: lot.starts_at for key, lot in lots.items()
    }
    assert {key: one.state for key, one in found.items()} == states
    assert len(set(states.values())) == 4, "the draw has every state in it"


@given(st.floats(0, 400), st.floats(0, 400))
def test_who_waits_longer_has_more_effort(some: float, more: float) -> None:
    low, high = sorted((some, more))
    waits = [wait_minutes(NOW + timedelta(days=days), CapacityState.CAPACITY, NOW) for days in (low, high)]
    assert 0 <= waits[0] <= waits[1] <= wait_minutes(None, CapacityState.WAITLIST, NOW)


def test_a_service_without_requirements_is_for_everybody(city: City) -> None:
    assert listed(city).services[0].judged.verdict == "yes"
    assert ServiceType.objects.filter(code="home-care").exists()
