"""Lists of orders: everybody sees theirs and nothing else, page by page, as quickly for many as for few."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from benchmarks.orders_filled import fill
from django.db import connection
from django.db.models import Count, Q
from django.test.utils import CaptureQueriesContext

from lacarte.kernel import clock, tree
from lacarte.kernel.models import OfficialMandate, Role, User
from lacarte.loop.needs.models import Channel, Need
from lacarte.loop.orders.models import Order, OrderState
from lacarte.loop.orders.seen import Filters, Sort, keys, orders_seen_by
from lacarte.loop.orders.states import ENDED, NOT_ANSWERED
from lacarte.loop.voice.models import Rating
from lacarte.registers.menu.models import Offer, OfferAtPlace, ServiceType
from lacarte.registers.people.models import Person, PersonalRead
from lacarte.registers.places.models import Region
from lacarte.registers.providers.models import Provider
from tests.city import City, official

pytestmark = pytest.mark.django_db
NOW = clock.now()
HOURS = timedelta(hours=1)


def ordered(city: City, region: Region, kind: ServiceType, *, age: float = 1.0, **said: Any) -> Order:
    person = Person.objects.create(name="Ada Quay")
    need = Need.objects.create(
        channel=Channel.WEB, subject="person", person=person, service_type=kind, region=region, state="ordered"
    )
    at = NOW - age * HOURS
    due = {"contact_due": at + 8 * HOURS, "resolution_due": at + 90 * HOURS}
    return Order.objects.create(**{"need": need, "offer_at_place": city.offer, "requested_at": at, **due, **said})


def theirs(user: User, **how: Any) -> list[UUID]:
    return [one.pk for one in orders_seen_by(user, **how).orders]


def pages(user: User, most: int, **how: Any) -> Iterator[list[UUID]]:
    after = ""
    while True:
        page = orders_seen_by(user, after=after, most=most, **how)
        yield [one.pk for one in page.orders]
        if not (after := page.next):
            return


def test_who_sees_what(city: City) -> None:
    west = ordered(city, city.west, city.care)
    east = ordered(city, city.east, city.care, age=2)
    lift = ordered(city, city.west, city.lift, age=3)
    member, gone, nobody = (User.objects.create_user(name) for name in ("member", "gone", "nobody"))
    city.offer.offer.provider.members.add(member, gone)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    gone.refresh_from_db()
    kind = {"service_first": city.lift.number, "service_last": city.lift.last}
    over = {"since": NOW - 9 * HOURS, "until": NOW - HOURS}
    everything = [west.pk, east.pk, lift.pk]
    assert theirs(official(Role.CASE_WORKER)) == everything
    assert theirs(official(Role.CALL_TAKER, city.west)) == [west.pk, lift.pk]
    assert theirs(official(Role.CASE_WORKER, city.east, "both ways", **kind)) == []
    assert theirs(official(Role.CASE_WORKER, city.west, **kind)) == [lift.pk]
    assert theirs(official(Role.CASE_WORKER, None, **over)) == []
    assert theirs(official(Role.CASE_WORKER, None, since=NOW + HOURS)) == []
    assert theirs(official(Role.PLANNER)) == []
    assert theirs(member) == everything
    assert theirs(gone) == theirs(nobody) == []
    other = Provider.objects.create(code="q", name={"en": "Q"}, kind="market", region=city.west)
    other.members.add(nobody)
    assert theirs(nobody) == []
    worker_and_member = official(Role.CASE_WORKER, city.east)
    other.members.add(worker_and_member)
    assert theirs(worker_and_member) == [east.pk]
    city.offer.offer.provider.members.add(worker_and_member)
    assert theirs(worker_and_member) == everything


def test_an_order_is_guarded_by_what_was_ordered(city: City) -> None:
    """What its need becomes afterwards opens it to nobody else."""
    order = ordered(city, city.west, city.care, state=OrderState.REJECTED, ended_at=NOW)
    Need.objects.filter(pk=order.need_id).update(region=city.east)
    assert theirs(official(Role.CASE_WORKER, city.west)) == [order.pk]
    assert theirs(official(Role.CASE_WORKER, city.east)) == []
    order.save()
    assert Order.objects.get().region_id == city.west.number


def test_a_row_says_all_that_is_listed(city: City) -> None:
    order = ordered(city, city.west, city.care, state=OrderState.COMPLETED, ended_at=NOW)
    Rating.objects.create(order=order, contacted_in_time=True, solved=True, satisfaction=4)
    (row,) = orders_seen_by(official(Role.CASE_WORKER)).orders
    assert (row.reference, row.service_type["en"], row.region["en"]) == (order.need.reference, "Home care", "West")
    assert (row.provider["en"], row.offer["en"], row.satisfaction) == ("Good Hands", "Care", 4)
    assert (row.state, row.resolution_due, row.ended_at) == ("completed", order.resolution_due, NOW)
    assert (row.person, row.name) == (None, "")


def test_names_are_for_who_works_on_the_order_and_are_written_down_once(city: City) -> None:
    order = ordered(city, city.west, city.care)
    done = ordered(city, city.west, city.care, age=2, state=OrderState.COMPLETED, ended_at=NOW)
    member = User.objects.create_user("member")
    city.offer.offer.provider.members.add(member)

    def named(user: User) -> list[str | None]:
        return [one.name for one in orders_seen_by(user, names_for="work on this need").orders]

    assert named(official(Role.CALL_TAKER)) == [None, None]
    assert PersonalRead.objects.count() == 0
    worker = official(Role.CASE_WORKER)
    assert named(worker) == named(worker) == ["Ada Quay", "Ada Quay"]
    assert named(member) == ["Ada Quay", None]
    reads = PersonalRead.objects.values_list("reader", "person", "fields", "purpose")
    assert set(reads) == {
        (reader.pk, one.need.person_id, "name", "work on this need")
        for reader, one in ((worker, order), (worker, done), (member, order))
    }
    assert len(reads) == 3


def test_filters_narrow_the_list(city: City) -> None:
    first = ordered(city, city.west, city.care, age=1)
    late = ordered(city, city.east, city.lift, age=30, state=OrderState.ACCEPTED)
    worker = official(Role.CASE_WORKER)

    def left(**said: Any) -> list[UUID]:
        return theirs(worker, filters=Filters(**said))

    assert left(states=["accepted", "failed"]) == [late.pk]
    assert left(provider=city.offer.offer.provider) == [first.pk, late.pk]
    assert left(provider=Provider.objects.create(code="q", name={}, kind="market", region=city.west)) == []
    assert left(service_type=city.lift) == [late.pk]
    assert left(service_type=city.area) == [first.pk, late.pk]
    assert left(region=city.west) == [first.pk]
    assert left(since=NOW - 2 * HOURS) == [first.pk]
    assert left(until=NOW - 2 * HOURS) == [late.pk]
    assert left(since=NOW - 40 * HOURS, until=NOW - HOURS) == [late.pk]
    assert left(reference=late.need.reference.lower().replace("-", " ")) == [late.pk]
    assert theirs(official(Role.CASE_WORKER, city.west), filters=Filters(reference=late.need.reference)) == []


@pytest.mark.parametrize("how", [{"after": "x"}, {"after": "1.x"}, {"after": f"{10**30}.{'0' * 32}"}])
def test_what_is_no_page_is_said(how: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="no such page"):
        orders_seen_by(User.objects.create_user("u"), **how)


def test_what_is_no_reference_is_said() -> None:
    with pytest.raises(ValueError, match="A reference has"):
        orders_seen_by(User.objects.create_user("u"), Filters(reference="12"))


def drawn(city: City, draw: random.Random, n: int) -> None:
    """Orders of all states, places, services and providers, several at the same moment."""
    places = [city.offer]
    for code in ("q", "r"):
        provider = Provider.objects.create(code=code, name={"en": code}, kind="market", region=city.west)
        offer = Offer.objects.create(code=code, service_type=city.lift, provider=provider, name={"en": code})
        places.append(OfferAtPlace.objects.create(offer=offer, region=city.east))
    for _ in range(n):
        state = draw.choice(list(OrderState))
        ordered(
            city,
            draw.choice([city.city, city.west, city.east]),
            draw.choice([city.area, city.care, city.lift]),
            age=draw.randrange(12),
            offer_at_place=draw.choice(places),
            state=state,
            ended_at=NOW if state in ENDED else None,
            contact_due=NOW + draw.randrange(5) * HOURS,
        )


def expected(user: User, sort: Sort, filters: Filters) -> list[UUID]:
    """The plain way: every order alone."""
    held = [one for one in OfficialMandate.objects.filter(holder=user) if one.since <= clock.now() < one.until]
    works_for = set(Provider.objects.filter(members=user).values_list("pk", flat=True))

    def fits(order: Order) -> bool:
        may = order.offer_at_place.offer.provider_id in works_for or any(
            one.service_first <= order.service_type_id <= one.service_last
            and one.region_first <= order.region_id <= one.region_last
            for one in held
        )
        wished = (not filters.states or order.state in filters.states) and (
            filters.region is None or filters.region.number <= order.region_id <= filters.region.last
        )
        of_sort = {Sort.NEWEST: True, Sort.ANSWER: order.state in NOT_ANSWERED, Sort.DUE: order.ended_at is None}
        return may and wished and of_sort[sort]

    column = {Sort.NEWEST: "requested_at", Sort.ANSWER: "contact_due", Sort.DUE: "resolution_due"}[sort]
    found = [one for one in Order.objects.select_related("offer_at_place__offer") if fits(one)]
    return [one.pk for one in sorted(found, key=lambda o: (getattr(o, column), o.pk), reverse=sort is Sort.NEWEST)]


@pytest.mark.parametrize("looked_at", [2, 10_000])
@pytest.mark.parametrize("seed", range(3))
def test_all_pages_together_are_what_every_order_alone_says(
    city: City, monkeypatch: pytest.MonkeyPatch, seed: int, looked_at: int
) -> None:
    monkeypatch.setattr(keys, "_LOOKED_AT", looked_at)
    draw = random.Random(seed)
    drawn(city, draw, 60)
    for number in range(6):
        user = User.objects.create_user(f"u{number}")
        for _ in range(draw.randrange(3)):
            services = draw.choice([tree.ROOT, city.area.interval, city.care.interval, city.lift.interval])
            regions = draw.choice([tree.ROOT, city.west.interval, city.east.interval])
            OfficialMandate.objects.create(
                **{"holder": user, "role": Role.CASE_WORKER, "until": NOW + draw.choice([-1, 5, 5]) * HOURS},
                **{"since": NOW - 9 * HOURS, "service_first": services.first, "service_last": services.last},
                **{"region_first": regions.first, "region_last": regions.last},
            )
        for provider in draw.sample(list(Provider.objects.order_by("code")), draw.randrange(2)):
            provider.members.add(user)
        for sort in Sort:
            states = draw.choice([(), ("requested", "completed")])
            filters = Filters(states=states, region=draw.choice([None, city.west]))
            found = [pk for page in pages(user, draw.randint(1, 20), sort=sort, filters=filters) for pk in page]
            assert found == expected(user, sort, filters)


def test_paging_neither_loses_nor_doubles_what_was_there_while_orders_come_in(city: City) -> None:
    there = [ordered(city, city.west, city.care, age=age // 2).pk for age in range(20)]  # two at each moment
    worker, found = official(Role.CASE_WORKER), []
    for number, page in enumerate(pages(worker, 3)):
        found += page
        ordered(city, city.west, city.care, age=-number)  # newer than all
        ordered(city, city.west, city.care, age=8.5)
        assert len(page) <= 3
    assert len(found) == len(set(found))
    assert set(there) <= set(found)
    assert found[-1] in there[-2:]


def queries(user: User, **how: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        orders_seen_by(user, **how)
    return sum(not one["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")) for one in asked)


def test_it_asks_as_often_for_many_as_for_few_and_whoever_asks(city: City) -> None:
    worker, member = official(Role.CASE_WORKER), User.objects.create_user("member")
    city.offer.offer.provider.members.add(member)
    ordered(city, city.west, city.care)
    few = [queries(user, names_for="work on this need") for user in (worker, member)]
    for age in range(30):
        ordered(city, city.west, city.care, age=age)
    assert [queries(user, names_for="work on this need") for user in (worker, member)] == few == [6, 6]
    narrow = official(Role.CASE_WORKER, city.east)
    assert [queries(user) for user in (worker, member, narrow)] == [4, 4, 3]  # of no order nothing is read
    assert queries(worker, most=20) == 3  # a full page is found by looking through the list


def test_both_ways_use_their_index_at_20_000_orders() -> None:
    filled = fill(20_000)
    assert Order.objects.count() == 20_000
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE orders_order")  # the database would plan for the empty table that it knew
    alike = Order.objects.aggregate(n=Count("pk", filter=Q(region=filled.districts[0].number)))["n"]
    assert 50 < alike < 200, "the draw spreads orders over districts"
    plans = {
        official(Role.CASE_WORKER): ["order_newest"],
        official(Role.CASE_WORKER, filled.districts[0]): ["order_newest", "order_of_place"],
        official(
            Role.CASE_WORKER,
            None,
            "of one service",
            service_first=filled.kinds[0].number,
            service_last=filled.kinds[0].last,
        ): ["order_newest", "order_of_type"],
    }
    for user, indexes in plans.items():
        with CaptureQueriesContext(connection) as asked:
            orders_seen_by(user, most=700)
        ways = [one["sql"] for one in asked if " looked WHERE " in one["sql"] or "WITH few" in one["sql"]]
        assert len(ways) == len(indexes)
        for sql, index in zip(ways, indexes, strict=True):
            assert_served_by(index, sql)
    for sort, index in ((Sort.ANSWER, "order_to_answer"), (Sort.DUE, "order_to_end")):
        with CaptureQueriesContext(connection) as asked:
            orders_seen_by(official(Role.CASE_WORKER), sort=sort)
        assert_served_by(index, next(one["sql"] for one in asked if " looked WHERE " in one["sql"]))


def assert_served_by(index: str, sql: str) -> None:
    """PostgreSQL weighs by what it counted, and may take another index for few rows; never the whole table."""
    plan = plan_of(sql)
    assert index in plan if connection.vendor == "sqlite" else "Index" in plan and "Seq Scan" not in plan, plan


def plan_of(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{sql}")
        return "\n".join(str(row) for row in cursor.fetchall())
