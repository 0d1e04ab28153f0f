"""After completion people are asked how it went, once, by the way they have."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from lacarte.kernel import clock
from lacarte.kernel.events import describe, timeline
from lacarte.kernel.models import Job, Role, User
from lacarte.loop.needs.cases.joining import join
from lacarte.loop.needs.messages.carriers import Memory, UndeliverableError
from lacarte.loop.needs.messages.delivering import came_back
from lacarte.loop.needs.models import Channel, Message, Need
from lacarte.loop.orders.actions import change
from lacarte.loop.orders.models import Order, OrderState
from lacarte.loop.voice import callbacks
from lacarte.loop.voice.actions import RatingRefusedError, rate
from lacarte.loop.voice.asking import ASK, LINK_DAYS, ask, not_reached, order_of, token_of
from lacarte.loop.voice.checking import RefusedError
from lacarte.loop.voice.models import CallAttempt, FollowUp, Heard, Rating
from lacarte.registers.people.models import Person
from lacarte.registers.places.models import Region
from tests.background import work
from tests.city import City, official
from tests.loop.joined import told
from tests.loop.voice.rated import order, rated

pytestmark = pytest.mark.django_db

#: A Wednesday, a quarter past ten.
MORNING = datetime(2027, 3, 3, 10, 15, tzinfo=UTC)


def caller_of(region: Region | None = None, name: str = "caller") -> User:
    """A call-taker whose mandate holds in these tests' spring."""
    return official(Role.CALL_TAKER, region, name=name, until=MORNING + timedelta(days=60))


@pytest.fixture
def phoned(city: City, carried: type[Memory], settings: object) -> FollowUp:
    """Somebody who has a phone and nothing that messages go to."""
    settings.CARRIERS = {}  # type: ignore[attr-defined]
    person = Person.objects.create(name="Old Tan", phone="13800138000")
    with clock.stopped_at(MORNING):
        made = ask(order(city, person=person, channel=Channel.PHONE))
    assert made is not None
    return made


def test_who_has_an_address_is_asked_a_day_later_and_once(city: City, carried: type[Memory]) -> None:
    person = Person.objects.create(name="Ann", email="ann@example.org")
    one = order(city, person=person, state=OrderState.IN_PROGRESS)
    change(one, to=OrderState.COMPLETED, actor=official(Role.CASE_WORKER))
    work()
    assert not FollowUp.objects.exists(), "who completed it by mistake may take that back"
    Job.objects.filter(name=ASK).update(run_at=clock.now())
    work()
    assert ask(order_of(token_of(one))) is None
    asked = [letter.text for letter in carried.sent.values() if "/how/" in letter.text]
    assert len(asked) == 1
    assert "Home care" in asked[0]
    token = asked[0].split("/how/")[1].split("/")[0]
    assert order_of(token) == one
    assert FollowUp.objects.get().state == FollowUp.State.ASKED


def test_nobody_is_asked_about_what_was_not_done_after_all_or_is_rated_already(
    city: City, carried: type[Memory]
) -> None:
    person = Person.objects.create(email="ann@example.org")
    one = order(city, person=person, state=OrderState.IN_PROGRESS)
    change(one, to=OrderState.COMPLETED, actor=official(Role.CASE_WORKER))
    work()
    rate(one, contacted_in_time=True, solved=False, satisfaction=3)
    Job.objects.filter(name=ASK).update(run_at=clock.now())
    work()
    assert ask(rated(city, person=person)) is None
    assert ask(order(city, channel=Channel.SENSOR)) is None
    assert not FollowUp.objects.exists()


def test_who_can_be_told_nothing_answers_on_the_page_alone(city: City, carried: type[Memory]) -> None:
    made = ask(order(city))
    assert made is not None
    assert made.state == FollowUp.State.PAGE


