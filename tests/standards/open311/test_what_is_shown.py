"""Nothing that was sent is printed as it came: codes are those of the city, answers those of the question."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from lacarte.loop.needs.models import Need
from lacarte.registers.menu.models import Attribute
from tests.standards.open311.cases import ANSWERS, GOOD, ROOT, asking_city, tell

pytestmark = pytest.mark.django_db
SECRET = "Call Mary Jones 415-555-0100"


def shown(client: Client, need: Need) -> dict[str, Any]:
    one: dict[str, Any] = client.get(f"{ROOT}/requests/{need.reference}.json?extensions=true").json()[0]
    return one


def test_a_code_that_the_gazetteer_does_not_have_is_not_public(client: Client) -> None:
    asking_city()
    client.post(f"{ROOT}/requests.json", {**GOOD, **ANSWERS, "address_id": SECRET})
    need = Need.objects.get()
    assert need.origin["address_id"] == SECRET, "kept for officials"
    assert shown(client, need)["address_id"] is None


def test_what_is_no_choice_no_number_and_no_day_is_no_public_answer(client: Client) -> None:
    city = asking_city()
    answers = {"STATE": SECRET, "WHO": ["wheels", SECRET], "FLOORS": SECRET, "SINCE": SECRET}
    said = shown(client, tell(city, answers=answers))["extended_attributes"]["answers"]
    assert said == [
        {"code": "WHO", "label": "Who is hindered?", "values": [{"key": "wheels", "name": "On wheels"}]}
    ]


def test_a_choice_that_is_gone_is_public_no_more(client: Client) -> None:
    city = asking_city()
    need = tell(city, answers={"STATE": "stuck", "FLOORS": "12", "SINCE": "2026-01-31T09:30:00+08:00"})
    codes = [one["code"] for one in shown(client, need)["extended_attributes"]["answers"]]
    assert codes == ["FLOORS", "SINCE", "STATE"]
    Attribute.objects.filter(code="STATE").update(values=[{"key": "slow", "name": {"en": "Slowly"}}])
    codes = [one["code"] for one in shown(client, need)["extended_attributes"]["answers"]]
    assert codes == ["FLOORS", "SINCE"]


def test_an_insult_in_the_address_is_held_and_not_public(client: Client) -> None:
    asking_city()
    insult = "You are all a bunch of bastards"
    client.post(f"{ROOT}/requests.json", {**GOOD, **ANSWERS, "address_string": insult})
    need = Need.objects.get()
    assert need.state == Need.State.HELD
    assert shown(client, need)["address"] is None
