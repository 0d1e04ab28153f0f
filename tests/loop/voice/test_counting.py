"""What counts in the three rates, what does not, and that no small number is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lacarte.kernel import clock
from lacarte.loop.orders.models import Order, OrderState, Pause
from lacarte.loop.voice.comparing import compare, shares
from lacarte.loop.voice.counting import Counts, Cut, count, month_after, months_before, total
from lacarte.loop.voice.queries import groups_by, rates
from lacarte.loop.voice.scorecards import of_provider, of_region
from lacarte.registers.providers.models import Provider
from tests.city import City
from tests.loop.voice.rated import another_provider, order, rated

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("how", "due", "answered"),
    [
        ({}, 1, 1),
        ({"answered_after": timedelta(days=6)}, 1, 0),
        ({"state": OrderState.REQUESTED, "answered_after": None}, 1, 0),
        ({"state": OrderState.REJECTED}, 1, 1),
        ({"state": OrderState.CANCELLED, "answered_after": None, "ended_after": timedelta(days=1)}, 0, 0),
        ({"state": OrderState.CANCELLED, "answered_after": None, "ended_after": timedelta(days=7)}, 1, 0),
    ],
)
def test_which_orders_were_to_be_answered_and_were(
    city: City, how: dict[str, Any], due: int, answered: int
) -> None:
    order(city, **how)
    assert (total().due, total().answered) == (due, answered)


def test_what_is_not_due_yet_counts_for_nothing(city: City) -> None:
    order(city, requested=clock.now() - timedelta(days=1), answered_after=None, state=OrderState.REQUESTED)
    assert (total().orders, total().due) == (1, 0)


def test_nothing_becomes_late_while_the_clock_stands_still(city: City) -> None:
    def waits_since(order: Order, since: datetime) -> None:
        Pause.objects.create(order=order, question="Which floor?", since=since, until=since + timedelta(days=30))

    asked, asked_late = (order(city, answered_after=None, state=OrderState.REQUESTED) for _k in range(2))
    waits_since(asked, asked.contact_due - timedelta(days=1))
    waits_since(asked_late, asked_late.contact_due + timedelta(hours=1))
    assert (total().due, total().answered) == (1, 0), "what was late already is not made good by asking"


def test_resolution_and_satisfaction_are_of_those_who_told_us(city: City) -> None:
    order(city)
    rated(city, 5)
    rated(city, 3, solved=False)
    rated(city, 4)
    found = total()
    assert (found.completed, found.ratings, found.solved, found.satisfied) == (4, 3, 2, 2)


def test_groups_add_up_to_all_by_whatever_they_are_counted(city: City) -> None:
    another = another_provider(city, "q")
    now = clock.now()
    for day in range(0, 120, 7):
        rated(city, day % 5 + 1, requested=now - timedelta(days=day), east=day % 2 == 0)
        order(city, place=another, requested=now - timedelta(days=day + 1))
    months = months_before(now, 12)
    for by in ("provider", "kind", "region", "type", "month"):
        assert sum(count(by, Cut(), months).values(), Counts()) == total(), by
    with pytest.raises(ValueError, match="by colour"):
        count("colour")


def test_an_order_is_of_the_month_in_which_it_was_sent(city: City) -> None:
    months = months_before(clock.now(), 3)
    order(city, requested=months[1], ended_after=timedelta(days=40))
    order(city, requested=months[1] - timedelta(seconds=1))
    order(city, requested=months[0] - timedelta(seconds=1))
    found = count("month", Cut(), months)
    assert {month: counts.orders for month, counts in found.items()} == {0: 1, 1: 1}
    assert month_after(months[0]) == months[1]
    assert total(Cut(since=months[0], until=months[1])).orders == 1


def test_months_begin_in_the_citys_time(settings: object) -> None:
    settings.TIME_ZONE = "Asia/Shanghai"  # type: ignore[attr-defined]
    for moment in months_before(clock.now(), 14):
        assert (moment.day, moment.hour, moment.utcoffset()) == (1, 0, timedelta(hours=8))


def test_small_groups_are_hidden_with_another_so_that_nothing_can_be_subtracted() -> None:
    counts = [Counts(ratings=n, satisfied=n // 2) for n in (4, 12, 40, 0)]
    shown = shares(counts, "satisfaction")
    assert [one.share for one in shown] == [None, None, 0.5, None]
    assert [one.whole for one in shown] == [None, None, 40, None]


def test_a_scorecard_tells_no_more_than_the_table_of_all(city: City) -> None:
    """Its own twelve would give away the four of the other provider, whose total with it is told."""
    another, large = another_provider(city, "q"), another_provider(city, "r")
    for place, n in ((city.offer, 12), (another, 4), (large, 30)):
        for _ in range(n):
            rated(city, place=place)
    card = of_provider(Provider.objects.get(code="p"))
    assert card.own.satisfaction.share is None
    assert card.own.orders is None
    assert of_provider(large.offer.provider).own.satisfaction.whole == 30
    assert {one.group.code: one.ratings for one in rates("provider")} == {"p": None, "q": None, "r": 30}


def test_groups_are_compared_with_a_funnel_and_ranges_of_ranks(city: City) -> None:
    groups = {f"g{i}": Counts(ratings=100 + i, satisfied=80 + i % 5) for i in range(20)}
    groups |= {"bad": Counts(ratings=200, satisfied=80), "few": Counts(ratings=3, satisfied=3)}
    found = compare(groups, "satisfaction")
    worst = next(one for one in found.groups if one.key == "bad")
    assert worst.outside < 0
    assert worst.shown.share is not None and worst.shrunk is not None
    assert worst.shown.share < worst.shrunk < found.target, "drawn towards the others"  # type: ignore[operator]
    assert worst.worst == len(groups) - found.hidden
    assert found.hidden == 2
    middle = [one for one in found.groups if one.best is not None and one.key != "bad"]
    assert all(one.best < one.worst for one in middle), "who are alike have no place of their own"  # type: ignore[operator]
    assert found.scatter == pytest.approx(1.0, abs=0.2)
    assert [one.size for one in found.funnel] == sorted(one.size for one in found.funnel)


@pytest.mark.parametrize("providers", [1, 12])
def test_a_scorecard_takes_as_many_queries_however_many_there_are(city: City, providers: int) -> None:
    for at in range(providers):
        place = another_provider(city, f"q{at}")
        for day in range(3):
            rated(city, 1, place=place, requested=clock.now() - timedelta(days=40 * day))
    for made in (lambda: of_provider(Provider.objects.get(code="q0")), lambda: of_region(city.west)):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            made()
        assert len(asked) <= 10


def test_what_lies_in_no_district_has_a_line_of_its_own(city: City) -> None:
    made = order(city)
    Order.objects.filter(pk=made.pk).update(region=0)
    order(city)
    names = [group.label for group in groups_by("region", count("region"))]
    assert names == ["West", "Place not known"]


def test_counts_are_kept_for_some_minutes_as_everybody_may_ask(city: City, settings: object) -> None:
    settings.CONFIGURED["rates_minutes"] = 10  # type: ignore[attr-defined]
    cache.clear()
    order(city)
    assert count("kind")["social"].orders == 1
    order(city)
    with CaptureQueriesContext(connection) as asked:
        assert count("kind")["social"].orders == 1
    assert not asked.captured_queries
    assert count("type")[city.care.pk].orders == 2, "another table is counted for itself"
    cache.clear()
    assert count("kind")["social"].orders == 2
