"""Whoever objected to an answer hears that it is answered; officials that it is due soon or late. Once each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from lacarte.kernel import clock
from lacarte.kernel.events import timeline
from lacarte.kernel.models import Role, User
from lacarte.kernel.objecting import ObjectionRefusedError
from lacarte.loop.needs.messages.carriers import Memory, UndeliverableError
from lacarte.loop.voice.objecting.telling import tell
from lacarte.loop.voice.objecting.watching import escalate_late, warn_near, watch
from lacarte.registers.entitlement.explaining.objections import answer, object_to
from lacarte.registers.entitlement.judging import Judgement
from lacarte.registers.entitlement.models import AnswerObjection
from lacarte.registers.people.models import Household, Mandate, Person
from lacarte.registers.places.queries import calendar_of
from tests.background import work
from tests.city import City, official

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carried")]
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)


def letters() -> list[Any]:
    return list(Memory.sent.values())


def objected(city: City, **more: Any) -> AnswerObjection:
    said: dict[str, Any] = {"reason": "I am 70.", "corrections": {}, "person": None, "contact": "ada@example.org"}
    said |= {"region": city.west, "language": "en", "actor": None}
    return object_to(city.care, Judgement(), {}, **{**said, **more})


def answered(one: AnswerObjection) -> AnswerObjection:
    return answer(one, upheld=True, words="You are right: 70.", actor=official(Role.CASE_WORKER))


def notice() -> str:
    return AnswerObjection.objects.get().notice


@pytest.fixture
def ada(city: City) -> Person:
    user = User.objects.create_user("ada", email="ada@example.org")
    home = Household.objects.create(region=city.west)
    return Person.objects.create(user=user, name="Ada", household=home)


# Told


def test_who_left_an_address_is_told_with_a_link_and_nothing_of_the_answer(city: City) -> None:
    one = answered(objected(city))
    work()
    (letter,) = letters()
    assert (letter.to, letter.subject) == ("ada@example.org", "Your objection is answered: Home care")
    assert f"/menu/objections/{one.secret}/" in letter.text and "right" not in letter.text
    assert notice() == "sent"


def test_in_the_language_in_which_they_wrote(city: City) -> None:
    answered(objected(city, language="zh-hans"))
    work()
    assert letters()[0].language == "zh-hans"
    assert "居家照护" in letters()[0].subject


@pytest.mark.parametrize("contact", ["+86 138 0013 8000", " 138-0013-8000 "])
def test_a_number_is_sent_an_sms_though_not_at_night(
    city: City, contact: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.CONFIGURED, "quiet_hours", "21:00-08:00")
    night = datetime(2026, 11, 23, 23, tzinfo=UTC)
    with clock.stopped_at(night):
        answered(objected(city, contact=contact))
        work()
        assert letters() == [] and notice() == "queued"
    with clock.stopped_at(night + timedelta(hours=10)):
        work()
    assert letters()[0].to == contact.strip().replace(" ", "").replace("-", "")


def test_who_is_known_is_told_as_they_are_reached(city: City, ada: Person) -> None:
    answered(objected(city, person=ada, contact="", actor=ada.user))
    work()
    assert [letter.to for letter in letters()] == ["ada@example.org"]


def test_whoever_objected_under_a_mandate_is_told_as_long_as_it_holds(city: City, ada: Person) -> None:
    bo = Person.objects.create(user=User.objects.create_user("bo"), name="Bo", email="bo@example.org")
    mandate = Mandate.objects.create(holder=bo, principal=ada, kind="family")
    said = {"person": ada, "contact": "", "actor": bo.user, "mandate": mandate}
    first = objected(city, **said)
    answered(first)
    work()
    answered(objected(city, **said))
    Mandate.objects.update(until=clock.now() - timedelta(seconds=1))
    work()
    assert [letter.to for letter in letters()] == ["bo@example.org", "ada@example.org"]


def test_nobody_is_told_twice(city: City) -> None:
    one = answered(objected(city))
    work()
    Memory.sent.clear()
    tell({"objection": str(one.pk)})
    AnswerObjection.objects.update(notice="queued")
    for _ in range(2):
        tell({"objection": str(one.pk)})
    assert len(letters()) == 1, "killed half-way it goes out again under the same key"


def test_what_cannot_be_delivered_is_said_to_officials(city: City) -> None:
    Memory.refuses.append(UndeliverableError("no such box"))
    answered(objected(city))
    work()
    assert notice() == "failed" and letters() == []


def test_who_cannot_be_written_to_is_noted(city: City, ada: Person) -> None:
    User.objects.update(email="")
    answered(objected(city, person=ada, contact="", actor=ada.user))
    work()
    assert notice() == "no-way" and letters() == []


def test_after_days_in_which_nothing_went_out_an_official_has_to_call(city: City) -> None:
    one = answered(objected(city))
    with clock.stopped_at(clock.now() + timedelta(days=3, hours=1)):
        tell({"objection": str(one.pk)})
    assert notice() == "failed" and letters() == []


def test_answered_by_two_at_once_it_is_told_once(city: City) -> None:
    one = answered(objected(city))
    with pytest.raises(ObjectionRefusedError):
        answered(one)
    work()
    assert len(letters()) == 1


@pytest.mark.parametrize(
    "contact", ["me", "ask me at 13800138000", "a@b", "@", "12", f"{'x' * 300}@example.org", "\0"]
)
def test_what_cannot_be_written_to_is_no_contact(city: City, contact: str) -> None:
    with pytest.raises(ObjectionRefusedError, match="so that we can answer"):
        objected(city, contact=contact)


def test_pressed_twice_without_signing_in_it_is_one(city: City) -> None:
    one = objected(city)
    assert objected(city, contact=" ada@example.org ") == one
    assert objected(city, reason="I am 71.") != one
    assert objected(city, contact="bo@example.org") != one
    answered(one)
    assert objected(city) != one, "answered, it is another one"


# Due


def test_it_is_due_in_working_days_of_its_region(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.CONFIGURED, "objection_days", 3)
    city.west.calendar = {"zone": "UTC", "holidays": ["2026-11-24"]}
    city.west.save()
    with clock.stopped_at(MONDAY):
        one = objected(city)
    assert one.due_at == datetime(2026, 11, 27, 17, tzinfo=UTC), "Tuesday is a holiday there"
    assert one.warn_at is not None and MONDAY < one.warn_at < one.due_at
    calendar = calendar_of(city.west)
    assert calendar.worked(MONDAY, one.warn_at) / calendar.worked(MONDAY, one.due_at) == pytest.approx(0.75)


def case_worker(name: str, region: Any = None, role: Role = Role.CASE_WORKER) -> User:
    user = official(role, region, name, until=clock.now() + timedelta(days=90))
    User.objects.filter(pk=user.pk).update(email=f"{name}@city.example")
    return user


def test_who_works_there_is_told_before_it_is_due_and_who_plans_when_it_is_late(city: City) -> None:
    case_worker("wu", city.west)
    case_worker("all")
    case_worker("ost", city.east)
    case_worker("pan", role=Role.PLANNER)
    one = objected(city)
    watch()
    work()
    assert letters() == []
    assert one.warn_at is not None
    with clock.stopped_at(one.warn_at):
        for _ in range(2):
            watch()
            work()
    (letter,) = letters()
    assert letter.to == "wu@city.example", "the closest"
    assert letter.subject == "An objection is due soon: Home care" and f"/desk/objections/{one.pk}/" in letter.text
    Memory.sent.clear()
    with clock.stopped_at(one.due_at):
        for _ in range(2):
            watch()
            work()
    assert sorted(letter.to for letter in letters()) == ["pan@city.example", "wu@city.example"]
    assert {letter.subject for letter in letters()} == {"An objection is late: Home care"}
    assert [letter.to for letter in letters() if "/desk/objections/" in letter.text] == ["wu@city.example"]
    names = [record.name for record in timeline(one.pk)]
    assert names == ["entitlement.objected", "voice.answer-objection-near", "voice.answer-objection-late"]
    assert len(timeline(one.pk, inside=False)) == 2


def test_what_is_answered_needs_no_reminder(city: City) -> None:
    case_worker("wu", city.west)
    one = objected(city)
    AnswerObjection.objects.update(warn_at=clock.now())
    assert warn_near() == 1
    answered(one)
    work()
    AnswerObjection.objects.update(due_at=clock.now())
    assert warn_near() == escalate_late() == 0
    assert not any("objections/" in letter.text and letter.to == "wu@city.example" for letter in letters())


def test_what_is_late_already_is_not_said_to_be_due_soon(city: City) -> None:
    objected(city)
    AnswerObjection.objects.update(warn_at=clock.now(), due_at=clock.now())
    assert warn_near() == 0 and escalate_late() == 1 and warn_near() == 0
