"""What providers answer to bad ratings: most of it is verified, some waits for that, the newest is still owed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings

from lacarte.demo.content import Content
from lacarte.kernel.events import DomainEvent, record_past
from lacarte.kernel.models import User
from lacarte.loop.voice.events import ReplyDue, ReplyGiven, ReplyLate, ReplyVerified
from lacarte.loop.voice.models import Rating, Reply, Satisfaction
from lacarte.registers.places.queries import calendars_of

#: One of so many bad ratings is never answered; one of so many answers comes too late.
_NEVER, _LATE = 17, 9
_LOOKED_AT_AFTER = timedelta(days=2)
State = Reply.State


def write_replies(content: Content, worker: User, now: datetime) -> None:
    """Write what became of each bad rating until ``now``; ``worker`` has looked whether it is so."""
    bad = list(
        Rating.objects.filter(satisfaction__lte=Satisfaction.BAD)
        .select_related("order__need__region")
        .order_by("at", "pk")
    )
    calendars, days = calendars_of({one.order.need.region for one in bad}), settings.CONFIGURED["reply_days"]
    made = []
    for at, one in enumerate(bad):
        due = calendars[one.order.need.region_id].deadline(one.at, days)
        made.append(_reply(content, one, at, due, worker, now))
    Reply.objects.bulk_create(made)
    record_past(
        (event, reply.rating.order.need_id, actor, when) for reply in made for event, actor, when in _told(reply)
    )


def _reply(content: Content, rating: Rating, at: int, due: datetime, worker: User, now: datetime) -> Reply:
    reply = Reply(rating=rating, due=due, escalated_at=due if due < now else None)
    given = rating.at + (due - rating.at) * (1.2 if at % _LATE == _LATE - 1 else 0.3 + 0.08 * (at % _LATE))
    if given > now or at % _NEVER == _NEVER - 1:
        return reply
    if given <= due:
        reply.escalated_at = None
    said = content.replies[rating.order.need.language]
    reply.state, reply.text, reply.answered_at = State.ANSWERED, said[at % len(said)], given
    if given + _LOOKED_AT_AFTER <= now:
        reply.state, reply.verified_by, reply.verified_at = State.VERIFIED, worker, given + _LOOKED_AT_AFTER
    return reply


def _told(reply: Reply) -> Iterator[tuple[DomainEvent, User | None, datetime]]:
    of = {"reply": reply.pk, "need": reply.rating.order.need_id}
    yield ReplyDue(**of), None, reply.rating.at
    if reply.escalated_at is not None:
        yield ReplyLate(**of), None, reply.escalated_at
    if reply.answered_at is not None:
        yield ReplyGiven(**of), None, reply.answered_at
    if reply.verified_at is not None:
        yield ReplyVerified(**of, accepted=True), reply.verified_by, reply.verified_at
