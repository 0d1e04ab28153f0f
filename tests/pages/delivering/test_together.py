"""Several bodies at one order, on its page and on that of who helps: each sees its own, and decides it once."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lacarte.kernel import clock
from lacarte.kernel.models import Role, User
from lacarte.loop.orders.actions import change
from lacarte.loop.orders.delivery.together import Part, ask_to_help, change_part, note
from lacarte.loop.orders.models import Contribution, Note, OrderState
from lacarte.pages.delivering.access import as_seen
from lacarte.pages.delivering.together import together
from lacarte.registers.people.models import PersonalRead
from lacarte.registers.providers.models import Provider
from tests.city import official, signed_in
from tests.loop.orders.delivery.at_work import AtWork, member_of

pytestmark = pytest.mark.django_db
P = Contribution.State
HOUR = timedelta(hours=1)


def words_of(page: Any) -> str:
    return unescape(page.content.decode())


def minute(moment: Any) -> str:
    """A moment as a field of a form has it."""
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def asked(at: AtWork, n: int = 1, **other: object) -> dict[str, object]:
    """What is posted to ask the other provider."""
    said = {
        "provider": "q",
        "what": "Bring a ramp",
        "due": minute(clock.now() + 24 * HOUR),
        "sees": "none",
        **other,
    }
    return {f"{n}-{name}": value for name, value in said.items()} | {"rows": n}


@pytest.fixture
def part(at_work: AtWork) -> Contribution:
    """The other provider is asked to bring a ramp, and may read name and phone."""
    due = clock.now() + 24 * HOUR
    return ask_to_help(
        at_work.order, Part(at_work.other.offer.provider, "Bring a ramp", due, None, "part"), actor=at_work.clerk
    )


@pytest.fixture
def helper(at_work: AtWork) -> Client:
    """A member of the provider that is asked to help, signed in."""
    return signed_in(at_work.other_member)


def test_the_lead_and_officials_ask_several_at_once_all_or_none(
    at_work: AtWork, member: Client, clerk: Client
) -> None:
    address = f"/orders/{at_work.order.pk}/parts/new/"
    page = words_of(member.get(address))
    assert "Good Hands (leads it)" in page
    one = asked(at_work, cost="12.50", currency="cny", sees="part")
    more = member.post(address, one | {"more": "yes"})
    assert (more.status_code, words_of(more).count("Bring a ramp")) == (200, 1), "what was written stays"
    wrong = member.post(address, one | asked(at_work, 2, due="soon", provider="nobody", cost="1.234"))
    said = words_of(wrong)
    assert (wrong.status_code, Contribution.objects.count()) == (422, 0)
    for sentence in ("choose a day and a time", "There is no such provider", "smallest coin"):
        assert sentence in said
    done = member.post(address, one | asked(at_work, 2, provider="p", what="Wash"), follow=True)
    assert "2 parts are asked for." in words_of(done)
    made = {row.provider.code: row for row in Contribution.objects.select_related("provider")}
    assert (made["q"].state, str(made["q"].cost), made["q"].sees) == (P.REQUESTED, "12.50 CNY", "part")
    assert made["p"].state == P.ACCEPTED
    assert "Its parts cost 12.50 CNY." in words_of(done)
    clerk.post(address, asked(at_work, what="Drive"))
    assert Contribution.objects.filter(what="Drive").exists()
    assert "Drive" in words_of(clerk.get(f"/desk/needs/{at_work.need.reference}/"))


@pytest.mark.parametrize("wrong", [{"rows": "x"}, {"rows": "999"}, {"rows": "-1"}, {}])
def test_odd_numbers_of_parts_are_no_error(at_work: AtWork, member: Client, wrong: dict[str, object]) -> None:
    assert member.post(f"/orders/{at_work.order.pk}/parts/new/", wrong).status_code == 422


def test_nobody_else_asks_or_learns_of_the_order(at_work: AtWork, part: Contribution, helper: Client) -> None:
    addresses = (
        f"/orders/{at_work.order.pk}/parts/new/",
        f"/orders/{at_work.order.pk}/notes/",
        f"/parts/{part.pk}/call-off/",
    )
    strangers = [
        helper,
        signed_in(official(Role.CASE_WORKER, at_work.city.east)),
        signed_in(User.objects.create_user("x")),
    ]
    for address in addresses:
        assert Client().get(address).status_code == 302
        for client in strangers:
            assert client.get(address).status_code == 404
    reader = signed_in(official(Role.CALL_TAKER, at_work.city.west))
    assert reader.get(addresses[0]).status_code == 403
    assert "Bring a ramp" in words_of(reader.get(f"/desk/needs/{at_work.need.reference}/"))
    assert reader.post(addresses[1], {"text": "x", "readers": "all"}).status_code == 403
    assert reader.post(addresses[2], {"words": "x"}).status_code == 403
    change(at_work.order, to=OrderState.CANCELLED, actor=at_work.clerk, code="not-wanted")
    assert signed_in(at_work.clerk).get(addresses[0]).status_code == 403


def test_a_body_answers_its_part_and_says_how_far_it_is(
    at_work: AtWork, part: Contribution, helper: Client
) -> None:
    listed = words_of(helper.get("/provider/q/parts/"))
    assert "Bring a ramp" in listed
    address = f"/provider/parts/{part.pk}/"
    for to, state in (("accepted", "Accepted"), ("in-progress", "In progress")):
        assert state in words_of(helper.post(f"{address}change/", {"to": to}, follow=True))
    assert "Bring a ramp" in words_of(helper.get("/provider/q/parts/?list=running"))
    done = words_of(helper.post(f"{address}change/", {"to": "completed", "words": "The ramp stands"}, follow=True))
    assert "The ramp stands" in done
    again = helper.post(f"{address}change/", {"to": "rejected", "words": "late"}, follow=True)
    assert "This part is “Done” by now." in words_of(again)
    assert "The ramp stands" in words_of(signed_in(at_work.member).get(f"/provider/orders/{at_work.order.pk}/"))


def test_declining_says_why_and_what_was_written_is_not_lost(part: Contribution, helper: Client) -> None:
    address = f"/provider/parts/{part.pk}/change/"
    assert "Please say why." in words_of(helper.post(address, {"to": "rejected", "words": " "}))
    assert helper.post(address, {"to": "rejected", "words": "no\0"}).status_code == 422
    long = helper.post(address, {"to": "rejected", "words": "x" * 2001})
    assert (long.status_code, "x" * 2001 in words_of(long)) == (422, True)
    assert helper.post(address, {"to": "nowhere"}).status_code == 422
    helper.post(address, {"to": "rejected", "words": "We have no ramp"})
    part.refresh_from_db()
    assert (part.state, part.result) == (P.REJECTED, "We have no ramp")


def test_of_two_colleagues_the_second_sees_what_the_first_did(part: Contribution, helper: Client) -> None:
    address = f"/provider/parts/{part.pk}/change/"
    helper.post(address, {"to": "accepted"})
    assert "This part is “Accepted” by now." in words_of(helper.post(address, {"to": "accepted"}, follow=True))


def test_another_body_a_member_of_nobody_and_officials_are_not_shown_its_page(
    at_work: AtWork, part: Contribution, clerk: Client, member: Client
) -> None:
    third = Provider.objects.create(code="t", name={"en": "Third"}, kind="social", region=at_work.city.west)
    nobody = User.objects.create_user("nobody")
    for client in (signed_in(member_of(third)), signed_in(nobody), clerk, member):
        assert client.get(f"/provider/parts/{part.pk}/").status_code == 404
        assert client.get("/provider/q/parts/").status_code == 404
        for verb in ("change", "person", "notes"):
            assert client.post(f"/provider/parts/{part.pk}/{verb}/", {"to": "accepted"}).status_code == 404
    keeper = official(Role.ADMINISTRATOR, at_work.city.west)
    assert signed_in(keeper).get("/provider/q/parts/").status_code == 404, "who keeps its offers sees no orders"
    part.refresh_from_db()
    assert part.state == P.REQUESTED


@pytest.mark.parametrize(
    ("sees", "shown", "hidden"),
    [
        ("none", [], ["Ann", "ann@example.org", "Plum Lane"]),
        ("part", ["Ann"], ["ann@example.org", "Plum Lane"]),
        ("all", ["Ann", "ann@example.org", "Plum Lane"], []),
    ],
)
def test_it_reads_no_more_of_whose_it_is_than_its_part_allows(
    at_work: AtWork, part: Contribution, helper: Client, sees: str, shown: list[str], hidden: list[str]
) -> None:
    Contribution.objects.filter(pk=part.pk).update(sees=sees)
    type(at_work.need).objects.filter(pk=at_work.need.pk).update(address="3 Plum Lane", text="I fell at home")
    address = f"/provider/parts/{part.pk}/"
    before = words_of(helper.get(address))
    assert not [one for one in (*shown, *hidden, "I fell") if one in before], (
        "nothing is shown before it is asked for"
    )
    assert not PersonalRead.objects.exists()
    assert helper.post(f"{address}person/", {"purpose": "curiosity"}).status_code == 404
    after = words_of(helper.post(f"{address}person/", {"purpose": "arrange the service"}))
    assert [one for one in shown if one in after] == shown
    assert not [one for one in (*hidden, "I fell") if one in after]
    assert PersonalRead.objects.filter(reader=at_work.other_member).exists() == bool(shown)
    change_part(part, to=P.REJECTED, actor=at_work.other_member, words="no time")
    ended = words_of(helper.post(f"{address}person/", {"purpose": "arrange the service"}, follow=True))
    assert "is not shown any more" in ended
    assert not [one for one in (*shown, *hidden) if one in ended]


def test_notes_are_for_all_for_some_or_for_us(
    at_work: AtWork, part: Contribution, member: Client, helper: Client
) -> None:
    ours, theirs = f"/orders/{at_work.order.pk}/notes/", f"/provider/parts/{part.pk}/"
    q = str(part.provider_id)
    for said in ({"text": "To all", "readers": "all"}, {"text": "Alone", "readers": "us"}):
        assert member.post(ours, said).status_code == 302
    assert member.post(ours, {"text": "To them", "readers": "some", "bodies": [q]}).status_code == 302
    none = member.post(ours, {"text": "To whom", "readers": "some"})
    assert (none.status_code, "To whom" in words_of(none)) == (422, True)
    assert helper.post(f"{theirs}notes/", {"text": "", "readers": "all"}).status_code == 422
    assert helper.post(f"{theirs}notes/", {"text": "From us", "readers": "all"}).status_code == 302
    read = words_of(helper.get(theirs))
    assert [one in read for one in ("To all", "To them", "Alone", "From us")] == [True, True, False, True]
    assert "Alone" in words_of(signed_in(at_work.clerk).get(f"/desk/needs/{at_work.need.reference}/"))
    assert Note.objects.get(text="From us").provider_id == part.provider_id
    change_part(part, to=P.REJECTED, actor=at_work.other_member, words="no time")
    assert "To all" not in words_of(helper.get(theirs)), "who does not work on it any more reads nothing of it"
    helper.post(f"{theirs}notes/", {"text": "Still here", "readers": "all"})
    assert not Note.objects.filter(text="Still here").exists()


def test_a_part_is_called_off_with_a_reason_that_its_body_reads(
    part: Contribution, member: Client, helper: Client
) -> None:
    address = f"/parts/{part.pk}/call-off/"
    assert "Bring a ramp" in words_of(member.get(address))
    assert "Please say why." in words_of(member.post(address, {"words": ""}))
    assert member.post(address, {"words": "There is a lift"}).status_code == 302
    assert "There is a lift" in words_of(helper.get(f"/provider/parts/{part.pk}/"))
    assert "by now" in words_of(member.post(address, {"words": "Again"}))


def test_pages_ask_as_little_for_many_parts_as_for_one(at_work: AtWork, helper: Client) -> None:
    due, q = clock.now() + 24 * HOUR, at_work.other.offer.provider
    counted = []
    for many in (1, 5):
        for n in range(many):
            made = ask_to_help(at_work.order, Part(q, f"Part {n}", due), actor=at_work.clerk)
            note(at_work.order, f"Note {n}", actor=at_work.clerk, bodies=[q])
        for look in (
            lambda: together(as_seen(at_work.clerk, at_work.order)),
            lambda: helper.get("/provider/q/parts/"),
            lambda key=made.pk: helper.get(f"/provider/parts/{key}/"),
        ):
            look()
            with CaptureQueriesContext(connection) as queries:
                look()
            counted.append(len(queries))
    assert counted[:3] == counted[3:]
