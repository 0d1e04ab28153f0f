"""What is found about a child or a ward: told to who consented for them, and gone with the mandate."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lacarte.kernel import clock
from lacarte.loop.needs.messages.carriers import Memory
from lacarte.loop.needs.models import Message, Need
from lacarte.loop.needs.queries import own as needs_of
from lacarte.loop.takeup.models import Finding, Notice
from lacarte.loop.takeup.running import run
from lacarte.loop.takeup.undoing import undo_case
from lacarte.registers.people import mandates
from lacarte.registers.people.consenting import give
from lacarte.registers.people.models import Mandate, Person
from tests.background import work
from tests.city import City
from tests.loop.takeup.acting import child, child_found, holder_of
from tests.loop.takeup.reaching import SUPPORT, reaches, rent_help, service, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carried")]


def letters() -> list:
    return list(Memory.sent.values())


def test_the_parent_who_consented_is_told_in_their_language_with_a_link_to_the_childs_page(city: City) -> None:
    rent_help(city)
    mandate = child_found(city)
    Person.objects.filter(pk=mandate.holder_id).update(language="zh-hans")
    holder_of(mandate.principal, "mo")
    run()
    work()
    (letter,) = letters()
    assert (letter.to, letter.language) == ("lin@example.org", "zh-hans")
    assert f"/my/found/?whose={mandate.pk}" in letter.text and "Bao" not in letter.text
    assert Notice.objects.get().mandate == mandate and Notice.objects.get().person == mandate.principal


def test_it_says_that_it_is_about_somebody_for_whom_they_act(city: City) -> None:
    rent_help(city)
    child_found(city, email="bao@example.org")
    run()
    work()
    (letter,) = letters()
    assert letter.to == "lin@example.org", "who consented hears, also of a child with an address"
    assert letter.subject == "Somebody for whom you act may be entitled to: Rent help"
    assert "somebody for whom you act is entitled to a service that they lack: Rent help" in letter.text


def test_who_consented_themselves_is_told_themselves_though_somebody_acts_for_them(city: City) -> None:
    rent_help(city)
    holder_of(somebody(city), kind="guardian")
    run()
    work()
    assert [letter.to for letter in letters()] == ["mo@example.org"]


def test_where_the_law_lets_us_look_who_acts_for_a_child_is_told_and_a_helper_is_not(city: City) -> None:
    rent_help(city, by_law=True)
    bao = child(city)
    holder_of(bao, "hu", kind="helper")
    run()
    work()
    assert letters() == []
    Finding.objects.all().delete()
    holder_of(bao)
    run()
    work()
    assert [letter.to for letter in letters()] == ["lin@example.org"]


def test_whose_mandate_ends_before_it_goes_out_hears_nothing(city: City) -> None:
    rent_help(city)
    mandate = child_found(city)
    run()
    Mandate.objects.filter(pk=mandate.pk).update(kind="helper")
    work()
    assert letters() == []


def test_a_correction_goes_to_who_was_invited(city: City) -> None:
    rent_help(city)
    child_found(city)
    run()
    work()
    undo_case(Finding.objects.get(), actor=None)
    work()
    assert [letter.to for letter in letters()] == ["lin@example.org"] * 2
    assert "somebody for whom you act may be entitled to: Rent help" in letters()[1].text


def test_a_grant_is_told_to_who_consented_and_stands_on_their_page(city: City) -> None:
    rent_help(city, "grant")
    mandate = child_found(city, email="bao@example.org")
    run()
    work()
    need = Need.objects.get()
    assert (need.person, need.mandate) == (mandate.principal, mandate)
    assert list(needs_of(mandate.holder.user)) == [need]
    told = Message.objects.get(need=need)
    assert told.address == "lin@example.org"
    assert "The city has granted somebody for whom you act, without an application: Rent help." in told.text


def test_what_was_found_is_gone_when_the_mandate_is_given_up(city: City) -> None:
    rent_help(city)
    mandate = child_found(city)
    run()
    assert Finding.objects.exists()
    mandates.withdraw(mandate, actor=mandate.holder.user)
    work()
    assert not Finding.objects.exists()


def test_and_by_night_when_the_child_has_come_of_age(city: City) -> None:
    rent_help(city)
    mandate = child_found(city, birth_year=clock.now().year - 18)
    run()
    with clock.stopped_at(mandates.of_age_on(clock.now().year - 18) + timedelta(hours=1)):
        run()
        assert not Finding.objects.exists()
        user = mandate.holder.user
        with pytest.raises(mandates.PermissionDenied):
            give(mandate.principal, [SUPPORT], actor=user)


def test_two_services_for_one_child_are_one_message(city: City) -> None:
    rent_help(city)
    reaches(service(city, "school-bag", ("low-income", "is", True)))
    child_found(city)
    run()
    work()
    (letter,) = letters()
    assert letter.subject.endswith("Rent help, School bag")
    assert "is entitled to services that they lack" in letter.text
