"""The lists of the desk: everybody has those that their mandate covers, in order, page by page, however many."""

from __future__ import annotations

import random
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.test.utils import CaptureQueriesContext

from lacarte.kernel import clock
from lacarte.kernel.long_lists import Part
from lacarte.kernel.models import Role, User
from lacarte.kernel.permissions import Action, permitted
from lacarte.loop.matching.models import Objection
from lacarte.loop.needs.models import Channel, Message, Need
from lacarte.loop.orders.models import Assignment, Order, Pause
from lacarte.loop.orders.working.seeing import nobodys, works_on
from lacarte.pages.desk import queue as keys
from lacarte.pages.desk import views
from lacarte.pages.desk.queries import Filters, asked_by, counts, queue, tabs
from lacarte.registers.menu.models import ServiceType
from tests.city import City, official, signed_in

pytestmark = pytest.mark.django_db
NOW = clock.now()
HOUR = timedelta(hours=1)


def some_needs(city: City, n: int, seed: int) -> None:
    """Needs in all states, with orders, messages and objections."""
    draw = random.Random(seed)
    root = ServiceType.objects.get(number=0)
    for _ in range(n):
        state = draw.choice(
            ["open", "open", "held", "ordered", "ordered", "ordered", "met", "withdrawn", "joined"]
        )
        need = Need.objects.create(
            channel=Channel.WEB,
            subject="person",
            service_type=draw.choice([city.care, city.care, city.lift, root]),
            region=draw.choice([city.west, city.east, city.city]),
            state=state,
            text=draw.choice(["The tap drips 100%", "the LAMP is dark", "a tree fell"]),
            rank=draw.choice([0.0, 0.75, 1.5, 1.75, 3.999]),
            received_at=NOW - draw.randint(0, 5) * HOUR,
            closed_at=NOW if state in ("met", "withdrawn") else None,
        )
        due = {name: NOW + draw.choice([-3, 3]) * HOUR for name in ("contact_due", "resolution_due")}
        if state in ("ordered", "met"):
            running = draw.choice(["requested", "received", "accepted", "in-progress", "on-hold"])
            ended = {"ended_at": NOW} if state == "met" else {}
            if draw.random() < 0.3:
                Order.objects.create(need=need, offer_at_place=city.offer, state="rejected", ended_at=NOW, **due)
            order = Order.objects.create(
                need=need, offer_at_place=city.offer, state="completed" if ended else running, **due, **ended
            )
            if not ended and draw.random() < 0.3:
                stopped = {"since": NOW + draw.choice([-5, -1]) * HOUR, "until": NOW + 9 * HOUR}
                Pause.objects.create(order=order, question="Which floor?", **stopped)
        if draw.random() < 0.2:
            Objection.objects.create(need=need, reason="Too far", state=draw.choice(["open", "upheld"]))
        for handled in draw.choices([None, NOW], k=draw.choice([0, 0, 1, 2])):
            words = {"medium": "page", "text": "When?", "state": "received"}
            Message.objects.create(need=need, incoming=True, handled_at=handled, **words)


def by_definition(user: User, key: str) -> QuerySet[Need]:
    """The lists as one would say them, however long it takes."""
    now, orders = clock.now(), Order.objects.filter(need=OuterRef("pk"))
    to_answer, ended = ["requested", "received"], ["completed", "rejected", "cancelled", "failed"]
    stopped = Pause.objects.filter(order=OuterRef("pk"), ended_at=None)
    done, answer = (~Exists(stopped.filter(since__lt=OuterRef(due))) for due in ("resolution_due", "contact_due"))
    late = orders.filter(Q(done, resolution_due__lt=now) | Q(answer, contact_due__lt=now, state__in=to_answer))
    unhandled = Message.objects.filter(need=OuterRef("pk"), incoming=True, handled_at=None)
    condition = {
        "answer": Q(Exists(orders.filter(state__in=to_answer)), state="ordered"),
        "late": Q(Exists(late.exclude(state__in=ended)), state="ordered"),
        "running": Q(Exists(orders.filter(state__in=["accepted", "in-progress", "on-hold"])), state="ordered"),
        "objections": Q(Exists(Objection.objects.filter(need=OuterRef("pk"), state="open"))),
        "messages": Q(Exists(unhandled)),
        "unclear": Q(state="open", service_type=0),
        "waiting": Q(state="open", service_type__gt=0),
        "held": Q(state="held"),
        "all": Q(),
    }[key]
    order = ["-received_at", "-pk"] if key == "all" else ["rank", "received_at", "pk"]
    return permitted(Need.objects.filter(condition), user, Action.READ).order_by(*order)


