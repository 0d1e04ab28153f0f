"""The page on which every part of an order stands, and who may open it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import BundleOrder
from tests.background import work
from tests.loop.bundled import Menu, need_of
from tests.pages.ordering import (
    ALL,
    answer,
    begin,
    order_page,
    send,
    to_the_check,
)

pytestmark = pytest.mark.django_db


def test_sent_twice_it_is_one(menu: Menu, client: Client) -> None:
    to_the_check(client, "birth")
    token = str(client.session["order-draft"])
    first = send(client)
    again = client.post(reverse("order-check"), {"draft": token})
    assert again["Location"] == reverse("order", args=[first.secret])
    assert BundleOrder.objects.count() == 1
    assert client.post(reverse("order-check"), {"draft": "another"})["Location"] == reverse("order-new")


def test_a_part_is_left_out_and_another_cancelled_on_the_page(menu: Menu, client: Client) -> None:
    to_the_check(client, *ALL)
    bundle = send(client)
    parts = {part.service_type.code: part for part in bundle.parts.all()}
    client.post(reverse("order-part", args=[bundle.secret, parts["insurance"].pk]), {"act": "stop"})
    shown = order_page(client, bundle)
    assert "You left this out" in shown
    assert "What this was to come after was cancelled or left out." in shown
    client.post(reverse("order-part", args=[bundle.secret, parts["benefit"].pk]), {"act": "again"})
    work()
    client.post(reverse("order-part", args=[bundle.secret, parts["birth"].pk]), {"act": "stop"})
    work()
    assert need_of(bundle, "birth").state == Need.State.WITHDRAWN
    assert need_of(bundle, "benefit").state != Need.State.WITHDRAWN
    shown = client.post(
        reverse("order-part", args=[bundle.secret, parts["birth"].pk]), {"act": "again"}, follow=True
    ).content.decode()
    assert "does not wait to be tried again" in shown


def test_a_wrong_link_opens_nothing_and_a_part_of_another_order_is_not_changed(menu: Menu, client: Client) -> None:
    to_the_check(client, "birth")
    bundle = send(client)
    assert client.get(reverse("order", args=["x" * 32])).status_code == 404
    other = reverse("order-part", args=[bundle.secret, menu.offers["birth"].pk])
    assert client.post(other, {"act": "stop"}).status_code == 404


def test_the_private_link_opens_its_needs_too(menu: Menu, client: Client) -> None:
    to_the_check(client, "birth")
    bundle = send(client)
    stranger = Client()
    need = reverse("need", args=[need_of(bundle, "birth").reference])
    assert "Write to us about this" not in stranger.get(need).content.decode()
    order_page(stranger, bundle)
    assert "Write to us about this" in stranger.get(need).content.decode()


def test_the_private_link_of_one_need_tells_nothing_of_the_others(menu: Menu, client: Client) -> None:
    to_the_check(client, "birth")
    bundle = send(client)
    need = need_of(bundle, "birth")
    assert bundle.secret in client.get(reverse("order", args=[bundle.secret])).content.decode()
    assert bundle.secret in client.get(reverse("need", args=[need.reference])).content.decode()
    stranger = Client()
    shown = stranger.get(reverse("open-need", args=[need.secret]), follow=True).content.decode()
    assert "Write to us about this" in shown
    assert bundle.secret not in shown


def test_who_is_no_person_is_read_first(menu: Menu, client: Client) -> None:
    begin(client, "birth")
    answer(client, "who", region="w", subject="buy now")
    answer(client, "offers")
    assert need_of(send(client), "birth").state == Need.State.HELD


def test_in_chinese(menu: Menu, client: Client) -> None:
    client.cookies["django_language"] = "zh-hans"
    with override("zh-hans"):
        assert "孩子出生" in client.get(reverse("order-new"), {"event": "child"}).content.decode()
        to_the_check(client, *ALL)
        bundle = send(client)
        assert "中Birth registration" in order_page(client, bundle)
        assert need_of(bundle, "birth").language == "zh-hans"


def test_the_page_asks_as_much_whatever_is_ordered(
    menu: Menu, client: Client, django_assert_max_num_queries: object
) -> None:
    counts = []
    for services in (("birth",), ALL):
        other = Client()
        to_the_check(other, *services, query="&".join(f"service={one}" for one in services))
        bundle = send(other)
        order_page(other, bundle)
        with CaptureQueriesContext(connection) as asked:
            order_page(other, bundle)
        counts.append(len(asked))
    assert counts[0] == counts[1]
