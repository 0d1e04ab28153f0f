"""Many at once: what would happen is shown first, each is done alone, and all is taken back together."""

from __future__ import annotations

from html import unescape
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lacarte.kernel.events import describe, timeline
from lacarte.kernel.models import Role
from lacarte.loop.needs.models import Message, Need, ReadyAnswer
from lacarte.loop.orders.actions import change
from lacarte.loop.orders.bulk import acts, doing
from lacarte.loop.orders.models import Assignment, BulkAct, BulkStep, Order
from lacarte.pages.desk import bulk
from tests.background import work
from tests.city import City, official, signed_in
from tests.pages.desk.many import choose, did, form_of, ordered, result, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("grace")]


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


def test_it_is_listed_what_one_did_lately(city: City, worker: Client) -> None:
    assert "Nothing yet." in worker.get("/desk/many/").content.decode()
    act = did(worker, "take", told(city, 1))
    assert f"/desk/many/{act.pk}/" in worker.get("/desk/many/").content.decode()
