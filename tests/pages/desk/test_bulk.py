"""Many at once: what would happen is shown first, each is done alone, and all is taken back together."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lacarte.kernel.events import describe, timeline
from lacarte.kernel.models import Role
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel, Message, Need, ReadyAnswer
from lacarte.loop.orders.actions import change, place_order
from lacarte.loop.orders.bulk import acts, doing
from lacarte.loop.orders.models import Assignment, BulkAct, BulkStep, Extension, Handover, Order
from lacarte.pages.delivering.forms import VERBS
from lacarte.pages.desk import bulk, bulk_forms
from lacarte.registers.menu.models import Offer, OfferAtPlace
from lacarte.registers.providers.models import Provider
from tests.background import work
from tests.city import City, official, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _grace() -> None:
    settings.CONFIGURED["undo_minutes"] = 10


@pytest.fixture
def worker(city: City) -> Client:
    return signed_in(official(Role.CASE_WORKER, city.west))


def told(city: City, n: int = 3, *, where: str = "west", **said: object) -> list[Need]:
    values = {"service_type": city.care, "region": getattr(city, where), "channel": Channel.WEB, **said}
    return [receive(text=f"help with washing {k}", **values) for k in range(n)]


def ordered(city: City, n: int = 3, **said: str) -> list[Order]:
    return [place_order(need, offer_at_place=city.offer) for need in told(city, n, **said)]


def choose(client: Client, act: str, needs: list[Need], **said: str) -> str:
    references = [need.reference for need in needs]
    reply = client.post("/desk/many/choose/", {"act": act, "need": references, "preview": "1", **said})
    assert reply.status_code == 200, reply.content.decode()[:3000]
    return unescape(reply.content.decode())


def refused(client: Client, act: str, needs: list[Need], **said: str) -> str:
    """The page that asks again."""
    chosen = {"act": act, "need": [need.reference for need in needs], "preview": "1", **said}
    reply = client.post("/desk/many/choose/", chosen)
    assert reply.status_code == 422
    return unescape(reply.content.decode())


def second_offer(city: City) -> OfferAtPlace:
    """The same service, of another provider."""
    provider = Provider.objects.create(code="q", name={"en": "Kind Hands"}, kind="social", region=city.west)
    offer = Offer.objects.create(code="q", service_type=city.care, provider=provider, name={"en": "Kind care"})
    return OfferAtPlace.objects.create(offer=offer, region=city.west, longitude=122.05, latitude=28.05)


def form_of(page: str) -> dict[str, list[str]]:
    """What the button “Do it” sends."""
    form = page[page.index('action="/desk/many/do/"') :]
    form = form[: form.index("</form>")]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="(\w+)" value="(.*?)">', form):
        found.setdefault(name, []).append(value)
    return found


def did(client: Client, act: str, needs: list[Need], **said: str) -> BulkAct:
    """Chosen, looked at, and done."""
    reply = client.post("/desk/many/do/", form_of(choose(client, act, needs, **said)))
    assert reply.status_code == 302
    work()
    return BulkAct.objects.get(pk=reply.headers["Location"].split("/")[-2])


def result(client: Client, act: BulkAct) -> str:
    return unescape(client.get(f"/desk/many/{act.pk}/").content.decode())


def states(needs: list[Need]) -> list[str]:
    return [Need.objects.get(pk=need.pk).state for need in needs]


def test_it_says_to_how_many_it_would_be_done_and_to_which_not_and_why(city: City, worker: Client) -> None:
    orders, waiting = ordered(city, 2), told(city, 1)
    change(orders[1], to="accepted", actor=official(Role.CASE_WORKER))
    page = choose(worker, "to-accepted", [*(order.need for order in orders), *waiting])
    assert "It would be done to 1." in page
    assert "An order that is “Accepted” cannot become “Accepted”." in page
    assert "It has no order." in page
    assert "For 10 minutes you can take it all back." in page
    assert Order.objects.filter(state="accepted").count() == 1  # nothing is done by looking


def test_each_is_done_and_one_event_names_how_many(city: City, worker: Client) -> None:
    orders = ordered(city, 3)
    act = did(worker, "to-accepted", [order.need for order in orders])
    assert set(Order.objects.values_list("state", flat=True)) == {"accepted"}
    (event,) = timeline(act.pk)
    assert describe(event) == "Done to 3 at once, and not to 0."
    assert event.actor == act.actor
    page = result(worker, act)
    assert "3 are done." in page
    assert "Take it all back" in page
    assert page.count("Done</span>") == 3


def test_a_bad_one_stops_none_of_the_others(city: City, worker: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = ordered(city, 3)
    page = choose(worker, "to-accepted", [order.need for order in orders])
    change(orders[0], to="received", actor=official(Role.CASE_WORKER, name="Bea"))
    whole = acts.change

    def fails(order: Order, **how: object) -> Order:
        if order.pk == orders[1].pk:
            raise RuntimeError("the disk is full")
        return whole(order, **how)

    monkeypatch.setattr(acts, "change", fails)
    worker.post("/desk/many/do/", form_of(page))
    work()
    act = BulkAct.objects.get()
    assert [step.state for step in act.steps.all()] == ["refused", "refused", "done"]
    shown = result(worker, act)
    assert "Bea changed this" in shown
    assert "Something went wrong" in shown
    assert "disk" not in shown
    assert "1 is done. 2 could not be done." in shown


def test_all_of_it_is_taken_back_but_what_has_gone_on_since(city: City, worker: Client) -> None:
    orders = ordered(city, 3)
    act = did(worker, "to-accepted", [order.need for order in orders])
    change(Order.objects.get(pk=orders[0].pk), to="in-progress", actor=official(Role.CASE_WORKER))
    worker.post(f"/desk/many/{act.pk}/undo/")
    worker.post(f"/desk/many/{act.pk}/undo/")
    work()
    found = [Order.objects.get(pk=order.pk).state for order in orders]
    assert found == ["in-progress", "requested", "requested"]
    page = result(worker, act)
    assert "2 are taken back. 1 could not be taken back." in page
    assert "This was changed meanwhile" in page
    assert "Take it all back" not in page
    assert [describe(event) for event in timeline(act.pk)][1:] == ["Taken back of 2 at once, and not of 1."]


def test_sent_twice_it_is_done_once(city: City, worker: Client) -> None:
    needs = told(city, 2)
    form = form_of(choose(worker, "answer", needs, answer=ReadyAnswer.objects.filter(service_type=None)[0].code))
    first, second = (worker.post("/desk/many/do/", form) for _ in range(2))
    work()
    worker.post("/desk/many/do/", form)
    work()
    assert first.headers["Location"] == second.headers["Location"]
    assert Message.objects.filter(incoming=False, author__isnull=False).count() == 2
    other = signed_in(official(Role.CASE_WORKER))
    assert other.post("/desk/many/do/", form).status_code == 403
    assert other.get(first.headers["Location"]).status_code == 404
    assert other.post(f"{first.headers['Location']}undo/").status_code == 404


def test_a_killed_worker_leaves_the_rest_to_the_next(
    city: City, worker: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = ordered(city, 3)
    form = form_of(choose(worker, "to-accepted", [order.need for order in orders]))
    worker.post("/desk/many/do/", form)
    act, whole = BulkAct.objects.get(), doing._keep
    turns: list[BulkStep] = []

    def dies(act: BulkAct, step: BulkStep, *args: object, **how: object) -> None:
        turns.append(step)
        if len(turns) == 2:
            raise KeyboardInterrupt
        whole(act, step, *args, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(doing, "_keep", dies)
    with pytest.raises(KeyboardInterrupt):
        doing.do_all({"act": str(act.pk)})
    assert "It is being done" in result(worker, act)
    doing.do_all({"act": str(act.pk)})
    assert [step.state for step in act.steps.all()] == ["done"] * 3
    assert Order.objects.filter(state="accepted", version=1).count() == 3


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


def test_no_more_than_so_many_are_taken_and_it_says_so(
    city: City, worker: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST", 2)
    needs = told(city, 3)
    page = choose(worker, "take", needs)
    assert "at most 2 are done at once" in page
    assert len(form_of(page)["row"]) == 2
    first = worker.post("/desk/many/choose/", {"act": "take", "all": "on", "list": "waiting"}).content.decode()
    assert "at most 2 are done at once" in first
    assert len(form_of(unescape(first))["row"]) == 2


def test_all_of_a_list_of_orders_is_chosen_as_it_was_filtered(city: City, worker: Client) -> None:
    orders = ordered(city, 2)
    change(orders[0], to="accepted", actor=official(Role.CASE_WORKER))
    asked = {"act": "to-in-progress", "from": "orders", "all": "on", "state": "accepted"}
    page = unescape(worker.post("/desk/many/choose/", asked).content.decode())
    assert orders[0].need.reference in page
    assert orders[1].need.reference not in page
    one = {"act": "to-accepted", "from": "orders", "order": str(orders[1].pk)}
    assert "It would be done to 1." in worker.post("/desk/many/choose/", one).content.decode()


def test_nobody_reaches_beyond_their_mandate(city: City, worker: Client) -> None:
    west, east = told(city, 1), told(city, 1, where="east")
    page = choose(worker, "take", [*west, *east])
    assert east[0].reference not in page
    form = form_of(page)
    form["row"][0] = form["row"][0].replace(west[0].pk.hex, east[0].pk.hex)
    worker.post("/desk/many/do/", form)
    work()
    assert not Assignment.objects.exists()
    reader = signed_in(official(Role.CALL_TAKER))
    for address in ("/desk/many/choose/", "/desk/many/do/"):
        assert reader.post(address, {"act": "take", "need": west[0].reference}).status_code == 403
    assert 'name="need"' not in reader.get("/desk/?list=waiting").content.decode()


@pytest.mark.parametrize(
    "said", [{}, {"act": "take"}, {"act": "nonsense", "need": "x"}, {"act": "take", "order": "x", "key": "y"}]
)
def test_nothing_chosen_is_said_on_the_list(worker: Client, said: dict[str, str]) -> None:
    assert "Please" in worker.post("/desk/many/choose/", said, follow=True).content.decode()


@pytest.mark.parametrize("row", ["", "[]", "{}", "null", '["x","",{}]', "[1,2,3]", '["a","b",{"version":1}]'])
def test_a_form_that_was_tampered_with_does_nothing(city: City, worker: Client, row: str) -> None:
    for key in (str(uuid4()), "7"):
        said = {"act": "take", "key": key, "row": row}
        assert "nothing was done" in worker.post("/desk/many/do/", said, follow=True).content.decode()
    assert not BulkAct.objects.exists()


def test_looking_asks_as_often_for_many_as_for_one(city: City, worker: Client) -> None:
    needs = [order.need for order in ordered(city, 12)]

    def asked(some: list[Need]) -> int:
        with CaptureQueriesContext(connection) as seen:
            choose(worker, "to-accepted", some)
        return len(seen)

    few = asked(needs[:1])
    assert asked(needs) == few > 5
    act = did(worker, "to-accepted", needs[:1])
    with CaptureQueriesContext(connection) as one:
        result(worker, act)
    act = did(worker, "to-accepted", needs[1:])
    with CaptureQueriesContext(connection) as many:
        result(worker, act)
    assert len(many) == len(one) > 5


def test_every_act_has_a_name_and_every_state_has_an_act() -> None:
    assert (
        set(bulk_forms.LABELS)
        == set(acts.ACTS)
        == {f"to-{state}" for state in VERBS}
        | (set(acts.ACTS) - {kind for kind in acts.ACTS if kind.startswith("to-")})
    )


def test_it_is_listed_what_one_did_lately(city: City, worker: Client) -> None:
    assert "Nothing yet." in worker.get("/desk/many/").content.decode()
    act = did(worker, "take", told(city, 1))
    assert f"/desk/many/{act.pk}/" in worker.get("/desk/many/").content.decode()