def pages(user: User, key: str, most: int, filters: Filters | None = None) -> list[UUID]:
    tab = next(tab for tab in tabs() if tab.key == key)
    found, after = [], ""
    while True:
        page = queue(asked_by(user, filters or Filters()), tab, after=after, most=most)
        assert len(page.needs) <= most
        found += [need.pk for need in page.needs]
        if not (after := page.next):
            return found


@pytest.mark.parametrize("looked_at", [1, 7, 10_000])
def test_each_list_has_what_it_says_whoever_asks_and_whichever_road_is_taken(
    city: City, monkeypatch: pytest.MonkeyPatch, looked_at: int
) -> None:
    monkeypatch.setattr(keys, "_LOOKED_AT", looked_at)
    some_needs(city, 60, seed=looked_at)
    kind = {"service_first": city.lift.number, "service_last": city.lift.last}
    users = [
        official(Role.CASE_WORKER),
        official(Role.CALL_TAKER, city.west),
        official(Role.CASE_WORKER, None, "of lifts", **kind),
        official(Role.CASE_WORKER, city.east, "of lifts in the east", **kind),
        official(Role.PLANNER),
    ]
    for user in users:
        numbers = counts(asked_by(user, Filters()), tabs())
        for tab in tabs():
            expected = list(by_definition(user, tab.key).values_list("pk", flat=True))
            assert pages(user, tab.key, 4) == expected, (user, tab.key)
            assert numbers[tab.key] == len(expected), (user, tab.key)


def test_area_and_district_narrow_every_list(city: City) -> None:
    some_needs(city, 40, seed=5)
    worker = official(Role.CASE_WORKER)
    for tab in tabs():
        there = by_definition(worker, tab.key).filter(region__number__range=(city.west.number, city.west.last))
        expected = list(there.filter(service_type=city.lift).values_list("pk", flat=True))
        assert pages(worker, tab.key, 3, Filters(area=city.lift, district=city.west)) == expected


@pytest.mark.parametrize("whose", ["mine", "nobody"])
@pytest.mark.parametrize("looked_at", [2, 10_000])
def test_every_list_is_told_of_ones_own_and_of_nobodys(
    city: City, monkeypatch: pytest.MonkeyPatch, looked_at: int, whose: str
) -> None:
    monkeypatch.setattr(keys, "_LOOKED_AT", looked_at)
    some_needs(city, 50, seed=looked_at)
    worker, gone = official(Role.CASE_WORKER), official(Role.CASE_WORKER)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    for n, need in enumerate(Need.objects.order_by("pk")):
        if n % 2:
            Assignment.objects.create(need=need, official=worker if n % 3 else gone)
    for user in (worker, official(Role.CALL_TAKER, city.west)):
        numbers = counts(asked_by(user, Filters(whose=whose)), tabs())
        for tab in tabs():
            condition = works_on(user) if whose == "mine" else nobodys()
            expected = list(by_definition(user, tab.key).filter(condition).values_list("pk", flat=True))
            assert pages(user, tab.key, 3, Filters(whose=whose)) == expected, (user, tab.key)
            assert numbers[tab.key] == len(expected), (user, tab.key)


