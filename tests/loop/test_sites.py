"""Where to open sites: the plan is the best one, and counts whom it says it counts."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from lacarte.engines.geography import middle, project, travel_seconds
from lacarte.kernel import clock
from lacarte.kernel.models import Role, User
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.cases.joining import join
from lacarte.loop.needs.held.holding import turn_away
from lacarte.loop.needs.models import Channel, Need
from lacarte.loop.planning import ways
from lacarte.loop.planning.errors import NoPlanError
from lacarte.loop.planning.few import FEW, Told
from lacarte.loop.planning.grounds import Who, services_waited_for, wanted
from lacarte.loop.planning.queries import by_week
from lacarte.loop.planning.sites import Aim, SitePlan, plan_sites
from lacarte.registers.menu.models import Offer, OfferAtPlace
from lacarte.registers.places.actions import add_region
from lacarte.registers.places.models import Region
from tests.city import City, build, official

pytestmark = pytest.mark.django_db

IN_THE_EAST = (122.15, 28.05)


@pytest.fixture
def city() -> City:
    """Home care in the west, lift repair at two places; nobody needs anything yet."""
    city = build()
    lifts = Offer.objects.create(
        code="lifts", service_type=city.lift, provider=city.offer.offer.provider, name={"en": "Lifts"}
    )
    for region, x, y in ((city.east, *IN_THE_EAST), (city.west, 122.01, 28.01)):
        OfferAtPlace.objects.create(offer=lifts, region=region, longitude=x, latitude=y)
    return city


@pytest.fixture
def planner(city: City) -> User:
    return official(Role.PLANNER)


def needs(city: City, n: int, at: tuple[float, float] | None = IN_THE_EAST, region: Region | None = None) -> None:
    """``n`` people who need home care, at a point or somewhere in a region."""
    where = {"longitude": at[0], "latitude": at[1]} if at else {"region": region}
    for _ in range(n):
        receive(text="care", channel=Channel.WEB, service_type=city.care, **where)  # type: ignore[arg-type]


def plan(user: User, city: City, sites: int = 1, aim: Aim = Aim.WAY, minutes: int = 10, **who: Who) -> SitePlan:
    return plan_sites(user, city.care, who.get("who", Who.WAITING), sites, aim, minutes * 60)


@pytest.mark.parametrize("aim", Aim)
def test_a_site_opens_where_people_wait(city: City, planner: User, aim: Aim) -> None:
    needs(city, 12)
    needs(city, 11, at=(122.051, 28.051))
    found = plan(planner, city, aim=aim)
    assert [(one.place.region, one.nearest, one.more_within) for one in found.opened] == [
        (city.east, Told(12), Told(12))
    ]
    assert (found.people, found.before.within, found.after.within, found.gap) == (23, Told(11), Told(23), 0)
    assert found.before.mean_seconds is not None and found.after.mean_seconds is not None
    assert found.after.mean_seconds < found.before.mean_seconds
    assert [place.pk for place in found.existing] == [city.offer.pk]


def test_a_site_that_adds_nothing_is_not_listed(city: City, planner: User) -> None:
    needs(city, 12)
    assert [one.place.region for one in plan(planner, city, sites=2).opened] == [city.east]


def test_today_s_site_does_not_serve_whom_it_does_not_reach(city: City, planner: User) -> None:
    city.offer.reach_metres = 1000
    city.offer.save()
    needs(city, 12)
    found = plan(planner, city)
    assert (found.before.without, found.before.mean_seconds, found.after.without) == (Told(12), None, Told(0))


def test_a_site_for_few_says_so(city: City, planner: User) -> None:
    needs(city, 7)
    needs(city, 11, at=(122.051, 28.051))
    found = plan(planner, city, aim=Aim.REACH)
    assert [(one.nearest, one.more_within, one.ways.within) for one in found.opened] == [
        (FEW, FEW, Told(11, exact=False))
    ]


def test_a_plan_for_few_would_point_at_their_homes(city: City, planner: User) -> None:
    needs(city, 9)
    with pytest.raises(NoPlanError, match="fewer than 10"):
        plan(planner, city)


def test_who_is_known_by_region_only_is_taken_as_in_its_middle(city: City, planner: User) -> None:
    needs(city, 12, at=None, region=city.east)
    needs(city, 10, at=None, region=Region.objects.get(number=0))
    found = plan(planner, city)
    assert (found.people, found.in_regions, found.nowhere) == (12, Told(12), Told(10))
    assert [one.place.region for one in found.opened] == [city.east]


def test_those_of_the_last_weeks_count_when_asked_for(city: City, planner: User) -> None:
    needs(city, 12)
    Need.objects.update(state=Need.State.MET)
    with pytest.raises(NoPlanError):
        plan(planner, city)
    assert plan(planner, city, who=Who.LATELY).people == 12
    Need.objects.update(state=Need.State.WITHDRAWN)
    with pytest.raises(NoPlanError):
        plan(planner, city, who=Who.LATELY)


def test_a_planner_plans_where_the_mandate_reaches(city: City) -> None:
    needs(city, 12)
    needs(city, 11, at=(122.011, 28.011))
    west = official(Role.PLANNER, city.west)
    found = plan(west, city, sites=2)
    assert (found.people, [one.place.region for one in found.opened]) == (11, [city.west])
    assert services_waited_for(west) == {city.care: 11}
    with pytest.raises(NoPlanError):
        plan(official(Role.CASE_WORKER), city)


def test_without_another_place_there_is_no_plan(city: City, planner: User) -> None:
    OfferAtPlace.objects.exclude(pk=city.offer.pk).delete()
    needs(city, 12)
    with pytest.raises(NoPlanError, match="no place"):
        plan(planner, city)


def test_a_place_that_offers_it_already_is_no_new_site(city: City, planner: User) -> None:
    needs(city, 12)
    there = OfferAtPlace.objects.get(region=city.east)
    paused = Offer.objects.create(
        code="paused", service_type=city.care, provider=city.offer.offer.provider, name={}, paused=True
    )
    OfferAtPlace.objects.create(offer=paused, region=city.east, longitude=there.longitude, latitude=there.latitude)
    assert plan(planner, city).opened == []


def test_a_site_serves_its_own_city(city: City, planner: User) -> None:
    other = add_region(Region.objects.get(number=0), code="d", name={"en": "Other"})
    OfferAtPlace.objects.filter(region=city.east).update(region=other)
    needs(city, 12)
    assert plan(planner, city).opened == [], (
        "the nearest place lies in the other city, the next is farther than today's"
    )


def test_many_people_are_gathered_in_squares(city: City, planner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "most_points", lambda: 2)
    for i in range(12):
        needs(city, 1, at=(122.15 + i / 10_000, 28.05))
        needs(city, 1, at=(122.05 + i / 10_000, 28.05))
    found = plan(planner, city)
    assert found.people == 24 and found.square in ways.SQUARES
    assert [(one.place.region, one.nearest) for one in found.opened] == [(city.east, Told(12))]


@pytest.mark.parametrize("aim", Aim)
def test_no_other_places_do_better(city: City, planner: User, aim: Aim) -> None:
    """Against all choices, measured by hand."""
    rng = np.random.default_rng(7)
    people = np.column_stack([rng.uniform(122, 122.2, 40), rng.uniform(28, 28.1, 40)])
    for x, y in people.tolist():
        needs(city, 1, at=(x, y))
    lifts = Offer.objects.get(code="lifts")
    for x, y in zip(rng.uniform(122, 122.2, 6), rng.uniform(28, 28.1, 6), strict=True):
        OfferAtPlace.objects.create(offer=lifts, region=city.west, longitude=x, latitude=y)
    places = np.array(OfferAtPlace.objects.order_by("pk").values_list("longitude", "latitude"))
    around = middle(*np.concatenate([people, places]).T)
    (x, y), (u, v) = project(*people.T, around), project(*places.T, around)
    seconds = np.rint(travel_seconds(np.hypot(x[:, None] - u, y[:, None] - v)))
    today = int(np.flatnonzero((places == [122.05, 28.05]).all(axis=1))[0])
    nearest = [
        seconds[:, [today, *chosen]].min(axis=1)
        for chosen in combinations([j for j in range(len(places)) if j != today], 3)
    ]
    found = plan(planner, city, sites=3, aim=aim, minutes=20)
    assert found.gap == 0
    if aim == Aim.WAY:
        assert found.after.mean_seconds == pytest.approx(min(way.mean() for way in nearest), abs=1)
    else:
        most = max(int((way <= 1200).sum()) for way in nearest)
        assert found.after.within.people <= most < found.after.within.people + 10
        assert found.before.within.people < most


def test_what_is_held_turned_away_or_told_again_is_no_demand(city: City, planner: User) -> None:
    where = {"longitude": 122.15, "latitude": 28.05}
    first, again = (
        receive(text="the lift is stuck", channel=Channel.WEB, service_type=city.lift, **where) for _ in range(2)
    )
    worker = official(Role.CASE_WORKER)
    join(again, first, actor=worker)
    for n in range(6):
        spam = receive(text=f"spam {n}", channel=Channel.WEB, service_type=city.lift, held="trap", **where)
        if n % 2:
            turn_away(spam, actor=worker)
    for who in Who:
        assert len(wanted(planner, city.lift, who)[0]) == 1
    assert by_week(planner)[-1].received == 1
    Need.objects.filter(pk__in=[first.pk, again.pk]).update(state=Need.State.MET, closed_at=clock.now())
    assert len(wanted(planner, city.lift, Who.LATELY)[0]) == 1
    assert by_week(planner)[-1].met == 1
