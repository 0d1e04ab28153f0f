"""What people's data are used for is theirs to say: given for a purpose and a time, and taken back as easily."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from lacarte.kernel import clock
from lacarte.kernel.events import timeline
from lacarte.kernel.models import Event, User
from lacarte.registers.people.consenting import (
    HEALTH,
    PURPOSES,
    ConsentRefusedError,
    consented,
    consents_of,
    give,
    withdraw,
)
from lacarte.registers.people.events import CircumstancesChanged
from lacarte.registers.people.models import Circumstance, Consent, Household, Person
from lacarte.registers.people.saying import remember
from tests.city import City

pytestmark = pytest.mark.django_db


@pytest.fixture
def mo() -> Person:
    return Person.objects.create(user=User.objects.create_user("mo"), name="Mo")


def who(purpose: str) -> list[Person]:
    return list(Person.objects.filter(consented(purpose)))


def test_it_holds_from_now_on_for_its_purpose_until_its_day(mo: Person) -> None:
    (consent,) = give(mo, ["find-support"], actor=mo.user)
    assert (who("find-support"), who("find-care")) == ([mo], [])
    assert consent.until == pytest.approx(clock.now() + timedelta(days=365), abs=timedelta(minutes=1))
    with clock.stopped_at(consent.until):
        assert who("find-support") == []
    with clock.stopped_at(consent.given_at - timedelta(seconds=1)):
        assert who("find-support") == []


def test_taken_back_it_ends_at_once_and_can_be_given_anew(mo: Person) -> None:
    give(mo, PURPOSES, actor=mo.user)
    assert withdraw(mo, "find-care", actor=mo.user)
    assert (who("find-support"), who("find-care")) == ([mo], [])
    assert not withdraw(mo, "find-care", actor=mo.user), "there is nothing more to take back"
    give(mo, ["find-care"], actor=mo.user)
    assert who("find-care") == [mo]
    assert [one.name for one in timeline(mo.pk)] == [
        *["people.consent-given"] * 2,
        "people.consent-withdrawn",
        "people.consent-given",
    ]


def test_given_twice_it_is_one_that_holds_longer(mo: Person) -> None:
    give(mo, ["find-support"], actor=mo.user)
    with clock.stopped_at(clock.now() + timedelta(days=100)):
        give(mo, ["find-support"], actor=mo.user)
    assert Consent.objects.get().until > clock.now() + timedelta(days=460)
    standing = {code: consent for code, _purpose, consent in consents_of(mo)}
    assert standing["find-support"] is not None and standing["find-care"] is None


def test_nobody_consents_for_somebody_else_or_to_what_there_is_not(mo: Person) -> None:
    lin = User.objects.create_user("lin")
    for verb in (
        lambda actor: give(mo, ["find-support"], actor=actor),
        lambda a: withdraw(mo, "find-care", actor=a),
    ):
        with pytest.raises(PermissionDenied):
            verb(lin)
    with pytest.raises(ConsentRefusedError):
        give(mo, ["sell-it"], actor=mo.user)
    with pytest.raises(PermissionDenied):
        give(Person.objects.create(), ["find-support"], actor=lin)
    assert not Consent.objects.exists()


def test_health_is_left_out_where_the_purpose_does_not_say_it() -> None:
    assert PURPOSES["find-support"].leaves_out == HEALTH and not PURPOSES["find-care"].leaves_out


def test_what_somebody_says_is_told_to_later_stages_without_saying_what(city: City, mo: Person) -> None:
    mo.household = Household.objects.create(region=city.west)
    mo.save()
    remember(mo, {"pregnant": True, "age": 30})
    assert remember(mo, {"age": 30}) == [], "nothing new"
    (record,) = Event.objects.filter(name=CircumstancesChanged.name)
    event = CircumstancesChanged.from_payload(record.payload)
    assert (record.stream, event.person) == (mo.pk, mo.pk)
    assert sorted(event.facts) == sorted(str(pk) for pk in Circumstance.objects.values_list("pk", flat=True))
    assert "pregnant" not in str(record.payload)
