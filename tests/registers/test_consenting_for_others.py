"""Who acts for somebody by law says for them what their data are used for, until the mandate or childhood ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils import timezone

from lacarte.kernel import clock
from lacarte.kernel.models import Role, User
from lacarte.registers.people import entering, mandates
from lacarte.registers.people.consenting import consented, consents_of, give, withdraw
from lacarte.registers.people.mandates import MandateRefusedError
from lacarte.registers.people.models import Consent, Household, Mandate, Person, PersonalRead
from tests.city import City, official

pytestmark = pytest.mark.django_db
SUPPORT = "find-support"


@pytest.fixture
def lin() -> Person:
    return Person.objects.create(user=User.objects.create_user("lin"), name="Lin")


@pytest.fixture
def bao(city: City) -> Person:
    """A child of four, without an account."""
    home = Household.objects.create(region=city.west)
    return Person.objects.create(name="Bao", birth_year=clock.now().year - 4, household=home)


def by_law(holder: Person, principal: Person, kind: str = "parent", **more: Any) -> Mandate:
    official_one = User.objects.get_or_create(username="official")[0]
    return Mandate.objects.create(
        holder=holder, principal=principal, kind=kind, **{"entered_by": official_one, **more}
    )


def found(purpose: str = SUPPORT) -> list[Person]:
    return list(Person.objects.filter(consented(purpose)))


@pytest.mark.parametrize("kind", ["parent", "guardian"])
def test_who_acts_by_law_gives_and_withdraws_and_the_principal_sees_who_did(
    kind: str, lin: Person, bao: Person
) -> None:
    mandate = by_law(lin, bao, kind)
    (consent,) = give(bao, [SUPPORT], actor=lin.user)
    assert (consent.mandate, found()) == (mandate, [bao])
    assert {code: one for code, _purpose, one in consents_of(bao)}[SUPPORT] == consent
    assert withdraw(bao, SUPPORT, actor=lin.user) and found() == []
    logged = PersonalRead.objects.filter(person=bao, reader=lin.user, purpose=mandates.CONSENT, fields="consents")
    assert logged.count() == 2, "each act is written down"


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "family", "entered_by": None},
        {"kind": "helper"},
        {"kind": "case-worker"},
        {"kind": "parent", "entered_by": None},
        {"kind": "guardian", "until": datetime(2020, 1, 1, tzinfo=timezone.get_default_timezone())},
        {"kind": "guardian", "since": datetime(2090, 1, 1, tzinfo=timezone.get_default_timezone())},
    ],
)
def test_nobody_else_does(wrong: dict[str, Any], lin: Person, bao: Person) -> None:
    by_law(lin, bao, **wrong)
    assert not mandates.held_by_law(lin.user).exists()
    for verb in (
        lambda: give(bao, [SUPPORT], actor=lin.user),
        lambda: withdraw(bao, SUPPORT, actor=lin.user),
    ):
        with pytest.raises(PermissionDenied):
            verb()
    assert not Consent.objects.exists() and not PersonalRead.objects.exists()


def test_nor_does_a_mandate_reach_from_the_principal_to_the_holder(lin: Person, bao: Person) -> None:
    bao.user = User.objects.create_user("bao")
    bao.save()
    by_law(lin, bao)
    with pytest.raises(PermissionDenied):
        give(lin, [SUPPORT], actor=bao.user)


def test_it_ends_at_once_with_the_mandate(lin: Person, bao: Person) -> None:
    mandate = by_law(lin, bao)
    give(bao, [SUPPORT], actor=lin.user)
    mandates.withdraw(mandate, actor=lin.user)
    assert found() == []
    assert {one for _code, _purpose, one in consents_of(bao)} == {None}


def test_it_is_given_no_longer_than_the_mandate_lasts(lin: Person, bao: Person) -> None:
    until = clock.now() + timedelta(days=9)
    by_law(lin, bao, until=until)
    assert give(bao, [SUPPORT], actor=lin.user)[0].until == until


def test_a_parents_ends_when_the_child_comes_of_age_however_the_mandate_reads(lin: Person, bao: Person) -> None:
    year = clock.now().year
    Person.objects.filter(pk=bao.pk).update(birth_year=year - 18)
    mandate = by_law(lin, bao)
    (consent,) = give(bao, [SUPPORT], actor=lin.user)
    of_age = mandates.of_age_on(year - 18)
    assert consent.until == min(of_age, consent.given_at + timedelta(days=365)) == of_age
    Consent.objects.update(until=None)
    with clock.stopped_at(of_age - timedelta(seconds=1)):
        assert found() == [bao] and mandates.by_law(mandate)
    with clock.stopped_at(of_age):
        assert found() == [] and not mandates.by_law(Mandate.objects.get())
        with pytest.raises(PermissionDenied):
            give(bao, [SUPPORT], actor=lin.user)


def test_a_guardians_goes_on(lin: Person, bao: Person) -> None:
    Person.objects.filter(pk=bao.pk).update(birth_year=clock.now().year - 30)
    by_law(lin, bao, "guardian")
    give(bao, [SUPPORT], actor=lin.user)
    assert found() == [bao]


def test_a_parent_of_whom_nobody_knows_when_they_were_born_acts_until_a_day(lin: Person, bao: Person) -> None:
    Person.objects.filter(pk=bao.pk).update(birth_year=None)
    mandate = by_law(lin, bao)
    assert not mandates.held_by_law(lin.user).exists()
    mandate.until = clock.now() + timedelta(days=9)
    mandate.save()
    assert list(mandates.held_by_law(lin.user)) == [mandate]


def test_who_has_come_of_age_may_take_the_mandate_back(lin: Person, bao: Person) -> None:
    bao.user, bao.birth_year = User.objects.create_user("bao"), clock.now().year - 19
    bao.save()
    mandate = by_law(lin, bao)
    mandates.withdraw(mandate, actor=bao.user)
    assert not mandates.given_by(bao).exists()


def test_what_the_principal_consents_to_themselves_is_theirs(lin: Person, bao: Person) -> None:
    bao.user = User.objects.create_user("bao")
    bao.save()
    mandate = by_law(lin, bao, "guardian")
    (given,) = give(bao, [SUPPORT], actor=lin.user)
    (own,) = give(bao, [SUPPORT], actor=bao.user)
    assert (own.pk, own.mandate) == (given.pk, None), "now it is their own word"
    give(bao, [SUPPORT], actor=lin.user)
    assert Consent.objects.get().mandate is None
    mandates.withdraw(mandate, actor=lin.user)
    assert found() == [bao]


def test_of_two_parents_the_first_gives_it_and_either_takes_it_back(lin: Person, bao: Person) -> None:
    mo = Person.objects.create(user=User.objects.create_user("mo"), name="Mo")
    first = by_law(lin, bao)
    by_law(mo, bao)
    for one in (lin, mo):
        give(bao, [SUPPORT], actor=one.user)
    assert Consent.objects.get().mandate == first
    assert withdraw(bao, SUPPORT, actor=mo.user) and found() == []


def test_an_official_enters_a_parent_until_the_child_is_of_age(city: City, lin: Person, bao: Person) -> None:
    worker = official(Role.CASE_WORKER)
    said: dict[str, Any] = {"kind": "parent", "since": clock.now(), "until": None, "evidence": "Birth certificate"}
    said |= {"actor": worker, "within": Q()}
    assert bao.birth_year is not None
    of_age = mandates.of_age_on(bao.birth_year)
    assert entering.enter(bao, lin, **said).until == of_age
    with pytest.raises(MandateRefusedError, match="at the latest until"):
        entering.enter(bao, lin, **{**said, "until": of_age + timedelta(seconds=1)})
    sooner = clock.now() + timedelta(days=30)
    assert entering.enter(bao, lin, **{**said, "until": sooner}).until == sooner
    bao.birth_year = clock.now().year - 19
    with pytest.raises(MandateRefusedError, match="of age"):
        entering.enter(bao, lin, **said)
    bao.birth_year = None
    with pytest.raises(MandateRefusedError, match="until which day"):
        entering.enter(bao, lin, **said)
    assert entering.enter(bao, lin, **{**said, "until": sooner}).until == sooner