@pytest.mark.parametrize(("words", "said"), [("lamp dark", "LAMP"), ("100%", "100%"), ("_", ""), ("TAP", "tap")])
@pytest.mark.parametrize("read", [3, 20_000])
def test_words_are_looked_for_in_the_order_of_the_list(
    city: City, monkeypatch: pytest.MonkeyPatch, words: str, said: str, read: int
) -> None:
    """And where so many texts were read, the next page looks further."""
    monkeypatch.setitem(keys._READ, connection.vendor, read)
    some_needs(city, 40, seed=3)
    west = official(Role.CASE_WORKER, city.west)
    for key in ("waiting", "late", "messages", "all"):
        all_of_it = by_definition(west, key).values_list("pk", "text")
        assert pages(west, key, 2, Filters(words=words)) == [pk for pk, text in all_of_it if said and said in text]


def test_where_words_are_looked_for_no_further_it_is_said(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(keys._READ, connection.vendor, 3)
    some_needs(city, 10, seed=1)
    client = signed_in(official(Role.CASE_WORKER))
    page = unescape(client.get("/desk/?list=all&words=nowhere").content.decode())
    assert "in the next 3 needs of this list. The next page looks further" in page
    assert "Well done" not in page
    assert "after=" in page


def test_pages_follow_each_other_and_one_that_is_none_begins_anew(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "_PAGE", 2)
    some_needs(city, 5, seed=1)
    client = signed_in(official(Role.CASE_WORKER))
    first = client.get("/desk/?list=all")
    assert b"First page" not in first.content
    after = first.context["page"].next
    second = client.get("/desk/", {"list": "all", "after": after})
    assert b"First page" in second.content
    assert not {need.pk for need in first.context["page"].needs} & {n.pk for n in second.context["page"].needs}
    for wrong in ("7", "x_1_2", f"nan_{10**40}_{'0' * 32}", "1_1_zz"):
        assert client.get("/desk/", {"list": "late", "after": wrong}).headers["Location"] == "/desk/?list=late"


def test_many_are_not_counted_to_the_end(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MOST_COUNTED", 3)
    some_needs(city, 60, seed=2)
    for user in (official(Role.CASE_WORKER), official(Role.CASE_WORKER, city.west)):
        numbers = counts(asked_by(user, Filters()), tabs())
        for tab in tabs():
            assert numbers[tab.key] == min(4, by_definition(user, tab.key).count()), tab.key
    page = signed_in(user).get("/desk/?list=all").content.decode()
    assert '<span class="tag">3+</span>' in page
    assert '<span class="tag">4</span>' not in page


def test_numbers_that_take_their_time_come_after_the_page(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    some_needs(city, 30, seed=2)
    client = signed_in(official(Role.CASE_WORKER, city.west))
    at_once = client.get("/desk/?list=all").content.decode()
    assert "numbers=on" not in at_once

    def gives_up(part: Part, milliseconds: int) -> list[tuple[Any, ...]] | None:
        return None

    monkeypatch.setattr(keys, "_rows_within", gives_up)
    monkeypatch.setattr(keys, "_may_be_stopped", lambda: True)
    page = client.get("/desk/?list=all&district=").content.decode()
    assert 'hx-get="/desk/?list=all&amp;district=&amp;numbers=on" hx-trigger="load"' in page
    assert "numbers=on" in client.get("/desk/").content.decode()
    assert 'hx-trigger="load"' not in client.get("/desk/?words=lamp").content.decode(), "words have no numbers"
    later = client.get("/desk/?list=all&numbers=on").content.decode()
    assert 'hx-trigger="load"' not in later
    lists = later.split('id="lists"')[1].split("</nav>")[0]
    assert '<span class="tag">' in lists
    assert "numbers=on" not in lists, "links go on without it"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL stops a query")
def test_what_takes_too_long_is_stopped_and_nothing_after_it_is(city: City) -> None:
    assert keys._rows_within(Part("SELECT pg_sleep(5)", ()), 50) is None
    assert keys._rows_within(Part("SELECT 1", ()), 5000) == [(1,)]
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_it_asks_as_often_for_many_needs_as_for_few(city: City) -> None:
    client = signed_in(official(Role.CASE_WORKER, city.west))

    def asked(key: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(f"/desk/?list={key}").status_code == 200
        return len(seen)

    some_needs(city, 6, seed=1)
    few = [asked(tab.key) for tab in tabs()]
    some_needs(city, 60, seed=2)
    assert max(asked(tab.key) for tab in tabs()) <= max(few)
