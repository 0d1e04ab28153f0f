"""What can be done to many at once, each with what it asks for, and how it is taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lacarte.kernel.models import Role
from lacarte.loop.needs.models import Need, ReadyAnswer
from lacarte.loop.orders.actions import change
from lacarte.loop.orders.bulk import acts
from lacarte.loop.orders.models import Assignment, Extension, Handover, Order
from lacarte.pages.delivering.forms import VERBS
from lacarte.pages.desk import bulk_forms
from lacarte.registers.menu.models import Offer
from tests.background import work
from tests.city import City, official, signed_in
from tests.pages.desk.many import choose, did, ordered, refused, result, second_offer, states, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("grace")]


def test_the_service_of_many_is_set_and_set_back(city: City, worker: Client) -> None:
    needs = told(city, 2)
    Need.objects.update(type_certainty=0.4)
    act = did(worker, "service", needs, service="lift-repair")
    assert set(Need.objects.values_list("service_type", "type_certainty")) == {(city.lift.number, 1.0)}
    worker.post(f"/desk/many/{act.pk}/undo/")
    work()
    assert set(Need.objects.values_list("service_type", "type_certainty")) == {(city.care.number, 0.4)}


def test_a_service_beyond_the_mandate_is_said_before(city: City) -> None:
    kind = {"service_first": city.care.number, "service_last": city.care.last}
    client = signed_in(official(Role.CASE_WORKER, None, **kind))
    page = choose(client, "service", told(city, 1), service="lift-repair")
    assert "Your mandate does not cover it with this service." in page
    assert "It can be done to none of them." in page


def test_what_was_held_is_passed_on_or_turned_away_and_held_again(city: City, worker: Client) -> None:
    needs = told(city, 3, held="threat")
    page = choose(worker, "release", [*needs[:2], *told(city, 1)])
    assert "This need is not held." in page
    for kind, state in (("release", "open"), ("turn-away", "withdrawn")):
        act = did(worker, kind, needs[:2])
        assert states(needs) == [state, state, "held"]
        worker.post(f"/desk/many/{act.pk}/undo/")
        work()
        assert states(needs) == ["held"] * 3
        assert "2 are taken back." in result(worker, act)


def test_urgency_and_hands_change_and_change_back(city: City, worker: Client) -> None:
    needs = told(city, 2)
    act = did(worker, "urgency", needs, urgency="1", words="A cold night")
    assert set(Need.objects.values_list("urgency", flat=True)) == {1}
    worker.post(f"/desk/many/{act.pk}/undo/")
    work()
    assert set(Need.objects.values_list("urgency", flat=True)) == {None}
    other = official(Role.CASE_WORKER, city.west, name="Bea")
    for kind, said in (("take", {}), ("give", {"to": str(other.pk)})):
        act = did(worker, kind, needs, **said)
        has = Assignment.objects.filter(until=None).values_list("official", flat=True)
        assert set(has) == {act.actor_id if kind == "take" else other.pk}
        worker.post(f"/desk/many/{act.pk}/undo/")
        work()
        assert not Assignment.objects.filter(until=None).exists()


def test_a_ready_answer_reaches_each_in_their_words_and_cannot_be_taken_back(city: City, worker: Client) -> None:
    needs = told(city, 2)
    ReadyAnswer.objects.create(
        code="soon", name={"en": "Soon"}, text={"en": "{reference}: {service} by {done_by}."}
    )
    page = choose(worker, "answer", needs, answer="soon")
    assert "What is sent cannot be taken back." in page
    act = did(worker, "answer", needs, answer="soon")
    assert [need.reference in need.messages.get().text for need in needs] == [True, True]
    assert "Take it all back" not in result(worker, act)
    assert worker.post(f"/desk/many/{act.pk}/undo/", follow=True).status_code == 200
    only = {"name": {"en": "Lifts"}, "text": {"en": "x"}, "service_type": city.lift}
    ReadyAnswer.objects.create(code="lifts", **only)
    assert "This answer is for another service." in choose(worker, "answer", needs, answer="lifts")


def test_a_later_deadline_is_asked_for_and_reasons_are_asked_for_where_they_must_be(
    city: City, worker: Client
) -> None:
    needs = [order.need for order in ordered(city, 2)]
    did(worker, "extension", needs, days="3", reason="more-work")
    assert Extension.objects.filter(state="asked", days=3).count() == 2
    for kind, said in (
        ("extension", {"days": "0", "reason": "more-work"}),
        ("extension", {"days": "3"}),
        ("to-rejected", {}),
        ("urgency", {"urgency": "1"}),
        ("service", {"service": "nothing"}),
        ("answer", {}),
    ):
        chosen = {"act": kind, "need": [needs[0].reference], "preview": "1", **said}
        assert worker.post("/desk/many/choose/", chosen).status_code == 422, kind
    act = did(worker, "to-rejected", needs, reason="full", words="Until Friday")
    assert act.said == {"reason": "full", "words": "Until Friday"}
    assert set(Order.objects.values_list("reason", flat=True)) == {"Until Friday"}


def test_another_provider_is_asked_to_take_over_those_that_it_serves_and_asked_no_more(
    city: City, worker: Client
) -> None:
    orders, other = ordered(city, 2), second_offer(city)
    lift = told(city, 1, service_type=city.lift)
    needs = [order.need for order in orders]
    assert "Please choose a provider." in refused(worker, "handover", needs, words="Two are ill")
    assert "Please say why." in refused(worker, "handover", needs, provider=str(other.offer.provider_id))
    said = {"provider": str(other.offer.provider_id), "words": "Two are ill"}
    change(orders[0], to="cancelled", actor=official(Role.CASE_WORKER), reason="Moved away")
    page = choose(worker, "handover", [*needs, *lift], **said)
    assert [why in page for why in ("This order has ended.", "It has no order.", "Two are ill")] == [True] * 3
    act = did(worker, "handover", needs[1:], **said)
    asked = Handover.objects.get()
    assert (asked.order, asked.target, asked.state, asked.words) == (orders[1], other, "asked", "Two are ill")
    did(worker, "handover", needs[1:], **said)  # asked once already
    assert Handover.objects.count() == 1
    worker.post(f"/desk/many/{act.pk}/undo/")
    work()
    assert Handover.objects.get().state == "withdrawn"


def test_who_does_not_serve_the_place_is_not_asked_to_take_over(city: City, worker: Client) -> None:
    (order,), other = ordered(city, 1), second_offer(city)
    said = {"provider": str(other.offer.provider_id), "words": "Ill"}
    other.serves.set([city.east])
    assert "no other offer that serves it" in choose(worker, "handover", [order.need], **said)
    other.serves.set([city.city])  # and with it what lies within
    assert "It would be done to 1." in choose(worker, "handover", [order.need], **said)
    Offer.objects.filter(pk=other.offer_id).update(until=timezone.localdate() - timedelta(days=1))
    assert "no other offer that serves it" in choose(worker, "handover", [order.need], **said)


def test_every_act_has_a_name_and_every_state_has_an_act() -> None:
    assert (
        set(bulk_forms.LABELS)
        == set(acts.ACTS)
        == {f"to-{state}" for state in VERBS}
        | (set(acts.ACTS) - {kind for kind in acts.ACTS if kind.startswith("to-")})
    )
