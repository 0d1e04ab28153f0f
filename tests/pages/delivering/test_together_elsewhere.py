"""What residents, planners and auditors see of work done together; and what a provider proposes to leave out."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from lacarte.kernel import clock
from lacarte.kernel.models import Role, User
from lacarte.kernel.money import Money
from lacarte.loop.orders.actions import change
from lacarte.loop.orders.delivery.answering import waiting_for
from lacarte.loop.orders.delivery.handing_over import ask_to_take_over
from lacarte.loop.orders.delivery.lending import lend
from lacarte.loop.orders.delivery.together import Part, change_part, note, split
from lacarte.loop.orders.models import Contribution, OrderState
from lacarte.loop.voice import exclusions
from lacarte.loop.voice.models import Exclusion
from lacarte.registers.providers.models import Provider
from lacarte.registers.providers.resources.keeping import add_resource
from tests.city import official, signed_in
from tests.loop.orders.delivery.at_work import AtWork

pytestmark = pytest.mark.django_db
P = Contribution.State


def words_of(page: Any) -> str:
    return unescape(page.content.decode())


@pytest.fixture
def parts(at_work: AtWork) -> list[Contribution]:
    """Two bodies are asked, a third lends a van; there is a note."""
    third = Provider.objects.create(code="t", name={"en": "Third"}, kind="social", region=at_work.city.west)
    due, q = clock.now() + timedelta(days=1), at_work.other.offer.provider
    asked = [Part(q, "Bring a ramp", due, Money("CNY", 1250)), Part(third, "Look in", due, Money("CNY", 750))]
    made = split(at_work.order, asked, actor=at_work.clerk)
    note(at_work.order, "They owe money", actor=at_work.clerk, for_all=True)
    van = add_resource(third, kind="equipment", name={"en": "Van"}, quantity=1, actor=None)
    lend(made[0], van, units=1, since=clock.now(), until=due, actor=at_work.clerk)
    return made


def test_residents_see_who_helps_with_what_and_whom_to_ask(at_work: AtWork, parts: list[Contribution]) -> None:
    assert at_work.person.user is not None
    resident, address = signed_in(at_work.person.user), f"/needs/{at_work.need.reference}/"
    assert "Who helps with it" not in words_of(resident.get(address)), "nobody has said yes"
    change_part(parts[0], to=P.ACCEPTED, actor=at_work.other_member)
    page = words_of(resident.get(address))
    assert "Bring a ramp" in page
    assert "Good Hands answers you for all of them." in page
    assert not [one for one in ("Look in", "They owe money", "12.50") if one in page]
    assert "Bring a ramp" not in words_of(Client().get(address)), (
        "whoever knows the reference alone reads none of it"
    )


def test_planners_and_auditors_see_who_lent_what_to_whom_and_the_costs_of_a_case(
    at_work: AtWork, parts: list[Contribution]
) -> None:
    for role in (Role.PLANNER, Role.AUDITOR):
        page = words_of(signed_in(official(role, at_work.city.west)).get("/unmet/together/"))
        for told in ("20 CNY", "Van × 1", "Third", "Provider q", at_work.need.reference):
            assert told in page
        assert not [one for one in ("Bring a ramp", "They owe money", "Ann") if one in page]
    elsewhere = words_of(signed_in(official(Role.PLANNER, at_work.city.east)).get("/unmet/together/"))
    assert "done by one provider alone so far" in elsewhere
    for client in (signed_in(at_work.clerk), signed_in(at_work.member)):
        assert client.get("/unmet/together/").status_code == 403


def test_a_body_finds_on_its_first_page_all_that_it_was_written_to_about(
    at_work: AtWork, parts: list[Contribution]
) -> None:
    change(at_work.order, to=OrderState.RECEIVED, actor=at_work.clerk)
    asked = ask_to_take_over(at_work.fresh(), at_work.other, actor=at_work.clerk, words="Two are ill")
    lead, helper = at_work.city.offer.offer.provider, at_work.other.offer.provider
    for provider, user, numbers, links in (
        (lead, at_work.member, (1, 0, 0), [f"/provider/orders/{at_work.order.pk}/"]),
        (helper, at_work.other_member, (0, 1, 1), [f"/provider/parts/{parts[0].pk}/", f"/handovers/{asked.pk}/"]),
    ):
        written = waiting_for(provider)
        assert tuple(written.numbers().values()) == numbers
        assert waiting_for(provider, member=user).numbers() == written.numbers()
        page = words_of(signed_in(user).get(f"/provider/{provider.code}/"))
        assert [link for link in links if f'href="{link}"' in page] == links
    official_of_it = official(Role.ADMINISTRATOR, at_work.city.west)
    assert not any(waiting_for(helper, member=official_of_it).numbers().values())
    assert "Bring a ramp" not in words_of(signed_in(official_of_it).get(f"/provider/{helper.code}/"))


def test_a_provider_proposes_to_leave_an_order_out_and_reads_what_was_decided(
    at_work: AtWork, member: Client
) -> None:
    address = f"/provider/orders/{at_work.order.pk}/leave-out/"
    assert member.get(address).status_code == 404, "nobody has answered it yet"
    change(at_work.order, to=OrderState.ACCEPTED, actor=at_work.member)
    said = {"reason": "force-majeure", "words": "The road was flooded"}
    assert member.post(address, said | {"words": " "}).status_code == 422
    wrong = member.post(address, said | {"reason": "unhappy"})
    assert (wrong.status_code, "The road was flooded" in words_of(wrong)) == (422, True)
    assert "Somebody else decides." in words_of(member.post(address, said, follow=True))
    assert "proposed already" in words_of(member.post(address, said))
    made = Exclusion.objects.get()
    assert made.proposed_by == at_work.member
    exclusions.decide(made, approve=False, words="The road was open", actor=at_work.clerk)
    page = words_of(member.get(address))
    assert "The road was open" in page
    for client in (
        signed_in(at_work.other_member),
        signed_in(User.objects.create_user("x")),
        signed_in(at_work.clerk),
    ):
        assert client.get(address).status_code == 404
