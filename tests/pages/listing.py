"""The menu of one person as a resident sees it, for the tests of it."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from lacarte.registers.entitlement.models import EvidenceType, Requirement
from lacarte.registers.menu.bundles import Item, set_bundle
from lacarte.registers.menu.models import LifeEvent
from tests.city import City


def a_fall(city: City) -> LifeEvent:
    """A fall: care, which is for people of 60 or more who live here, and a lift, which is for everybody."""
    made = LifeEvent.objects.create(
        code="fall", name={"en": "I had a fall", "zh-hans": "我摔倒了"}, description={"en": "At home or outside."}
    )
    set_bundle(made, [Item("home-care", why={"en": "So that somebody helps you wash."}), Item("lift-repair")])
    old = rule(city, "age", "at-least", 60, "From the age of 60.")
    old.proofs.add(EvidenceType.objects.create(code="id", name={"en": "Identity card", "zh-hans": "身份证"}))
    rule(city, "resident", "is", True, "Who lives in this city.", order=2)
    return made


def rule(city: City, fact: str, comparison: str, value: Any, text: str, order: int = 1) -> Requirement:
    """A requirement of home care."""
    return Requirement.objects.create(
        service_type=city.care,
        code=fact,
        circumstance=fact,
        comparison=comparison,
        value=value,
        text={"en": text},
        order=order,
    )


def listed(client: Client, **said: Any) -> str:
    """The page of a list."""
    reply = client.get(reverse("menu-list"), said)
    assert reply.status_code == 200
    return str(reply.content.decode())


def answer(client: Client, kind: str, value: str, **more: str) -> Any:
    """Answer the question of a list."""
    return client.post(reverse("menu-answer"), {"kind": kind, "value": value, **more})
