"""Bad ratings are answered and verified by another; leaving out takes two people; comments wait for a person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from lacarte.kernel import clock
from lacarte.kernel.events import timeline
from lacarte.kernel.models import Role, User
from lacarte.loop.needs.messages.carriers import Memory
from lacarte.loop.voice import comments, exclusions, replies
from lacarte.loop.voice.actions import rate
from lacarte.loop.voice.checking import RefusedError
from lacarte.loop.voice.counting import total
from lacarte.loop.voice.models import Exclusion, Rating, Reply
from lacarte.registers.people.models import Person
from tests.background import work
from tests.city import City, official, signed_in
from tests.loop.voice.rated import member, order, rated

pytestmark = pytest.mark.django_db


def bad(city: City, **said: object) -> Reply:
    """The reply that is owed about a bad rating."""
    values = {"contacted_in_time": True, "solved": True, "satisfaction": 2, **said}
    rate(order(city, person=Person.objects.create(email="ann@example.org")), **values)  # type: ignore[arg-type]
    return Reply.objects.get(state=Reply.State.DUE)


@pytest.mark.parametrize(("satisfaction", "owed"), [(1, 1), (2, 1), (3, 0), (5, 0)])
def test_bad_and_very_bad_call_for_a_reply(city: City, satisfaction: int, owed: int) -> None:
    rate(order(city), contacted_in_time=True, solved=True, satisfaction=satisfaction)
    assert Reply.objects.count() == owed


def test_the_provider_answers_another_verifies_and_the_resident_hears(city: City, carried: type[Memory]) -> None:
    reply, worker = bad(city), official(Role.CASE_WORKER, city.west)
    ours = member(city)
    assert [one.pk for one in replies.owed_by(ours)] == [reply.pk]
    with pytest.raises(PermissionDenied, match="Only members"):
        replies.answer(reply, text="We come again.", actor=worker)
    with pytest.raises(RefusedError, match="few words"):
        replies.answer(reply, text="  ", actor=ours)
    replies.answer(reply, text="We come again on Monday.", actor=ours)
    with pytest.raises(PermissionDenied):
        replies.verify(reply, accepted=True, verdict="", actor=official(Role.CASE_WORKER, city.east, name="far"))
    assert [one.pk for one in replies.to_verify(worker)] == [reply.pk]
    replies.verify(reply, accepted=True, verdict="", actor=worker)
    work()
    assert any("We come again on Monday." in letter.text for letter in carried.sent.values())
    assert [event.name for event in timeline(reply.rating.order.need_id)][:4] == [
        "order.rated",
        "reply.due",
        "reply.given",
        "reply.verified",
    ]
    with pytest.raises(RefusedError):
        replies.verify(reply, accepted=True, verdict="", actor=worker)


def test_the_provider_hears_of_it_at_once_and_those_in_charge_when_it_is_late(
    city: City, carried: type[Memory]
) -> None:
    settings.CONFIGURED["announce_minutes"] = 15
    ours, clerk = member(city), official(Role.CASE_WORKER, city.west, until=clock.now() + timedelta(days=90))
    for user in (ours, clerk):
        user.email = f"{user.username}@city.example"
        user.save()
    reply = bad(city)
    work()
    with clock.stopped_at(clock.now() + timedelta(minutes=15)):
        work()
    (letter,) = [one for one in carried.sent.values() if one.to == ours.email]
    assert "– 1 bad rating\n" in letter.text
    assert "/provider/p/" in letter.text
    assert "1 rating of bad or very bad" in signed_in(ours).get("/provider/p/").content.decode()
    with clock.stopped_at(reply.due + timedelta(minutes=1)):
        for _twice in range(2):
            replies.escalate()
            work()
    (letter,) = [one for one in carried.sent.values() if one.to == clerk.email]
    assert letter.subject == f"Not answered [{reply.rating.order.need.reference}]"
    assert "/desk/heard/" in letter.text


def test_an_official_who_works_for_the_provider_verifies_nothing_of_it(city: City) -> None:
    both = official(Role.CASE_WORKER, city.west)
    city.offer.offer.provider.members.add(both)
    reply = bad(city)
    replies.answer(reply, text="All is well.", actor=member(city))
    assert not replies.to_verify(both).exists()
    with pytest.raises(PermissionDenied, match="Somebody else"):
        replies.verify(reply, accepted=True, verdict="", actor=both)


def test_turned_down_the_provider_answers_again_and_what_was_said_stays(city: City) -> None:
    reply, ours, worker = bad(city), member(city), official(Role.CASE_WORKER)
    replies.answer(reply, text="Not our fault.", actor=ours)
    with pytest.raises(RefusedError, match="few words"):
        replies.verify(reply, accepted=False, verdict="", actor=worker)
    replies.verify(reply, accepted=False, verdict="This says nothing about the visit.", actor=worker)
    assert [one.state for one in Reply.objects.order_by("id")] == [Reply.State.TURNED_DOWN, Reply.State.DUE]
    assert Reply.objects.get(state=Reply.State.TURNED_DOWN).text == "Not our fault."


def test_a_late_reply_is_said_once(city: City) -> None:
    reply = bad(city)
    assert replies.escalate() == 0
    with clock.stopped_at(reply.due + timedelta(hours=1)):
        assert (replies.escalate(), replies.escalate()) == (1, 0)
        west = official(Role.CASE_WORKER, city.west, until=reply.due + timedelta(days=9))
        east = official(Role.CASE_WORKER, city.east, name="east", until=reply.due + timedelta(days=9))
        assert replies.late(west).count() == 1
        assert not replies.late(east).exists()
    assert timeline(reply.rating.order.need_id).filter(name="reply.late").count() == 1


def test_leaving_out_takes_a_reason_and_somebody_else(city: City) -> None:
    for _ in range(3):
        rated(city)
    one, first = rated(city, satisfaction=1), official(Role.CASE_WORKER, city.west)
    ours = member(city)
    with pytest.raises(RefusedError, match="reasons"):
        exclusions.propose(one, reason="unhappy", words="They are unhappy.", actor=first)
    with pytest.raises(PermissionDenied):
        exclusions.propose(one, reason="test", words="x", actor=User.objects.create_user("stranger"))
    made = exclusions.propose(one, reason="force-majeure", words="The bridge was flooded.", actor=ours)
    assert total().orders == 4, "proposed is not left out"
    for wrong in (ours, official(Role.CASE_WORKER, city.east, name="far")):
        with pytest.raises(PermissionDenied):
            exclusions.decide(made, approve=True, words="", actor=wrong)
    city.offer.offer.provider.members.add(both := official(Role.CASE_WORKER, city.west, name="both"))
    with pytest.raises(PermissionDenied):
        exclusions.decide(made, approve=True, words="", actor=both)
    with pytest.raises(RefusedError, match="already"):
        exclusions.propose(one, reason="test", words="again", actor=first)
    exclusions.decide(made, approve=True, words="So it was.", actor=first)
    counted = total()
    assert (counted.orders, counted.excluded, counted.ratings, counted.satisfied) == (3, 1, 3, 3)
    exclusions.decide(made, approve=False, words="It was another bridge.", actor=first)
    assert (total().orders, total().excluded) == (4, 0)
    assert Exclusion.objects.get().state == Exclusion.State.LIFTED
    told = [event.name for event in timeline(one.need_id)]
    assert told == ["exclusion.proposed", "exclusion.decided", "exclusion.decided"]


def test_the_database_itself_lets_nobody_decide_what_they_proposed(city: City) -> None:
    first = official(Role.CASE_WORKER)
    made = exclusions.propose(rated(city), reason="test", words="A test.", actor=first)
    with pytest.raises(IntegrityError), transaction.atomic():
        Exclusion.objects.filter(pk=made.pk).update(decided_by=first)


def test_who_proposed_it_and_an_auditor_see_it_and_a_stranger_does_not(city: City) -> None:
    first = official(Role.CASE_WORKER, city.west)
    exclusions.propose(rated(city), reason="test", words="A test.", actor=first)
    assert exclusions.seen_by(first).count() == exclusions.seen_by(official(Role.AUDITOR)).count() == 1
    assert not exclusions.seen_by(official(Role.CASE_WORKER, city.east, name="far")).exists()


def test_a_comment_is_shown_once_a_person_has_looked_at_it(city: City) -> None:
    worker = official(Role.CASE_WORKER, city.west)
    for words in ("Call me on 13800138000, she was kind.", "Rude."):
        rate(order(city), contacted_in_time=True, solved=True, satisfaction=3, comment=words)
    assert comments.released(provider="p") == []
    kind = next(one for one in comments.to_look_at(worker) if "kind" in one.comment)
    assert "13800138000" not in comments.proposed_text(kind)
    comments.release(kind, text="She was kind.", actor=worker)
    with pytest.raises(PermissionDenied):
        comments.release(kind, text="x", actor=official(Role.CASE_WORKER, city.east, name="far"))
    rude = comments.to_look_at(worker).get()
    comments.release(rude, text="", actor=worker)
    assert [one.released for one in comments.released(provider="p")] == ["She was kind."]
    assert comments.released(region=city.east.interval) == []
    assert not comments.to_look_at(worker).exists()
    assert Rating.objects.exclude(comment="").count() == 2, "their own words are kept"
