"""What providers lend: kept on their pages, found for a part of an order, lent and given back by whoever may."""

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
from lacarte.loop.orders.delivery.lending import lend
from lacarte.loop.orders.delivery.together import Part, ask_to_help, change_part
from lacarte.loop.orders.models import Contribution
from lacarte.registers.providers.models import Resource, ResourceHold
from lacarte.registers.providers.resources.holding import free
from lacarte.registers.providers.resources.keeping import add_resource, pause_resource
from tests.city import City, official, signed_in
from tests.loop.orders.delivery.at_work import AtWork

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
VANS = {"kind": "equipment", "name-en": "Van", "name-zh-hans": "货车", "quantity": "3", "currency": "CNY"}


def words_of(page: Any) -> str:
    return unescape(page.content.decode())


def at(hours: int) -> str:
    """So many hours from now, as a field of a form has it."""
    return timezone.localtime(clock.now() + hours * HOUR).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def part(at_work: AtWork) -> Contribution:
    """The other provider is asked to help."""
    wanted = Part(at_work.other.offer.provider, "Bring a ramp", clock.now() + 24 * HOUR)
    return ask_to_help(at_work.order, wanted, actor=at_work.clerk)


@pytest.fixture
def helper(at_work: AtWork) -> Client:
    """A member of the provider that is asked to help, signed in."""
    return signed_in(at_work.other_member)


@pytest.fixture
def van(at_work: AtWork) -> Resource:
    """Two vans of whoever leads the order."""
    ours = at_work.city.offer.offer.provider
    return add_resource(ours, kind="equipment", name={"en": "Van"}, quantity=2, actor=None)


def test_a_provider_says_what_it_lends_changes_it_and_pauses_it(city: City, member: Client) -> None:
    assert "Nothing yet" in words_of(member.get("/provider/p/resources/"))
    assert "Van" in words_of(member.post("/provider/p/resources/new/", VANS, follow=True))
    van = Resource.objects.get()
    assert (van.name, van.quantity) == ({"en": "Van", "zh-hans": "货车"}, 3)
    address = f"/provider/resources/{van.pk}/"
    seen = member.get(address).context["form"]["seen"].value()
    said = {"name-en": "Bus", "name-zh-hans": "客车", "quantity": "4", "seen": seen}
    assert "holds from now on" in words_of(member.post(address, said, follow=True))
    late = member.post(address, said | {"quantity": "9"})
    assert (late.status_code, "it is “Bus × 4” by now" in words_of(late)) == (422, True)
    assert 'value="9"' in words_of(late), "what was written stays, and can be kept now"
    again = said | {"quantity": "9", "seen": late.context["form"]["seen"].value()}
    assert member.post(address, again).status_code == 302
    assert "No more of it is lent" in words_of(member.post(f"{address}pause/", {"to": "pause"}, follow=True))
    assert "Paused" in words_of(member.get("/provider/p/resources/"))
    assert "lent again" in words_of(member.post(f"{address}pause/", {"to": "resume"}, follow=True))


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": ""},
        {"name-en": "", "name-zh-hans": ""},
        {"name-en": "x\0"},
        {"quantity": "0"},
        {"quantity": "many"},
        {"quantity": str(10**12)},
        {"kind": "funds", "currency": "XYZ"},
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(city: City, member: Client, wrong: dict[str, str]) -> None:
    page = member.post("/provider/p/resources/new/", VANS | wrong)
    assert (page.status_code, page.context["form"].errors != {}) == (422, True)
    assert not Resource.objects.exists()


def test_others_find_no_page_of_what_a_provider_lends(
    city: City, van: Resource, helper: Client, clerk: Client
) -> None:
    for client in (helper, clerk, signed_in(User.objects.create_user("nobody"))):
        for address in ("p/resources/", "p/resources/new/", f"resources/{van.pk}/"):
            assert client.get(f"/provider/{address}").status_code == 404
        assert client.post(f"/provider/resources/{van.pk}/pause/").status_code == 404
    assert signed_in(official(Role.ADMINISTRATOR, city.west)).get("/provider/p/resources/").status_code == 200


