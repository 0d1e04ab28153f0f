"""Whoever has nothing of their own to tell may follow what everybody may see."""

from __future__ import annotations

import pytest

from lacarte.loop.needs.cases.following import FollowingRefusedError, follow, unfollow
from lacarte.loop.needs.models import Follower, Need
from lacarte.registers.people.models import Person
from tests.city import City
from tests.loop.joined import S, sentences, told

pytestmark = pytest.mark.django_db


def test_following_is_done_once_and_undone(city: City) -> None:
    bob = Person.objects.create(name="Bob")
    need = told(city, person=Person.objects.create(name="Ann"))
    assert follow(need, bob) == follow(need, bob)
    assert Follower.objects.count() == 1
    unfollow(need, bob)
    unfollow(need, bob)
    assert sentences(need)[1:] == [
        "Somebody else follows how this goes.",
        "Somebody does not follow this any more.",
    ]


def test_only_what_everybody_may_see_is_followed(city: City) -> None:
    bob = Person.objects.create(name="Bob")
    with pytest.raises(FollowingRefusedError, match="needs of places"):
        follow(told(city, service_type=city.care), bob)
    held = told(city, 1)
    Need.objects.filter(pk=held.pk).update(state=S.HELD)
    held.refresh_from_db()
    with pytest.raises(FollowingRefusedError, match="everybody may see"):
        follow(held, bob)
    with pytest.raises(FollowingRefusedError, match="yourself"):
        follow(told(city, 2, person=bob), bob)
