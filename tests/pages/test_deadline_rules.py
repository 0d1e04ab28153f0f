"""Officials keep the rules of deadlines: they see which counts, and what a change does before it is kept."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lacarte.kernel.models import OfficialMandate, Role, User
from lacarte.loop.orders.delivery.rules import set_rule
from lacarte.loop.orders.models import DeadlineRule, Order
from tests.background import work
from tests.city import City, official, signed_in
from tests.loop.orders.delivery.at_work import AtWork

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_work(city: City) -> AtWork:
    return AtWork.of(city)


def said(**changes: Any) -> dict[str, Any]:
    """The form of a new rule as a browser sends it."""
    times = {"contact": "0", "contact_unit": "hours", "resolution": "0", "resolution_unit": "hours"}
    return {"service": "home-care", "region": "w", "urgency": "", "reason": "by council", **times, **changes}


def looked_at(shown: str, prefix: str = "") -> str:
    """What the page sends back to say that it was looked at."""
    found = re.search(rf'name="{prefix}looked_at" value="(\w{{64}})"', shown)
    assert found, shown
    return found[1]


def kept(client: Client, address: str, form: dict[str, Any], prefix: str = "") -> str:
    """Look at what the form does, keep it, and return the page that is shown then."""
    first = client.post(address, form)
    assert first.status_code == 200, first.content.decode()
    sign = looked_at(first.content.decode(), prefix)
    last = client.post(address, {**form, f"{prefix}looked_at": sign}, follow=True)
    assert last.redirect_chain, last.content.decode()
    return last.content.decode()


def test_they_are_read_at_the_desk_and_set_by_those_who_may(city: City) -> None:
    rule = set_rule(
        DeadlineRule(region=city.west, service_type=city.care, contact=1, resolution=3),
        actor=official(Role.PLANNER),
    )
    for role in (Role.CALL_TAKER, Role.CASE_WORKER):
        reader = signed_in(official(role))
        listed = reader.get(reverse("deadlines"))
        assert "Home care · West" in listed.content.decode()
        assert "New rule" not in listed.content.decode()
        one = reader.get(reverse("deadline", args=[rule.pk])).content.decode()
        assert "3 working days" in one
        assert "Keep it" not in one
        assert reader.get(reverse("deadline-new")).status_code == 403
    assert signed_in(User.objects.create_user("ada")).get(reverse("deadlines")).status_code == 403
    assert Client().get(reverse("deadlines")).status_code == 302
    assert signed_in(official(Role.PLANNER)).get(reverse("deadline", args=[uuid4()])).status_code == 404


def test_what_a_rule_does_is_seen_and_only_then_it_is_kept(at_work: AtWork) -> None:
    client = signed_in(official(Role.PLANNER))
    address = reverse("deadline-new")
    seen = client.post(address, said()).content.decode()
    assert "Looked at, not kept yet" in seen
    assert "It is about 1 order under way. The deadlines of 1 move." in seen
    assert "1 order</li>" in seen
    assert at_work.need.reference not in seen, "a planner sees how many, not whose"
    assert not DeadlineRule.objects.exists()
    other = client.post(address, said(resolution="9", looked_at=looked_at(seen))).content.decode()
    assert "Looked at, not kept yet" in other, "what was changed since is looked at again"
    assert not DeadlineRule.objects.exists()
    page = kept(client, address, said())
    assert "The rule is kept." in page
    assert "Reason: by council" in page
    assert "Set: answered within 0 working hours, done within 0 working hours" in " ".join(page.split())
    work()
    assert Order.objects.get(pk=at_work.order.pk).contact_due < at_work.order.contact_due


def test_who_may_read_the_orders_sees_some_of_them(at_work: AtWork) -> None:
    both = official(Role.PLANNER)
    mine = both.mandates.get()
    OfficialMandate.objects.create(
        holder=both,
        role=Role.CASE_WORKER,
        region_first=mine.region_first,
        region_last=mine.region_last,
        until=mine.until,
    )
    seen = signed_in(both).post(reverse("deadline-new"), said()).content.decode()
    assert at_work.need.reference in seen


def test_a_rule_is_changed_and_removed_with_its_history(at_work: AtWork) -> None:
    planner = official(Role.PLANNER, name="pia")
    rule = set_rule(
        DeadlineRule(region=at_work.city.west, service_type=at_work.city.care, contact=1, resolution=3),
        actor=planner,
    )
    client, address = signed_in(planner), reverse("deadline", args=[rule.pk])
    form = {k: v for k, v in said().items() if k not in ("service", "region", "urgency")}
    form |= {"version": rule.changed_at.isoformat(), "since": "2030-01-07", "legal_basis": "Act, § 5"}
    page = kept(client, address, form)
    words = "done within 0 working hours, for orders sent from 7 January 2030 on (Act, § 5)"
    assert f"done within 3 working days → answered within 0 working hours, {words}" in " ".join(page.split())
    stale = client.post(address, form)
    again = client.post(address, {**form, "looked_at": looked_at(stale.content.decode())})
    assert again.status_code == 422
    assert "pia changed this rule meanwhile" in again.content.decode()
    assert "Act, § 5" in again.content.decode(), "what was typed is still there"
    end = kept(client, address, {"act": "remove", "remove-reason": "not needed"}, "remove-")
    assert "The rule is removed." in end
    assert "Removed: answered within 0 working hours" in " ".join(end.split())
    assert "Reason: not needed" in end
    assert not DeadlineRule.objects.exists()


def test_two_who_set_the_same_rule_do_not_overwrite_each_other(city: City) -> None:
    client, address = signed_in(official(Role.PLANNER)), reverse("deadline-new")
    seen = client.post(address, said()).content.decode()
    set_rule(
        DeadlineRule(region=city.west, service_type=city.care, contact=1, resolution=3),
        actor=official(Role.PLANNER),
    )
    late = client.post(address, said(looked_at=looked_at(seen)))
    assert late.status_code == 422
    assert "There is a rule for this service, region and class already." in late.content.decode()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"reason": " "}, "Please say why."),
        ({"contact": "x"}, "Please give a whole number from 0 to 10000."),
        ({"resolution": "-1"}, "Please give a whole number from 0 to 10000."),
        ({"contact": "3", "resolution": "2"}, "What is done cannot be due before it is answered."),
        ({"since": "soon"}, "Enter a valid date."),
        ({"region": "nowhere"}, "Select a valid choice"),
        ({"region": "e"}, "Your account has no mandate"),
        ({"reason": "\0"}, "Null characters"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost(city: City, wrong: dict[str, str], told: str) -> None:
    client = signed_in(official(Role.PLANNER, city.west))
    answer = client.post(reverse("deadline-new"), said(legal_basis="Act, § 5", **wrong))
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert "Act, § 5" in answer.content.decode()
    assert not DeadlineRule.objects.exists()


def test_the_page_says_which_rule_counts_and_why(city: City) -> None:
    planner = official(Role.PLANNER)
    wide = set_rule(DeadlineRule(region=city.city, service_type=city.area, contact=2, resolution=9), actor=planner)
    near = set_rule(DeadlineRule(region=city.west, service_type=city.care, contact=1, resolution=3), actor=planner)
    client = signed_in(official(Role.CALL_TAKER))

    def asked(**query: str) -> str:
        return " ".join(client.get(f"{reverse('deadlines')}?{urlencode(query)}").content.decode().split())

    west = asked(service="home-care", region="w")
    counts = west.split("<ol>")[1].split("</ol>")[0]
    assert counts.index(str(near.pk)) < counts.index(str(wide.pk))
    assert counts.index('<span class="tag good">counts</span>') < counts.index(
        "It names the service more exactly than the next."
    )
    assert "Without it the service&#x27;s own days count." in counts
    assert "Sent now, an order is to be answered by" in west
    east = asked(service="home-care", region="e", urgency="0")
    assert str(near.pk) not in east.split("<ol>")[1].split("</ol>")[0]
    lift = unescape(asked(service="lift-repair", region="e"))
    assert "Without it the service's own days count." in lift
    assert str(wide.pk) in lift.split("<ol>")[1].split("</ol>")[0]
    assert client.get(f"{reverse('deadlines')}?service=nothing").status_code == 400


def test_the_list_asks_for_any_number_of_rules_as_often(city: City) -> None:
    planner = official(Role.PLANNER)
    client = signed_in(official(Role.CALL_TAKER))
    client.get(reverse("deadlines"))
    counts = []
    for urgency in (None, 0, 1, 2):
        set_rule(
            DeadlineRule(
                region=city.west, service_type=city.care, priority_class=urgency, contact=1, resolution=3
            ),
            actor=planner,
        )
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("deadlines"))
        counts.append(len(asked))
    assert len(set(counts)) == 1, counts
