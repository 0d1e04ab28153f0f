"""Mandates that an official enters: by whom, for whom, on what proof; ended, objected to, decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import Q

from lacarte.kernel import clock
from lacarte.kernel.events import timeline
from lacarte.kernel.models import Role, User
from lacarte.kernel.permissions import Action
from lacarte.loop.needs.queries import people_seen_by
from lacarte.registers.people import entering, mandates
from lacarte.registers.people.mandates import MandateRefusedError
from lacarte.registers.people.models import Household, Mandate, Person
from tests.city import City, official

pytestmark = pytest.mark.django_db


@dataclass
class Two:
    """Mo in the west, who has an account, and Lin, who shall act for them."""

    mo: Person
    lin: Person
    worker: User

    @property
    def within(self) -> Q:
        return people_seen_by(self.worker, Action.KEEP_MANDATES, Action.KEEP_MANDATES)

    def enter(self, **more: Any) -> Mandate:
        said = {"kind": "guardian", "since": clock.now(), "until": None, "evidence": "Court of Lanwan, 3 C 17/26"}
        return entering.enter(self.mo, self.lin, **(said | {"actor": self.worker, "within": self.within} | more))

    def user(self, who: str) -> User:
        user = getattr(self, who).user
        assert user is not None
        return user


@pytest.fixture
def two(city: City) -> Two:
    home = Household.objects.create(region=city.west)
    mo = Person.objects.create(user=User.objects.create_user("mo"), name="Mo", household=home)
    lin = Person.objects.create(user=User.objects.create_user("lin"), name="Lin")
    return Two(mo, lin, official(Role.CASE_WORKER, city.west))


def test_an_official_enters_it_and_the_holder_acts(two: Two) -> None:
    mandate = two.enter()
    assert mandates.mandate_of(two.user("lin"), mandate.pk) == mandate
    assert (mandate.entered_by, mandate.evidence) == (two.worker, "Court of Lanwan, 3 C 17/26")
    assert [one.name for one in timeline(two.mo.pk)] == ["people.mandate-given"]


def test_entered_again_it_is_one_with_a_new_end(two: Two) -> None:
    until = clock.now() + timedelta(days=90)
    assert two.enter() == two.enter(until=until)
    assert Mandate.objects.get().until == until


def test_one_that_begins_later_holds_from_then_on(two: Two) -> None:
    begins = clock.now() + timedelta(days=3)
    mandate = two.enter(since=begins)
    assert list(mandates.held_by(two.user("lin"))) == []
    with clock.stopped_at(begins + timedelta(hours=1)):
        assert list(mandates.held_by(two.user("lin"))) == [mandate]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "family"},
        {"kind": "x"},
        {"evidence": " "},
        {"evidence": "x" * 301},
        {"evidence": "a\0"},
        {"until": clock.now() - timedelta(days=1)},
        {"since": clock.now() + timedelta(days=9), "until": clock.now() + timedelta(days=8)},
    ],
)
def test_what_cannot_be_says_why_and_changes_nothing(two: Two, wrong: dict[str, Any]) -> None:
    with pytest.raises(MandateRefusedError):
        two.enter(**wrong)
    two.lin = two.mo
    with pytest.raises(MandateRefusedError):
        two.enter()
    assert not Mandate.objects.exists()


@pytest.mark.parametrize("role", [Role.CALL_TAKER, Role.PLANNER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_nobody_without_the_right_enters_one(two: Two, role: Role) -> None:
    actor = official(role)
    for within in (two.within, people_seen_by(actor, Action.KEEP_MANDATES, Action.KEEP_MANDATES)):
        with pytest.raises(PermissionDenied):
            two.enter(actor=actor, within=within)


def test_nor_an_official_of_elsewhere_nor_one_whose_own_mandate_has_ended(two: Two, city: City) -> None:
    mandate = two.enter()
    entering.object_to(mandate, reason="I can do it myself.", actor=two.user("mo"))
    for actor in (
        official(Role.CASE_WORKER, city.east),
        official(Role.CASE_WORKER, city.west, until=clock.now() - timedelta(seconds=1)),
    ):
        within = people_seen_by(actor, Action.KEEP_MANDATES, Action.KEEP_MANDATES)
        with pytest.raises(PermissionDenied):
            two.enter(actor=actor, within=within)
        with pytest.raises(PermissionDenied):
            entering.end(mandate, actor=actor, within=within)
        with pytest.raises(PermissionDenied):
            entering.answer(mandate, upheld=True, words="Yes.", actor=actor, within=within)
        assert not entering.objections(within).exists()
    assert list(entering.objections(two.within)) == [mandate]


def test_an_official_ends_it_once(two: Two) -> None:
    mandate = two.enter()
    for _ in range(2):
        entering.end(mandate, actor=two.worker, within=two.within)
    assert list(mandates.held_by(two.user("lin"))) == []
    assert len(timeline(two.mo.pk)) == 2
    assert entering.lately_ended(two.mo) == [mandate]


def test_one_by_law_is_not_taken_back_but_objected_to_and_stands_until_decided(two: Two) -> None:
    mandate = two.enter()
    with pytest.raises(MandateRefusedError, match="object"):
        mandates.withdraw(mandate, actor=two.user("mo"))
    entering.object_to(mandate, reason="I can do it myself.", actor=two.user("mo"))
    assert list(mandates.held_by(two.user("lin"))) == [mandate]
    with pytest.raises(MandateRefusedError, match="already"):
        entering.object_to(mandate, reason="Again.", actor=two.user("mo"))
    entering.answer(mandate, upheld=True, words="The court has ended it.", actor=two.worker, within=two.within)
    assert list(mandates.held_by(two.user("lin"))) == []
    with pytest.raises(MandateRefusedError, match="before"):
        entering.answer(mandate, upheld=False, words="No.", actor=two.worker, within=two.within)


def test_what_stands_can_be_objected_to_anew(two: Two) -> None:
    mandate = two.enter()
    entering.object_to(mandate, reason="One.", actor=two.user("mo"))
    entering.answer(mandate, upheld=False, words="The court says so.", actor=two.worker, within=two.within)
    assert list(mandates.held_by(two.user("lin"))) == [mandate]
    entering.object_to(mandate, reason="Two.", actor=two.user("mo"))
    assert entering.objections(two.within).get().answer == ""


def test_another_ends_at_once_when_it_is_objected_to_and_the_desk_hears_why(two: Two) -> None:
    mandate = two.enter(kind="case-worker")
    entering.object_to(mandate, reason="I do not know them.", actor=two.user("mo"))
    assert list(mandates.held_by(two.user("lin"))) == []
    assert entering.objections(two.within).get().objection == "I do not know them."


def test_its_holder_gives_any_up(two: Two) -> None:
    mandate = two.enter()
    mandates.withdraw(mandate, actor=two.user("lin"))
    assert list(mandates.held_by(two.user("lin"))) == []


def test_nobody_else_objects_and_there_has_to_be_something(two: Two) -> None:
    mandate = two.enter()
    for actor in (two.user("lin"), two.worker):
        with pytest.raises(PermissionDenied):
            entering.object_to(mandate, reason="No.", actor=actor)
    for reason in ("", "x" * 1001, "a\0"):
        with pytest.raises(MandateRefusedError):
            entering.object_to(mandate, reason=reason, actor=two.user("mo"))
    own = mandates.give(two.mo, two.lin, kind="helper", until=None, actor=two.user("mo"))
    entering.end(mandate, actor=two.worker, within=two.within)
    for one in (mandate, own):
        with pytest.raises(MandateRefusedError, match="nothing to object to"):
            entering.object_to(one, reason="No.", actor=two.user("mo"))