def test_an_official_lends_what_is_free_and_the_loan_is_seen_by_all_it_concerns(
    at_work: AtWork, part: Contribution, van: Resource, clerk: Client, member: Client, helper: Client
) -> None:
    address, when = f"/parts/{part.pk}/lend/", {"since": at(1), "until": at(3), "units": "2"}
    assert "Show what is free" in words_of(clerk.get(address))
    assert "Van" in words_of(clerk.get(address, when))
    wanted = when | {"resource": str(van.pk)}
    lent = words_of(clerk.post(address, wanted, follow=True))
    assert "Good Hands lends: Van × 2." in lent
    assert "Give it back" in lent
    too_few = words_of(clerk.get(address, when))
    assert "too few" in too_few
    again = clerk.post(address, wanted)
    assert (again.status_code, "2 asked for, 0 free" in words_of(again)) == (422, True)
    assert "Van × 2" in words_of(helper.get(f"/provider/parts/{part.pk}/"))
    listed = words_of(member.get("/provider/p/resources/"))
    assert "Provider q" in listed
    one = words_of(member.get(f"/provider/resources/{van.pk}/"))
    assert at_work.need.reference in one
    hold = ResourceHold.objects.get()
    stranger = signed_in(User.objects.create_user("x"))
    assert stranger.post(f"/lent/{hold.pk}/back/").status_code == 403
    back = member.post(f"/lent/{hold.pk}/back/", {"resource": "yes"}, follow=True)
    assert "given back, and free for others" in words_of(back)
    assert "This is back already." in words_of(helper.post(f"/lent/{hold.pk}/back/", follow=True))


def test_a_body_lends_what_is_its_own_and_finds_nothing_else(
    at_work: AtWork, part: Contribution, van: Resource, helper: Client
) -> None:
    fund = add_resource(part.provider, kind="funds", name={"en": "Fund"}, quantity=100, actor=None)
    address, when = f"/parts/{part.pk}/lend/", {"since": at(1), "until": at(3), "units": "60"}
    page = words_of(helper.get(address, when))
    assert [one in page for one in ("Fund", "Van")] == [True, False]
    assert "not lent any more" in words_of(helper.post(address, when | {"resource": str(van.pk)}))
    assert "not lent any more" in words_of(helper.post(address, when | {"resource": "x"}))
    assert helper.post(address, when | {"resource": str(fund.pk)}).status_code == 302
    assert ResourceHold.objects.get().ends_at is None, "money is spent, whatever the time"
    assert free(fund, clock.now(), None) == 40


@pytest.mark.parametrize(
    "wrong", [{"since": "soon"}, {"until": "2000-01-01T00:00"}, {"units": "0"}, {"units": "x"}, {"kind": "ship"}]
)
def test_odd_wishes_are_told_where_they_are_wrong(
    part: Contribution, van: Resource, clerk: Client, wrong: dict[str, str]
) -> None:
    asked = {"since": at(1), "until": at(3), "units": "1", **wrong}
    assert clerk.get(f"/parts/{part.pk}/lend/", asked).status_code == 422
    assert clerk.post(f"/parts/{part.pk}/lend/", asked | {"resource": str(van.pk)}).status_code == 422
    assert not ResourceHold.objects.exists()


def test_nothing_is_lent_for_what_has_ended_or_is_paused(
    at_work: AtWork, part: Contribution, van: Resource, clerk: Client
) -> None:
    address, when = f"/parts/{part.pk}/lend/", {"since": at(1), "until": at(3), "units": "1"}
    pause_resource(van, paused=True, actor=None)
    assert "There is nothing like this" in words_of(clerk.get(address, when))
    change_part(part, to=Contribution.State.REJECTED, actor=at_work.other_member, words="no")
    assert clerk.get(address).status_code == 404
    for client in (
        signed_in(User.objects.create_user("x")),
        signed_in(official(Role.CASE_WORKER, at_work.city.east)),
    ):
        assert client.get(address).status_code == 404
    assert clerk.post(f"/lent/{part.pk}/back/").status_code == 404


def test_what_is_lent_is_listed_in_as_many_queries_whatever_there_is(
    at_work: AtWork, part: Contribution, member: Client, clerk: Client
) -> None:
    counted, now = [], clock.now()
    looks = ("/provider/p/resources/", f"/parts/{part.pk}/lend/?since={at(1)}&until={at(3)}&units=1")
    for many in (1, 4):
        for n in range(many):
            one = add_resource(
                at_work.city.offer.offer.provider, kind="staff", name={"en": f"Crew {n}"}, quantity=2, actor=None
            )
            lend(part, one, units=1, since=now, until=now + HOUR, actor=at_work.clerk)
        for client, address in zip((member, clerk), looks, strict=True):
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counted.append(len(queries))
    assert counted[:2] == counted[2:]
