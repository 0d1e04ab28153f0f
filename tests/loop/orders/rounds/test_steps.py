"""What phones send counts once, whatever the connection does, and what cannot be done is said and not lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lacarte.kernel import clock
from lacarte.kernel.models import Event
from lacarte.loop.needs.models import Attachment
from lacarte.loop.orders.actions import change
from lacarte.loop.orders.models import Order, OrderChange, PhoneStep
from lacarte.loop.orders.rounds.steps import Step, TooEarlyError, forget_steps, take
from lacarte.loop.orders.states import Who
from tests.loop.orders.rounds.going import Crew
from tests.pages.telling import photo

pytestmark = pytest.mark.django_db


def state(order: Order) -> str:
    return Order.objects.get(pk=order.pk).state


def test_a_step_counts_once_however_often_it_comes(crew: Crew) -> None:
    order, key = crew.order(), uuid4()
    first = crew.sends(order, "begin", key=key, seen=order.version)
    again = crew.sends(order, "begin", key=key, seen=order.version)
    assert (first.outcome, again.outcome, again.version) == ("taken", "taken", first.version)
    assert OrderChange.objects.filter(order=order, target="in-progress").count() == 1


def test_steps_follow_each_other_before_any_was_answered(crew: Crew) -> None:
    order, begin = crew.order(), uuid4()
    crew.sends(order, "begin", key=begin, seen=order.version)
    done = crew.sends(order, "done", after=begin, words="New step, oak")
    assert done.outcome == "taken"
    assert (state(order), Order.objects.get(pk=order.pk).reason) == ("completed", "New step, oak")


def test_one_that_comes_too_early_is_to_be_sent_again(crew: Crew) -> None:
    order, begin, done = crew.order(), uuid4(), uuid4()
    with pytest.raises(TooEarlyError):
        crew.sends(order, "done", key=done, after=begin)
    assert not PhoneStep.objects.exists()
    crew.sends(order, "begin", key=begin, seen=order.version)
    assert crew.sends(order, "done", key=done, after=begin).outcome == "taken"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_in_any_order_and_any_number_of_times_it_is_done_once(crew: Crew, data: st.DataObject) -> None:
    order, begin, hold, on = crew.order(), uuid4(), uuid4(), uuid4()
    steps = [
        Step(key=begin, order=order.pk, kind="begin", seen=order.version),
        Step(key=hold, order=order.pk, kind="wait", after=begin, reason="weather"),
        Step(key=on, order=order.pk, kind="begin", after=hold),
        Step(key=uuid4(), order=order.pk, kind="done", after=on),
    ]
    for step in data.draw(st.lists(st.sampled_from(steps), max_size=12)):
        try:
            take(step, actor=crew.user)
        except TooEarlyError:
            continue
    for step in steps:  # and at last, all of them in turn
        assert take(step, actor=crew.user).outcome == "taken"
    targets = list(order.changes.order_by("version").values_list("target", flat=True))
    assert targets == ["accepted", "in-progress", "on-hold", "in-progress", "completed"]


def test_done_without_begin_begins_it(crew: Crew) -> None:
    order = crew.order()
    assert crew.sends(order, "done", seen=order.version).outcome == "taken"
    assert [one.target for one in order.changes.all()] == ["accepted", "in-progress", "completed"]


def test_what_could_not_be_done_says_why(crew: Crew) -> None:
    order = crew.order()
    refused = crew.sends(order, "failed", seen=order.version, words="")
    assert (refused.outcome, refused.said) == ("refused", "Please say why.")
    assert state(order) == "accepted", "nothing of it is done"
    assert crew.sends(order, "failed", seen=order.version, reason="not-met").outcome == "taken"
    assert state(order) == "failed"


def test_what_happened_meanwhile_is_said_and_words_and_photos_are_kept(crew: Crew) -> None:
    order, begin = crew.order(), uuid4()
    change(order, to="cancelled", actor=None, who=Who.RESIDENT)
    first = crew.sends(order, "begin", key=begin, seen=order.version)
    assert first.outcome == "refused"
    assert "it is now “Cancelled”" in first.said
    taken = [("after", photo())]
    done = crew.sends(order, "done", after=begin, words="Mended it", photos=taken)
    assert (done.outcome, done.words) == ("refused", "Mended it")
    assert done.said.startswith("What you did before on this order was not taken")
    assert Attachment.objects.filter(need=order.need_id, shows="after").count() == 1


def test_a_colleague_who_was_quicker_is_named(crew: Crew) -> None:
    order, colleague = crew.order(), Crew.of(crew.city, "Wen")
    assert colleague.sends(order, "begin", seen=order.version).outcome == "taken"
    assert "Wen changed this" in crew.sends(order, "done", seen=order.version).said
    assert state(order) == "in-progress"


def test_photos_come_once_and_one_that_is_none_is_said(crew: Crew) -> None:
    order, key = crew.order(), uuid4()
    for _ in range(2):
        crew.sends(order, "photo", key=key, photos=[("before", photo())])
    assert Attachment.objects.get(need=order.need_id).shows == "before"
    assert Event.objects.filter(stream=order.need_id, name="order.work-photographed").count() == 1
    wrong = SimpleUploadedFile("film.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0", "video/mp4")
    refused = crew.sends(order, "photo", photos=[("after", wrong)])
    assert (refused.outcome, "film.mp4" in refused.said) == ("refused", True)
    both = crew.sends(order, "done", seen=order.version, photos=[("after", wrong)])
    assert (both.outcome, "film.mp4" in both.said) == ("taken", True), "the work is done all the same"


def test_next_and_not_today_come_by_phone_as_well(crew: Crew, morning: datetime) -> None:
    order = crew.order()
    assert crew.sends(order, "next").outcome == "taken"
    assert crew.sends(order, "not-today").outcome == "refused"
    assert crew.sends(order, "not-today", words="No ladder").outcome == "taken"


def test_what_is_not_theirs_is_not_taken(crew: Crew) -> None:
    order, key = crew.order(), uuid4()
    crew.sends(order, "begin", key=key, seen=order.version)
    colleague = Crew.of(crew.city, "Wen")
    with pytest.raises(PermissionDenied, match="somebody else's"):
        colleague.sends(order, "begin", key=key)
    crew.user.providers.clear()
    with pytest.raises(PermissionDenied, match="not with your provider"):
        crew.sends(order, "done")
    assert PhoneStep.objects.count() == 1


def test_the_time_is_the_phones_unless_its_clock_is_wrong(crew: Crew, morning: datetime) -> None:
    order, before = crew.order(), morning - timedelta(hours=2)
    assert crew.sends(order, "next", made_at=before).made_at == before
    assert crew.sends(order, "next", made_at=morning + timedelta(days=400)).made_at == morning


def test_keys_are_forgotten_when_no_phone_sends_them_again(crew: Crew, morning: datetime) -> None:
    crew.sends(crew.order(), "begin")
    forget_steps()
    assert PhoneStep.objects.count() == 1
    with clock.stopped_at(morning + timedelta(days=61)):
        forget_steps()
    assert not PhoneStep.objects.exists()
