"""What sharing between regions would do: whom it serves, what it is worth at most, and what is there already."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lacarte.kernel import clock
from lacarte.kernel.models import Role, User
from lacarte.loop.matching.actions import match
from lacarte.loop.matching.models import MatchingRun, Refusal, RunInput
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel, Need
from lacarte.loop.planning import kept as keeping
from lacarte.loop.planning import sharing as trying
from lacarte.loop.planning.errors import NoPlanError
from lacarte.loop.planning.few import FEW, Told
from lacarte.loop.planning.kept import kept, services_matched
from lacarte.loop.planning.sharing import (
    AgreementWorth,
    Partners,
    agreement,
    existing_agreements,
    most_promising,
    partners_to_try,
    staff,
)
from lacarte.registers.menu.models import CapacityLot, Offer, OfferAtPlace
from lacarte.registers.places.actions import add_region
from lacarte.registers.places.models import Agreement, Region
from tests.background import work
from tests.city import City, build, official, square

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner() -> User:
    return official(Role.PLANNER)


def needs(city: City, n: int, longitude: float, latitude: float = 28.05) -> None:
    for _ in range(n):
        receive(text="care", channel=Channel.WEB, service_type=city.care, longitude=longitude, latitude=latitude)
    work()


@pytest.fixture
def city() -> City:
    """Care in the west for those within a kilometre, 15 units; 12 wait in the east and 3 in the west."""
    city = build(units=15)
    OfferAtPlace.objects.update(reach_metres=1000)
    needs(city, 12, 122.15)
    needs(city, 3, 122.05)
    match()
    work()
    return city


def tried(user: User, city: City, most: int = 20, nobody_loses: bool = True) -> AgreementWorth:
    return agreement(kept(user, city.care), Partners(city.west, city.east), most, nobody_loses)


def test_offers_that_go_farther_serve_the_other_district(city: City, planner: User) -> None:
    found = tried(planner, city)
    assert (found.gain, found.lose, found.crossing, found.new_pairs) == (Told(12), Told(0), Told(12), 12)
    assert (found.at_most, found.gap, bool(found.one_more)) == (Told(12), 0, False)
    assert [(row.label, row.gain) for row in found.by_district] == [("East", Told(12))]
    assert [(row.label, row.gain) for row in found.by_class] == [("Within days", Told(12))]
    assert found.seconds_saved < 0, "who had no offer had no way"


def test_a_limit_binds_and_has_a_price(city: City, planner: User) -> None:
    found = tried(planner, city, most=11)
    assert (found.gain, found.crossing, found.one_more.people) == (Told(11), Told(11), True)
    assert tried(planner, city, most=5).gain == FEW


def test_it_is_known_before_how_many_an_agreement_serves_at_most(city: City, planner: User) -> None:
    CapacityLot.objects.update(units=3 + 11)
    needs(city, 1, 122.15)
    match()
    work()
    given = kept(planner, None)
    (pair,) = most_promising(given, [city.west, city.east])
    assert (pair.partners, pair.at_most) == (Partners(city.west, city.east), Told(13)), "so many wait there"
    assert tried(planner, city).gain == Told(11), "so many units are free"


def test_of_many_regions_those_are_compared_where_most_wait_in_vain(
    city: City, planner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "MOST_REGIONS", 1)
    assert most_promising(kept(planner, None), [city.west, city.east]) == [], "one region is no pair"


def test_the_urgent_may_take_the_place_of_others_where_that_is_asked_for(city: City, planner: User) -> None:
    Region.objects.filter(pk=city.west.pk).update(deprivation=0)
    Region.objects.filter(pk=city.east.pk).update(deprivation=1)
    needs(city, 15, 122.05)
    given = kept(planner, city.care)
    assert given.run.needs == 15, "what came after the run is not known to it"
    match()
    work()
    assert tried(planner, city).lose == Told(0)
    taken = tried(planner, city, nobody_loses=False)
    assert (taken.gain, taken.lose) == (Told(12), Told(12))


def test_a_pair_that_came_to_nothing_is_not_tried_again(city: City, planner: User) -> None:
    for need in Need.objects.filter(longitude=122.15)[:2]:
        Refusal.objects.create(need=need, offer_at_place=city.offer)
    lifts = Offer.objects.create(code="l", service_type=city.lift, provider=city.offer.offer.provider, name={})
    place = OfferAtPlace.objects.create(offer=lifts, region=city.west, longitude=122.05, latitude=28.05)
    now = clock.now()
    CapacityLot.objects.create(offer_at_place=place, starts_at=now, ends_at=now + timedelta(days=7), units=1)
    receive(text="lift", channel=Channel.WEB, service_type=city.lift, longitude=122.05, latitude=28.05)
    work()
    match()
    work()
    assert len(kept(planner, None).inputs.needs) == 13
    assert len(kept(planner, city.care).inputs.needs) == 12
    assert tried(planner, city).new_pairs == 10


def test_between_cities_an_agreement_opens_the_border(planner: User) -> None:
    city = build(units=15)
    other = add_region(
        Region.objects.get(number=0), code="d", name={"en": "Inland"}, boundary=square(122.3, 28, 0.1)
    )
    needs(city, 12, 122.35)
    match()
    work()
    partners = Partners(city.city, other)
    assert partners.apart and partners.of_cities
    found = agreement(kept(planner, city.care), partners, 20, nobody_loses=True)
    assert (found.gain, found.crossing) == (Told(12), Told(12))
    regions = partners_to_try(planner, city.care)
    assert {city.city, other, city.west} <= set(regions)
    best = most_promising(kept(planner, city.care), regions)
    assert [(pair.partners, pair.at_most) for pair in best] == [(partners, Told(12))]


def test_an_agreement_that_is_there_is_named_and_adds_nothing(planner: User) -> None:
    city = build(units=15)
    other = add_region(
        Region.objects.get(number=0), code="d", name={"en": "Inland"}, boundary=square(122.3, 28, 0.1)
    )
    there = Agreement.objects.create(supplier=city.city, beneficiary=other, until=clock.now() + timedelta(days=30))
    needs(city, 12, 122.35)
    match()
    work()
    partners = Partners(other, city.city)
    assert existing_agreements(partners, city.care) == [there]
    assert existing_agreements(Partners(city.west, city.east), city.care) == []
    assert agreement(kept(planner, city.care), partners, 20, nobody_loses=True).new_pairs == 0
    there.until = clock.now()
    there.save()
    assert existing_agreements(partners, city.care) == []


def test_shared_staff_work_where_people_wait(city: City, planner: User) -> None:
    east = OfferAtPlace.objects.create(
        offer=city.offer.offer, region=city.east, longitude=122.15, latitude=28.05, reach_metres=1000
    )
    now = clock.now()
    CapacityLot.objects.create(offer_at_place=east, starts_at=now, ends_at=now + timedelta(days=7), units=0)
    match()
    work()
    given = kept(planner, city.care)
    found = staff(given, Partners(city.west, city.east), 20, nobody_loses=True)
    assert (found.placed, found.unused, found.gain) == ([(east, 12)], 8, Told(12))
    assert not found.one_more
    fewer = staff(given, Partners(city.west, city.east), 11, nobody_loses=True)
    assert (fewer.unused, fewer.gain, fewer.one_more.people) == (0, Told(11), True)


def test_people_are_counted_where_the_mandate_reaches(city: City) -> None:
    west = official(Role.PLANNER, city.west)
    assert partners_to_try(west, city.care) == [city.west]
    assert partners_to_try(official(Role.CASE_WORKER), city.care) == []
    assert list(services_matched(west)) == []
    found = agreement(kept(west, city.care), Partners(city.west, city.east), 20, nobody_loses=True)
    assert (found.gain, found.by_district) == (Told(0), [])


def test_a_mandate_for_one_service_is_none_for_all(city: City) -> None:
    interval = city.care.interval
    carer = official(Role.PLANNER, service_first=interval.first, service_last=interval.last)
    assert partners_to_try(carer, city.care) == [city.west, city.east]
    assert partners_to_try(carer, city.lift) == partners_to_try(carer, None) == []


def test_what_cannot_be_tried_says_why(city: City, planner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoPlanError, match="nobody waited"):
        kept(planner, city.lift)
    monkeypatch.setattr(keeping, "MOST_NEEDS", 14)
    with pytest.raises(NoPlanError, match="too many"):
        kept(planner, None)
    RunInput.objects.update(arrays=b"no such file")
    with pytest.raises(NoPlanError, match="not kept any more"):
        kept(planner, None)
    RunInput.objects.all().delete()
    with pytest.raises(NoPlanError, match="not kept any more"):
        kept(planner, None)
    MatchingRun.objects.all().delete()
    with pytest.raises(NoPlanError, match="no matching run"):
        kept(planner, None)
