"""Whose work a case is, how much everybody has, and what is handed on when a shift ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lacarte.kernel import clock
from lacarte.kernel.models import Event, Role, User
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import place_order
from lacarte.loop.orders.models import Assignment, Order, ShiftCase, ShiftHandover
from lacarte.loop.orders.working.assigning import give_back, leave_withdrawn, take
from lacarte.loop.orders.working.handling import FEWEST
from lacarte.loop.orders.working.workload import nobodys_load, workload
from lacarte.registers.menu.capacity.holding import confirm, hold
from lacarte.registers.menu.models import CapacityLot
from tests.city import City, official, signed_in

pytestmark = pytest.mark.django_db


def needs_in(city: City, n: int, where: str = "west") -> list[Need]:
    region = getattr(city, where)
    return [receive(text="help", channel="web", service_type=city.care, region=region) for _ in range(n)]


def ordered(city: City, need: Need, due: timedelta) -> Order:
    CapacityLot.objects.update(units=50)
    order = place_order(need, offer_at_place=city.offer, hold=confirm(hold(city.lot)))
    at = clock.now() + due
    warn = at if due > timedelta(hours=1) else clock.now() - timedelta(hours=1)
    Order.objects.filter(pk=order.pk).update(contact_due=at, contact_warn=warn)
    return order


def words_of(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


@pytest.fixture
def li(city: City) -> User:
    return official(Role.CASE_WORKER, city.west, "li")


@pytest.fixture
def wang(city: City) -> User:
    return official(Role.CASE_WORKER, city.west, "wang")


@pytest.fixture
def desk(li: User) -> Client:
    return signed_in(li)


def test_i_work_on_this_and_the_second_is_told_who_does(city: City, li: User, wang: User, desk: Client) -> None:
    [need] = needs_in(city, 1)
    page, hands = (reverse(name, args=[need.reference]) for name in ("desk-need", "desk-hands"))
    assert "Nobody works on this yet." in words_of(desk.get(page))
    assert "You work on this, since" in words_of(desk.post(hands, {"take": "1"}, follow=True))
    assert "li works on this, since" in words_of(signed_in(wang).post(hands, {"take": "1"}, follow=True))
    said = {"to": str(wang.pk), "seen": str(li.pk)}
    assert "wang works on it now." in words_of(desk.post(hands, said, follow=True))
    assert "wang works on this, since" in words_of(desk.post(hands, said, follow=True)), "sent twice"
    assert "Please choose who shall work on it." in words_of(desk.post(hands, {"seen": ""}, follow=True))
    signed_in(wang).post(hands, {"give-back": "1"})
    assert not Assignment.objects.filter(until=None).exists()
    reader = signed_in(official(Role.CALL_TAKER))
    assert "I work on this" not in words_of(reader.get(page))
    assert reader.post(hands, {"take": "1"}).status_code == 403


def test_lists_say_who_works_on_it_and_are_narrowed_to_mine_and_nobodys(
    city: City, li: User, wang: User, desk: Client
) -> None:
    mine, theirs, nobodys = needs_in(city, 3)
    take(mine, actor=li)
    take(theirs, actor=wang)
    for whose, found in (("", {mine, theirs, nobodys}), ("mine", {mine}), ("nobody", {nobodys})):
        page = words_of(desk.get("/desk/", {"list": "all", "whose": whose}))
        assert {one for one in (mine, theirs, nobodys) if one.reference in page} == found
    assert f"{theirs.reference} · wang" in words_of(desk.get("/desk/?list=all"))
    ordered(city, theirs, timedelta(hours=5))
    assert f"{theirs.reference} · wang" in words_of(desk.get("/desk/orders/"))


def test_what_a_withdrawn_account_left_is_seen_where_it_is(city: City, wang: User, desk: Client) -> None:
    [need] = needs_in(city, 1)
    take(need, actor=wang)
    User.objects.filter(pk=wang.pk).update(is_active=False)
    for _ in range(2):
        page = words_of(desk.get(reverse("desk-need", args=[need.reference])))
        assert "it was left by wang" in page
        leave_withdrawn()
    assert "1 left by a withdrawn account" in words_of(desk.get("/desk/workload/"))


def test_the_workload_counts_by_light_of_those_i_may_see(city: City, li: User, wang: User) -> None:
    east = official(Role.CASE_WORKER, city.east, "east")
    everywhere = official(Role.CASE_WORKER, name="zhao")
    for need, due in zip(
        needs_in(city, 4), (timedelta(hours=-1), timedelta(minutes=1), timedelta(days=9), None), strict=True
    ):
        if due is not None:
            ordered(city, need, due)
        take(need, actor=wang)
    [far] = needs_in(city, 1, "east")
    take(far, actor=everywhere)
    loads = {str(one.official): one for one in workload(li)}
    assert set(loads) == {"li", "wang", "zhao"}, "east has nothing in common with west"
    assert (loads["wang"].open, loads["wang"].red, loads["wang"].amber, loads["wang"].waiting) == (4, 1, 1, 0)
    assert (loads["wang"].hours, loads["wang"].no_basis) == (None, 4), "nobody knows how long such take"
    assert loads["zhao"].open == 0, "what I may not work on is not counted"
    assert {str(one.official): one.open for one in workload(everywhere)}["zhao"] == 1
    assert [str(one.official) for one in workload(east)] == ["east", "zhao"]


def test_hours_left_follow_from_how_long_such_cases_took(city: City, li: User) -> None:
    monday = clock.now() - timedelta(days=14)
    for need in needs_in(city, FEWEST):
        take(need, actor=li)
        Assignment.objects.filter(need=need).update(since=monday)
        Need.objects.filter(pk=need.pk).update(state="met", closed_at=monday + timedelta(days=7))
    [need] = needs_in(city, 1)
    take(need, actor=li)
    [load] = workload(li)
    assert load.hours is not None
    assert 38 <= load.hours <= 41, "a week of eight hours a day, and nothing of it has passed"
    assert load.no_basis == 0


def test_the_workload_asks_as_often_for_many_as_for_few(city: City, desk: Client, li: User, wang: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert desk.get("/desk/workload/").status_code == 200
        return len(asked)

    [need] = needs_in(city, 1)
    take(need, actor=wang)
    few = queries()
    for one in needs_in(city, 6):
        ordered(city, one, timedelta(hours=1))
        take(one, actor=li)
    official(Role.CASE_WORKER, city.west)
    assert queries() == few


def test_cases_are_given_away_after_a_preview(city: City, li: User, wang: User) -> None:
    lead = official(Role.CASE_WORKER, name="lead")
    client, (one, two, three), [far] = signed_in(lead), needs_in(city, 3), needs_in(city, 1, "east")
    for need in (one, two, three, far):
        take(need, actor=lead)
    page = reverse("workload-of", args=[lead.pk])
    said = {"to": str(li.pk), "need": [one.reference, two.reference, far.reference]}
    preview = words_of(client.post(page, said))
    assert "2 cases would go to li." in preview
    assert "li has no mandate to work on this." in preview
    assert Assignment.objects.filter(official=li).count() == 0, "nothing has happened yet"
    give_back(two, actor=lead)
    take(two, actor=wang)
    client.post(page, {**said, "need": [one.reference, two.reference], "sure": "1"}, follow=True)
    now = dict(Assignment.objects.filter(until=None).values_list("need__reference", "official__username"))
    assert now == {one.reference: "li", two.reference: "wang", three.reference: "lead", far.reference: "lead"}
    answer = client.post(page, {"to": str(li.pk)})
    assert answer.status_code == 422
    assert "Please tick at least one case" in words_of(answer)


def test_the_first_so_many_of_nobodys_are_given(city: City, desk: Client, wang: User) -> None:
    needs_in(city, 3)
    page, said = reverse("workload-of", args=["nobody"]), {"to": str(wang.pk), "first": "2"}
    assert "2 cases would go to wang." in words_of(desk.post(page, said))
    done = words_of(desk.post(page, {**said, "sure": "1"}, follow=True))
    assert "2 cases are with wang now." in done
    assert nobodys_load(wang).open == 1


def test_officials_one_may_not_see_do_not_exist(city: City, desk: Client) -> None:
    east = official(Role.CASE_WORKER, city.east, "east")
    for whose in (str(east.pk), "none"):
        assert desk.get(reverse("workload-of", args=[whose])).status_code == 404


def written(desk: Client, taker: User, *needs: Need, **said: str) -> ShiftHandover:
    notes = {f"note-{need.reference}": f"Ring {need.reference} first" for need in needs}
    said = {"to": str(taker.pk), "words": "Quiet day", **notes, **said}
    desk.post("/desk/handover/", {**said, "need": [need.reference for need in needs]})
    return ShiftHandover.objects.first()  # type: ignore[return-value]


def test_a_shift_is_handed_over_and_accepted_in_part(city: City, li: User, wang: User, desk: Client) -> None:
    one, two, kept = needs_in(city, 3)
    ordered(city, one, timedelta(hours=-1))
    for need in (one, two, kept):
        take(need, actor=li)
    page = words_of(desk.get("/desk/handover/"))
    assert page.index(one.reference) < page.index(two.reference), "what is late comes first"
    assert "li works on it." in page, "what happened is told"
    made = written(desk, wang, one, two)
    assert set(Assignment.objects.filter(until=None).values_list("official", flat=True)) == {li.pk}, "still li's"
    theirs, address = signed_in(wang), reverse("handover", args=[made.pk])
    assert "From li" in words_of(theirs.get("/desk/handover/"))
    read = words_of(theirs.get(address))
    assert f"Ring {one.reference} first" in read
    assert "Quiet day" in read
    assert kept.reference not in read
    assert "read " in words_of(desk.get(address)), "the writer sees that it was read"
    answer = reverse("handover-answer", args=[made.pk])
    for _ in range(2):
        theirs.post(answer, {"need": [one.reference], "decline": "1"})
    assert dict(ShiftCase.objects.values_list("need__reference", "state")) == {
        one.reference: "accepted",
        two.reference: "declined",
    }
    now = dict(Assignment.objects.filter(until=None).values_list("need__reference", "official__username"))
    assert now == {one.reference: "wang", two.reference: "li", kept.reference: "li"}
    told = Event.objects.filter(name__startswith="shift.").order_by("at").values_list("name", flat=True)
    assert list(told) == ["shift.handed-over", "shift.answered"], "sent twice it is done once"
    for client in (desk, theirs):
        assert one.reference in words_of(client.get(address)), "both see it later"


def test_nobody_else_reads_a_hand_over_or_answers_it(city: City, li: User, wang: User, desk: Client) -> None:
    [need] = needs_in(city, 1)
    take(need, actor=li)
    made = written(desk, wang, need)
    address, answer = (reverse(name, args=[made.pk]) for name in ("handover", "handover-answer"))
    other = signed_in(official(Role.CASE_WORKER))
    assert other.get(address).status_code == 404
    assert other.post(answer, {"need": need.reference}).status_code == 404
    assert desk.post(answer, {"need": need.reference}).status_code == 403, "the writer does not accept it"
    assert signed_in(wang).post(answer, {"withdraw": "1"}).status_code == 403
    desk.post(answer, {"withdraw": "1"})
    said = words_of(signed_in(wang).post(answer, {"need": need.reference}, follow=True))
    assert "This hand-over was taken back." in said


def test_what_went_to_somebody_else_meanwhile_is_gone(city: City, li: User, wang: User, desk: Client) -> None:
    one, two = needs_in(city, 2)
    for need in (one, two):
        take(need, actor=li)
    made = written(desk, wang, one, two)
    give_back(one, actor=li)
    take(one, actor=official(Role.CASE_WORKER, city.west, "zhao"))
    answer = reverse("handover-answer", args=[made.pk])
    signed_in(wang).post(answer, {"need": [one.reference, two.reference]})
    assert dict(made.cases.values_list("need__reference", "state")) == {
        one.reference: "gone",
        two.reference: "accepted",
    }


def test_bad_input_says_what_is_wrong_and_loses_nothing(city: City, li: User, desk: Client) -> None:
    east = official(Role.CASE_WORKER, city.east, "east")
    both = official(Role.CASE_WORKER, name="both")
    theirs = signed_in(both)
    [need] = needs_in(city, 1)
    take(need, actor=both)
    said = {f"note-{need.reference}": "Mind the dog", "need": need.reference}
    for to, words in (
        ("", "Please choose who goes on."),
        (str(east.pk), f"east has no mandate to work on: {need}"),
    ):
        answer = theirs.post("/desk/handover/", {**said, "to": to})
        assert answer.status_code == 422
        assert words in words_of(answer)
        assert "Mind the dog" in words_of(answer)
    answer = theirs.post("/desk/handover/", {"to": str(li.pk)})
    assert "Please choose at least one case." in words_of(answer)
    assert not ShiftHandover.objects.exists()
