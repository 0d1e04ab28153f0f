"""Districts are balanced at nobody's cost, the promise about waiting is checked, waits are told by district."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.kernel import clock
from lacarte.kernel.models import Job, Role, User
from lacarte.loop.matching.actions import compute, solved
from lacarte.loop.matching.balancing import by_class
from lacarte.loop.matching.explaining import in_words
from lacarte.loop.matching.inputs import pack, read, unpack
from lacarte.loop.matching.models import Match, MatchingRun, Unserved
from lacarte.loop.matching.publishing import publish_run
from lacarte.loop.matching.replaying import replay
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel, Need
from lacarte.loop.orders.models import Order
from lacarte.loop.planning.comparing import compare
from lacarte.loop.planning.runs import balance_by_class
from lacarte.registers.menu.models import CapacityLot
from tests.background import work
from tests.city import City, build, official
from tests.loop.drawn import made

EAST = {"longitude": 122.15, "latitude": 28.04}
WEST = {"longitude": 122.04, "latitude": 28.04}
pytestmark = pytest.mark.django_db


def waiting_needs(city: City, count: int, where: dict[str, float], days: int = 0) -> list[Need]:
    needs = [receive(channel=Channel.WEB, text="", service_type=city.care, **where) for _ in range(count)]  # type: ignore[arg-type]
    work()
    received = clock.now() - timedelta(days=days, hours=1)
    Need.objects.filter(pk__in=[need.pk for need in needs]).update(received_at=received)
    return needs


def served(run: MatchingRun, city: City) -> tuple[int, int]:
    there = Match.objects.filter(run=run)
    return tuple(there.filter(need__region=region).count() for region in (city.west, city.east))  # type: ignore[return-value]


# Balanced


def test_districts_are_balanced_and_nobody_is_lost() -> None:
    city = build(units=6)
    waiting_needs(city, 10, WEST, days=3)
    waiting_needs(city, 10, EAST)
    plain, even = compute("by-hand"), compute("by-hand", balance_districts=True)  # type: ignore[arg-type]
    assert (served(plain, city), served(even, city)) == ((6, 0), (3, 3))
    assert plain.served_by_class == even.served_by_class
    assert plain.balance == {}
    [row] = by_class(even.balance)
    assert (row.people, row.served, row.worst_before, row.worst_after, row.bound) == (20, 6, 0, 0.3, 0.3)
    assert even.balance["cost_after"] == even.cost > plain.cost == even.balance["cost_before"]


def test_a_balanced_run_is_recorded_replayed_and_published_as_any_other() -> None:
    city = build(units=4)
    waiting_needs(city, 5, WEST, days=3)
    waiting_needs(city, 5, EAST)
    run = compute("by-hand", balance_districts=True)  # type: ignore[arg-type]
    assert replay(run) == []
    MatchingRun.objects.filter(pk=run.pk).update(balance={})
    run.refresh_from_db()
    assert [one.what for one in replay(run)] == ["balance"]
    ranks = [*Match.objects.filter(run=run).values_list("order", flat=True)]
    ranks += Unserved.objects.filter(run=run).values_list("order", flat=True)
    assert sorted(ranks) == list(range(1, 11)), "each need keeps its own place in the order"
    told = [in_words(one)[-1] for one in (Match.objects.first(), Unserved.objects.first())]  # type: ignore[arg-type]
    assert all("districts where fewer people have a place went first" in one for one in told)
    publish_run(run, by=None)
    work()
    assert Order.objects.count() == 4


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_balance_serves_as_many_of_each_class_and_no_worst_district_falls(seed: int) -> None:
    nothing = np.zeros(0, dtype=np.int64)
    plain, even = (solved(made(40, 12, seed, balanced=balanced, refused=nothing)) for balanced in (False, True))
    assert even.balance is not None
    assert plain.result.served_by_class == even.result.served_by_class
    assert (even.balance.worst_after >= even.balance.worst_before).all()
    assert even.over_all_pairs


def test_a_planner_asks_for_it_on_the_page_and_reads_what_it_costs() -> None:
    city = build(units=6)
    waiting_needs(city, 10, WEST, days=3)
    waiting_needs(city, 10, EAST)
    client = Client()
    client.force_login(official(Role.PLANNER))
    assert "Districts as evenly served as possible" in client.get("/unmet/runs/").content.decode()
    client.post("/unmet/runs/new/", {"seed": "", "inside": "balanced"})
    work()
    run = MatchingRun.objects.get()
    page = client.get(f"/unmet/runs/{run.pk}/").content.decode()
    for said in ("more travel", "Worst district now", "30 %", "As many people of each class are served"):
        assert said in page
    client.post("/unmet/runs/new/", {"seed": "", "inside": "need"})
    client.post("/unmet/runs/new/", {"seed": "", "inside": "whatever"})
    work()
    assert sorted(bool(one.balance) for one in MatchingRun.objects.all()) == [False, True]
    assert not Job.objects.exclude(last_error="").exists()


def test_of_few_people_it_does_not_tell() -> None:
    city = build(units=3)
    waiting_needs(city, 4, WEST, days=3)
    waiting_needs(city, 5, EAST)
    run = compute("by-hand", balance_districts=True)  # type: ignore[arg-type]
    assert len(by_class(run.balance)) == 1
    assert balance_by_class(run) == [(1, None)]


def test_inputs_of_before_these_columns_can_still_be_read() -> None:
    city = build()
    waiting_needs(city, 2, WEST)
    import io

    with np.load(io.BytesIO(pack(read("s")))) as file:
        old = {name: values for name, values in file.items() if name not in ("balanced", "supply.day")}
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **old)
    again = unpack(packed.getvalue())
    assert not again.balanced
    assert again.supply.day.tolist() == [0]


# Waiting


def promising(units: int) -> City:
    """A city where care is of class 2, so that one moves up after 90 days."""
    city = build(units=units)
    city.care.urgency = 2
    city.care.save()
    return city


def page_of(user: User, run: MatchingRun) -> str:
    client = Client()
    client.force_login(user)
    return client.get(f"/unmet/runs/{run.pk}/").content.decode()


def test_a_promise_is_kept_or_says_which_places_are_missing() -> None:
    city = promising(units=1)
    waiting_needs(city, 11, WEST, days=91)
    waiting_needs(city, 1, WEST)
    planner = official(Role.PLANNER)
    run = compute("by-hand")  # type: ignore[arg-type]
    told = compare(planner, run).promise
    assert (told.promoted, told.broken, told.kept, told.more_missing) == (11, 10, False, False)
    assert [(one.service_type, one.region, one.places) for one in told.missing] == [(city.care, city.west, 10)]
    assert not compare(official(Role.PLANNER, city.east), run).promise.anybody, "only where one may plan"
    page = page_of(planner, run)
    assert "promise not kept" in page
    assert "11 needs moved up a class for having waited long; 10 of them have no offer." in page
    CapacityLot.objects.update(units=11)
    run = compute("by-hand")  # type: ignore[arg-type]
    told = compare(planner, run).promise
    assert (told.promoted, told.kept, told.missing) == (11, True, [])
    page = page_of(planner, run)
    assert "promise kept" in page
    assert "11 needs moved up a class for having waited long, and all have an offer." in page


@pytest.mark.parametrize(
    ("people", "units", "kept", "says"),
    [
        (3, 3, True, "Few needs moved up a class for having waited long, and all have an offer."),
        (3, 2, False, "Few needs moved up a class for having waited long; not all of them have an offer."),
        (11, 4, False, "11 needs moved up a class for having waited long; a few of them have no offer."),
    ],
)
def test_of_a_promise_to_few_no_number_and_no_place_is_told(
    people: int, units: int, kept: bool, says: str
) -> None:
    waiting_needs(promising(units), people, WEST, days=91)
    planner = official(Role.PLANNER)
    run = compute("by-hand")  # type: ignore[arg-type]
    told = compare(planner, run).promise
    assert (told.anybody, told.kept, told.broken, told.missing) == (True, kept, None, [])
    assert told.more_missing is not kept
    page = page_of(planner, run)
    assert says in page
    assert "Places missing" not in page
    assert ("Not listed: services and regions" in page) is not kept


def test_places_missing_for_few_cannot_be_found_by_subtraction() -> None:
    city = promising(units=1)
    waiting_needs(city, 12, WEST, days=91)
    waiting_needs(city, 2, EAST, days=91)
    told = compare(official(Role.PLANNER), compute("by-hand")).promise  # type: ignore[arg-type]
    assert (told.promoted, told.broken, told.missing, told.more_missing) == (14, 13, [], True)


def test_waits_are_told_by_district_and_never_of_few() -> None:
    city = build(units=3)
    for days in range(1, 13):
        waiting_needs(city, 1, WEST, days=days)
    planner = official(Role.PLANNER)
    [west] = compare(planner, compute("by-hand")).waits  # type: ignore[arg-type]
    assert west.median is not None
    assert west.ninth is not None
    assert (west.people, west.median.days, west.ninth.days) == (12, 6, 11)
    assert west.median.low < 6 < (west.median.high or 0)
    assert west.ninth.high is None, "twelve people are too few to say"
    waiting_needs(city, 2, EAST, days=50)
    rows = compare(planner, compute("by-hand")).waits  # type: ignore[arg-type]
    assert [(row.people, row.median, row.ninth) for row in rows] == [(None, None, None)] * 2
    client = Client()
    client.force_login(planner)
    page = client.get(f"/unmet/runs/{MatchingRun.objects.latest('started_at').pk}/").content.decode()
    assert "Nobody in this run has waited long enough to move up a class." in page
    assert "Days that half waited at most" in page
