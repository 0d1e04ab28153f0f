"""Who may act for whom: given by the principal alone, until a day or until taken back, and written down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from lacarte.kernel import clock
from lacarte.kernel.events import timeline
from lacarte.kernel.models import User
from lacarte.registers.people import mandates
from lacarte.registers.people.mandates import MandateRefusedError
from lacarte.registers.people.models import Household, Mandate, Person, PersonalRead
from tests.city import City

pytestmark = pytest.mark.django_db


def account(name: str, **more: object) -> tuple[User, Person]:
    user = User.objects.create_user(name.lower())
    return user, Person.objects.create(user=user, name=name, **more)


def test_the_principal_gives_it_and_the_holder_acts(city: City) -> None:
    (mo_user, mo), (lin_user, lin) = account("Mo"), account("Lin")
    mandate = mandates.give(mo, lin, kind="helper", until=None, actor=mo_user)
    assert list(mandates.held_by(lin_user)) == list(mandates.given_by(mo)) == [mandate]
    assert mandates.mandate_of(lin_user, mandate.pk) == mandate
    assert list(mandates.held_by(mo_user)) == []
    assert [one.name for one in timeline(mo.pk)] == ["people.mandate-given"]


def test_given_again_it_is_one_with_a_new_end(city: City) -> None:
    (mo_user, mo), (_, lin) = account("Mo"), account("Lin")
    until = clock.now() + timedelta(days=9)
    for end in (None, until):
        mandates.give(mo, lin, kind="helper", until=end, actor=mo_user)
    assert Mandate.objects.get().until == until


def test_nobody_else_gives_it_and_not_every_kind_can_be_given(city: City) -> None:
    (mo_user, mo), (lin_user, lin) = account("Mo"), account("Lin")
    with pytest.raises(PermissionDenied):
        mandates.give(mo, lin, kind="helper", until=None, actor=lin_user)
    for principal, holder, kind, until in (
        (mo, mo, "helper", None),
        (mo, lin, "guardian", None),
        (mo, lin, "helper", clock.now()),
    ):
        with pytest.raises(MandateRefusedError):
            mandates.give(principal, holder, kind=kind, until=until, actor=mo_user)
    assert not Mandate.objects.exists()


@pytest.mark.parametrize("who", ["principal", "holder"])
def test_either_ends_it_and_nobody_else(city: City, who: str) -> None:
    (mo_user, mo), (lin_user, lin), (other, _) = account("Mo"), account("Lin"), account("Else")
    mandate = mandates.give(mo, lin, kind="family", until=None, actor=mo_user)
    with pytest.raises(PermissionDenied):
        mandates.withdraw(mandate, actor=other)
    for _twice in range(2):
        mandates.withdraw(mandate, actor=mo_user if who == "principal" else lin_user)
    assert not mandates.held_by(lin_user).exists()
    with pytest.raises(PermissionDenied):
        mandates.mandate_of(lin_user, mandate.pk)
    assert [one.name for one in timeline(mo.pk)] == ["people.mandate-given", "people.mandate-withdrawn"]


def test_it_holds_from_its_beginning_to_its_end(city: City) -> None:
    (_, mo), (lin_user, lin) = account("Mo"), account("Lin")
    now = clock.now()
    since, until = now - timedelta(days=1), now + timedelta(days=1)
    Mandate.objects.create(holder=lin, principal=mo, kind="guardian", since=since, until=until)
    held = []
    for moment in (since - timedelta(seconds=1), since, until - timedelta(seconds=1), until):
        with clock.stopped_at(moment):
            held.append(mandates.held_by(lin_user).exists())
    assert held == [False, True, True, False]


def test_a_parent_acts_for_a_child_until_it_is_of_age(city: City) -> None:
    user, lin = account("Lin", household=Household.objects.create(region=city.west))
    year = clock.now().year
    for _twice in range(2):
        mandate = mandates.add_child(lin, name=" Bao ", birth_year=year, actor=user)
    child = mandate.principal
    assert (child.name, child.birth_year, child.household) == ("Bao", year, lin.household)
    assert mandate.until is not None
    assert mandate.until.year == year + 19, "the last who is born in that year is eighteen then"
    assert Person.objects.filter(name="Bao").count() == 1
    for name, born in (("", year), ("Old", year - 19), ("Soon", year + 1)):
        with pytest.raises(MandateRefusedError):
            mandates.add_child(lin, name=name, birth_year=born, actor=user)
    with pytest.raises(PermissionDenied):
        mandates.add_child(lin, name="Bao", birth_year=year, actor=account("Else")[0])


def test_acts_are_written_down_one_by_one_and_looks_once_an_hour(city: City) -> None:
    (mo_user, mo), (lin_user, lin) = account("Mo"), account("Lin")
    mandate = mandates.give(mo, lin, kind="helper", until=None, actor=mo_user)
    for purpose in (mandates.LOOK, mandates.LOOK, mandates.ORDER, mandates.ORDER):
        mandates.note_act(mandate, actor=lin_user, purpose=purpose)
    read = PersonalRead.objects.filter(person=mo, reader=lin_user).values_list("purpose", flat=True)
    assert sorted(read) == sorted([mandates.LOOK, mandates.ORDER, mandates.ORDER])


@pytest.mark.parametrize(
    ("name", "contact", "found"),
    [
        ("Lin Bao", "lin@example.org", True),
        ("  lin  bao ", "LIN@example.org", True),
        ("Lin Bao", "+86 138 0013 8000", True),
        ("Lin Bao", "13800138000", True),
        ("Lin Bao", "other@example.org", False),
        ("Bao", "lin@example.org", False),
        ("Lin Bao", "8000", False),
        ("Lin Bao", "", False),
        ("", "lin@example.org", False),
        ("Gone", "gone@example.org", False),
    ],
)
def test_somebody_is_found_by_name_and_contact_together(city: City, name: str, contact: str, found: bool) -> None:
    _user, lin = account("Lin Bao", email="lin@example.org", phone="138-0013-8000")
    Person.objects.create(name="Gone", email="gone@example.org")
    assert mandates.with_account(name, contact) == (lin if found else None)
