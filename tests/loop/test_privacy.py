"""Everybody may read what was written about a place, without what is personal in it."""

from __future__ import annotations

import pytest
from django.utils import translation

from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Need, Understanding
from lacarte.loop.needs.understanding.privacy import public_text
from tests import city as towns

pytestmark = pytest.mark.django_db
TEXT = "电梯坏了，我叫张建国，电话13800138000"


@pytest.fixture
def need() -> Need:
    city = towns.build()
    return receive(text=TEXT, channel="web", service_type=city.lift, longitude=122.05, latitude=28.05)


def test_the_kinds_are_said_in_the_language_of_the_reader(need: Need) -> None:
    assert public_text(need) == "电梯坏了，我叫[name]，电话[phone]"
    with translation.override("zh-hans"):
        hidden = public_text(need)
    assert "张建国" not in hidden and "138" not in hidden


def test_what_a_person_marked_is_hidden_beside_what_is_found_now(need: Need) -> None:
    Understanding.objects.filter(need=need).update(personal=[[0, 2, "name"]])
    need = Need.objects.select_related("understanding").get(pk=need.pk)
    assert public_text(need) == "[name]坏了，我叫[name]，电话[phone]"


@pytest.mark.parametrize("kept", [[[50, 90, "name"]], [[3, 1, "name"]], [[0, 4, "name"], [2, 6, "phone"]]])
def test_spans_that_do_not_fit_the_text_are_found_anew(need: Need, kept: list) -> None:
    Understanding.objects.filter(need=need).update(personal=kept)
    need = Need.objects.get(pk=need.pk)
    assert public_text(need) == "电梯坏了，我叫[name]，电话[phone]"


def test_a_need_that_was_never_read_is_read_now(need: Need) -> None:
    Understanding.objects.filter(need=need).delete()
    assert public_text(Need.objects.get(pk=need.pk)) == "电梯坏了，我叫[name]，电话[phone]"


def test_nothing_of_a_person_or_of_a_need_that_is_held_is_public(need: Need) -> None:
    need.state = Need.State.HELD
    assert public_text(need) == ""
    need.state, need.subject = Need.State.OPEN, "person"
    assert public_text(need) == ""