def test_a_link_is_ours_and_not_too_old(city: City) -> None:
    one = order(city)
    token = token_of(one)
    for wrong in ("", "x", token[:-1], token[::-1], f"{token}a", "a.b-c"):
        with pytest.raises(RefusedError, match="opens nothing"):
            order_of(wrong)
    with (
        clock.stopped_at(clock.now() + timedelta(days=LINK_DAYS, hours=1)),
        pytest.raises(RefusedError, match="old"),
    ):
        order_of(token)
    one.delete()
    with pytest.raises(RefusedError, match="opens nothing"):
        order_of(token)


def test_a_call_is_due_in_working_time_and_taken_by_one(phoned: FollowUp, city: City) -> None:
    first, second = caller_of(city.west), caller_of(city.west, name="second")
    assert phoned.state == FollowUp.State.TO_CALL
    assert phoned.next_try == MORNING, "work is going on"
    with clock.stopped_at(MORNING):
        assert [call.pk for call in callbacks.due(first)] == [phoned.pk]
        callbacks.take(phoned, actor=first)
        assert not callbacks.due(second).exists()
        with pytest.raises(RefusedError, match="is calling them"):
            callbacks.take(phoned, actor=second)
        with pytest.raises(PermissionDenied):
            callbacks.take(phoned, actor=caller_of(city.east, name="far"))
        assert not callbacks.calls(official(Role.PLANNER)).exists()
    with clock.stopped_at(MORNING + timedelta(minutes=16)):
        assert callbacks.take(phoned, actor=second).taken_by == second, "the first has gone away"


@pytest.mark.parametrize(
    ("when", "first"),
    [
        (datetime(2027, 3, 3, 7, 0, tzinfo=UTC), datetime(2027, 3, 3, 9, 0, tzinfo=UTC)),
        (datetime(2027, 3, 5, 18, 0, tzinfo=UTC), datetime(2027, 3, 8, 9, 0, tzinfo=UTC)),
    ],
)
def test_nobody_is_rung_up_at_night_or_on_a_sunday(
    city: City, settings: object, when: datetime, first: datetime
) -> None:
    settings.CARRIERS = {}  # type: ignore[attr-defined]
    with clock.stopped_at(when):
        made = ask(order(city, person=Person.objects.create(phone="13800138000")))
    assert made is not None
    assert made.next_try == first


def test_three_times_nobody_answers_at_other_times_of_the_day(phoned: FollowUp, city: City) -> None:
    caller, tried = caller_of(), []
    at: datetime | None = MORNING
    while at is not None:
        tried.append(at)
        with clock.stopped_at(at):
            phoned = callbacks.note_attempt(phoned, CallAttempt.Outcome.NO_ANSWER, actor=caller)
        at = phoned.next_try
    assert [(one.day, one.hour) for one in tried] == [(3, 10), (4, 13), (5, 9)]
    assert phoned.state == FollowUp.State.UNREACHED
    with pytest.raises(RefusedError, match="any more"):
        callbacks.note_attempt(phoned, CallAttempt.Outcome.NO_ANSWER, actor=caller)


def test_who_asks_to_be_called_later_is_and_who_declines_is_not(phoned: FollowUp) -> None:
    caller = caller_of()
    with clock.stopped_at(MORNING):
        for wrong in (None, MORNING - timedelta(hours=1), MORNING + timedelta(days=15)):
            with pytest.raises(RefusedError, match="14 days"):
                callbacks.note_attempt(phoned, CallAttempt.Outcome.LATER, actor=caller, call_at=wrong)
        later = MORNING + timedelta(days=2)
        assert callbacks.note_attempt(phoned, "later", actor=caller, call_at=later).next_try == later
        assert callbacks.note_attempt(phoned, "declined", actor=caller).state == FollowUp.State.DECLINED


