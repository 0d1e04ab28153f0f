"""A reference that was drawn before is drawn again."""

from __future__ import annotations

import pytest

from lacarte.loop.needs import actions
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel, Need
from lacarte.registers.people.models import Person
from tests.city import build


@pytest.mark.django_db
def test_a_reference_that_is_taken_costs_nobody_their_need(monkeypatch: pytest.MonkeyPatch) -> None:
    city = build()
    first = receive(text="stuck", channel=Channel.WEB, service_type=city.lift)
    field = Need._meta.get_field("reference")
    monkeypatch.setattr(field, "_get_default", lambda: first.reference)
    drawn = iter([first.reference, "4444-4444"])
    monkeypatch.setattr(actions, "new_reference", lambda: next(drawn))
    ada = Person(name="Ada")
    second = receive(text="fell", channel=Channel.WEB, service_type=city.care, person=ada)
    assert second.reference == "4444-4444"
    assert Need.objects.get(reference="4444-4444").person == ada
