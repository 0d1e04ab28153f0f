"""Who is found is told once, in their language, by day; or has it without applying, as granted by the city."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from lacarte.kernel import clock, jobs
from lacarte.kernel.events import timeline
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.messages.carriers import Memory, UndeliverableError
from lacarte.loop.needs.models import Channel, Message, Need
from lacarte.loop.takeup import telling
from lacarte.loop.takeup.models import Finding, Measure, Notice, Reach
from lacarte.loop.takeup.running import run
from lacarte.registers.menu.models import Attribute
from lacarte.registers.people.models import Circumstance, Consent, Household, Person
from tests.background import work
from tests.city import City
from tests.loop.takeup.reaching import SUPPORT, found, reaches, rent_help, service, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carried")]


def letters() -> list:
    return list(Memory.sent.values())


def test_they_are_told_where_to_see_why_and_no_fact_is_in_the_message(city: City) -> None:
    rent_help(city)
    somebody(city)
    run()
    work()
    (letter,) = letters()
    assert (letter.to, letter.subject) == ("mo@example.org", "You may be entitled to: Rent help")
    assert "/my/found/" in letter.text and Finding.objects.get().reference in letter.text
    assert "income" not in letter.text and "You have allowed us to look" in letter.text
    assert found() == {("mo", "rent-help", "invited")}
    assert Notice.objects.get().state == "sent" and Measure.objects.get().invited == 1


def test_by_law_the_message_names_the_law(city: City) -> None:
    rent_help(city, by_law=True)
    somebody(city)
    run()
    work()
    assert "The law allows us to look for this: City code 7." in letters()[0].text


def test_nobody_is_told_twice_however_often_it_is_found(city: City) -> None:
    rent_help(city)
    mo = somebody(city)
    for _ in range(2):
        run()
        work()
    Circumstance.objects.update(value=False)
    run()
    assert not found()
    Circumstance.objects.update(value=True)
    run()
    work()
    assert len(letters()) == 1 and found() == {("mo", "rent-help", "found")}, "on their page it stands again"
    with clock.stopped_at(clock.now() + timedelta(days=366)):
        Consent.objects.update(until=None)
        mo.findings.all().delete()
        run()
        work()
    assert len(letters()) == 2, "after its period it is another time"


def test_several_services_are_one_message(city: City) -> None:
    rent_help(city)
    reaches(service(city, "school-bag", ("low-income", "is", True)))
    somebody(city)
    run()
    work()
    (letter,) = letters()
    assert letter.subject == "You may be entitled to: Rent help, School bag"
    assert Notice.objects.get().findings.count() == 2


def test_it_is_written_in_their_language(city: City) -> None:
    rent_help(city)
    somebody(city, language="zh-hans")
    run()
    work()
    assert letters()[0].language == "zh-hans"


def test_no_phone_rings_at_night(city: City) -> None:
    settings.CONFIGURED["quiet_hours"] = "21:00-08:00"
    rent_help(city)
    somebody(city, email="", phone="+8613800138000")
    night = datetime(2026, 11, 28, 23, tzinfo=UTC)
    Consent.objects.update(given_at=night)
    Circumstance.objects.update(since=night.date())
    Reach.objects.update(since=night.date())
    with clock.stopped_at(night):
        run()
        work()
        assert letters() == [] and Notice.objects.get().state == "queued"
    with clock.stopped_at(night + timedelta(hours=10)):
        work()
    assert [letter.to for letter in letters()] == ["+8613800138000"]


def test_what_has_changed_before_it_goes_out_is_not_said(city: City) -> None:
    rent_help(city)
    mo = somebody(city)
    run()
    while not Notice.objects.exists():
        assert jobs.work_once()
    receive(text="", channel="web", service_type=Finding.objects.get().service_type, person=mo)
    work()
    assert not any("entitled" in letter.text for letter in letters())
    assert Notice.objects.get().state == "withdrawn"


def test_who_cannot_be_written_to_sees_it_on_their_page(city: City) -> None:
    rent_help(city)
    somebody(city, email="")
    run()
    work()
    assert found() == {("mo", "rent-help", "found")} and not Notice.objects.exists()


def test_an_address_that_takes_nothing_is_noted(city: City) -> None:
    rent_help(city)
    somebody(city)
    Memory.refuses.append(UndeliverableError("no such box"))
    run()
    work()
    assert Notice.objects.get().state == "failed" and not letters()


def test_it_is_granted_without_applying_with_what_is_known(city: City) -> None:
    kind = rent_help(city, "grant")
    Attribute.objects.create(
        service_type=kind, code="people", datatype="number", question={"en": "How many?"}, required=True,
        circumstance="household-size",
    )  # fmt: skip
    mo = somebody(city, facts={"low-income": True, "household-size": 3})
    run()
    work()
    need = Need.objects.get()
    assert (need.channel, need.person, need.service_type, need.region) == (Channel.CITY, mo, kind, city.west)
    assert need.answers == {"people": "3"} and need.origin == {"source": "take-up"}
    assert found() == {("mo", "rent-help", "granted")} and Finding.objects.get().need == need
    assert "take-up.granted" in [one.name for one in timeline(need.pk)]
    told = Message.objects.get(need=need)
    assert told.text.startswith("The city has granted you, without an application: Rent help.")
    assert need.secret in told.text, "it can be called off there"
    assert Measure.objects.get().granted == 1
    run()
    work()
    assert Need.objects.count() == 1


def test_a_household_gets_it_once_though_two_of_it_were_found_at_the_same_time(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = service(city, "rent-help", ("low-income", "is", True), subject="household")
    reaches(kind, "grant")
    home = Household.objects.create(region=city.west)
    persons = [somebody(city, name, household=home) for name in ("mo", "lin")]
    run()
    (first,) = Finding.objects.all()
    (other,) = [one for one in persons if one.pk != first.person_id]
    both = Finding.objects.create(person=other, service_type=kind, region=city.west, purpose=SUPPORT, mark="m")
    monkeypatch.setattr(telling, "still_due", lambda _finding: True)  # each looked before the other had it
    for one in (first, both):
        telling.grant(one.pk)
    assert Need.objects.count() == 1
    both.refresh_from_db()
    assert (both.state, both.need) == ("found", None)


def test_what_does_not_hold_any_more_is_not_granted(city: City) -> None:
    rent_help(city, "grant")
    somebody(city)
    run()
    Circumstance.objects.update(value=False)
    work()
    assert not Need.objects.exists() and not found()
    assert Person.objects.get().findings.count() == 0