def test_what_is_said_by_phone_is_a_rating_like_any_other(phoned: FollowUp) -> None:
    caller = caller_of()
    rate(phoned.order, contacted_in_time=True, solved=True, satisfaction=4, actor=caller, heard=Heard.PHONE)
    phoned.refresh_from_db()
    assert (phoned.state, phoned.next_try) == (FollowUp.State.ANSWERED, None)
    said = Rating.objects.get()
    assert (said.heard, said.taken_by) == (Heard.PHONE, caller)
    with pytest.raises(RatingRefusedError, match="already"):
        rate(phoned.order, contacted_in_time=True, solved=True, satisfaction=4)


def done_for(city: City, need: Need) -> Order:
    """An order of the need that is completed."""
    done = order(city)
    Order.objects.filter(pk=done.pk).update(need=need)
    done.refresh_from_db()
    return done


def asked() -> dict[str, str]:
    """To whom a link went, and the link."""
    texts = Message.objects.filter(text__contains="/how/").order_by("at", "pk").values_list("address", "text")
    return {address: f"/how/{text.split('/how/')[1].split('/')[0]}/" for address, text in texts}


@pytest.mark.parametrize("came_back_later", [False, True])
def test_whom_the_question_does_not_reach_is_rung_up_or_answers_on_the_page(
    city: City, carried: type[Memory], came_back_later: bool
) -> None:
    with_phone = Person.objects.create(email="gone@example.org", phone="13800138000")
    for person, state in (
        (with_phone, FollowUp.State.TO_CALL),
        (Person.objects.create(email="gone@example.net"), FollowUp.State.PAGE),
    ):
        if not came_back_later:
            carried.refuses.append(UndeliverableError("no such mailbox"))
        with clock.stopped_at(MORNING):
            made = ask(order(city, person=person))
            assert made is not None
            assert made.state == FollowUp.State.ASKED
            work()
            if came_back_later:
                letter = made.order.need.messages.get()
                assert came_back([f"<{letter.pk}@city>", f"<{letter.pk}@city>"]) == 1
                assert came_back([f"<{letter.pk}@city>"]) == 1
            work()
        made.refresh_from_db()
        assert (made.state, made.next_try) == (state, MORNING if state == FollowUp.State.TO_CALL else None)
        sentences = [describe(event) for event in timeline(made.order.need_id)]
        assert sentences.count("A message could not be delivered. The page of the need has it.") == 1
    rate(made.order, contacted_in_time=True, solved=True, satisfaction=4)
    assert not_reached(made.order.need.messages.get()) is None, "they have answered"


def test_who_told_of_the_same_thing_is_asked_too_and_the_first_answer_counts(
    city: City, carried: type[Memory]
) -> None:
    worker, client, ann = official(Role.CASE_WORKER), Client(), Person.objects.create(email="ann@example.org")
    lead = told(city, 1, person=ann)
    for n, whose in ((2, Person.objects.create(email="bo@example.org")), (3, ann), (4, None)):
        join(told(city, n, person=whose), lead, actor=worker)
    assert ask(done_for(city, lead)) is not None
    assert set(asked()) == {"ann@example.org", "bo@example.org"}, "who told it twice is asked once"
    assert Message.objects.filter(text__contains="/how/").count() == 2
    assert FollowUp.objects.get().state == FollowUp.State.ASKED
    links = asked()
    said = {"contacted_in_time": "yes", "solved": "yes", "satisfaction": "4"}
    assert client.post(links["bo@example.org"], said).status_code == 200
    assert Rating.objects.get().satisfaction == 4
    page = client.get(links["ann@example.org"]).content.decode()
    assert "somebody who told of the same thing" in page


def test_who_told_of_what_a_sensor_had_found_is_asked(city: City, carried: type[Memory]) -> None:
    lead = told(city, 1, channel=Channel.SENSOR)
    bo = told(city, 2, person=Person.objects.create(email="bo@example.org"))
    join(bo, lead, actor=official(Role.CASE_WORKER))
    ask(done_for(city, lead))
    assert set(asked()) == {"bo@example.org"}
    assert FollowUp.objects.get().state == FollowUp.State.ASKED
