"""What was not solved waits again; people are asked how it went; what is late or looks odd is said."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import ngettext

from lacarte.kernel.events import subscribe, subscribe_many
from lacarte.kernel.models import Event
from lacarte.kernel.schedule import every
from lacarte.loop.needs.cases.joining import keep_in_step
from lacarte.loop.needs.cases.news import News, tell_followers
from lacarte.loop.needs.events import MessageLost
from lacarte.loop.needs.models import Message
from lacarte.loop.orders.delivery import announcing, reminding
from lacarte.loop.voice import asking, inquiries, replies
from lacarte.loop.voice.events import OrderRated, ReplyDue, ReplyLate
from lacarte.loop.voice.models import Reply
from lacarte.loop.voice.objecting import telling, watching

__all__ = ["telling", "watching"]  # whose jobs are declared there


@subscribe(OrderRated)
def keep_case_in_step(event: OrderRated, record: Event) -> None:
    """The lead waits again, and so do those who told of the same thing; who follows it hears of it."""
    if not event.solved:
        keep_in_step(event.need)
        tell_followers(event.need, News.OPEN, f"unsolved:{event.order}")


@subscribe(MessageLost)
def ring_instead(event: MessageLost, record: Event) -> None:
    """Who did not get the question how it went is asked another way."""
    lost = Message.objects.select_related("need__person", "need__region").filter(pk=event.message).first()
    if lost is not None:
        asking.not_reached(lost)


@subscribe_many(ReplyDue)
def replies_wait(events: list[ReplyDue]) -> None:
    """Providers are written to when a bad rating waits for their answer."""
    due = Reply.objects.filter(pk__in=[event.reply for event in events], state=Reply.State.DUE).order_by()
    announcing.announce((provider, None) for provider in due.values_list(replies.PROVIDER, flat=True))


announcing.announces(
    announcing.Kind(
        lambda provider: replies.owed(provider).count(),
        lambda n: ngettext("%(n)d bad rating", "%(n)d bad ratings", n),
    )
)


@subscribe(ReplyLate)
def call_in(event: ReplyLate, record: Event) -> None:
    """Those in charge are written to when a provider has not answered in time."""
    reply = Reply.objects.select_related("rating__order__need").get(pk=event.reply)
    order = reply.rating.order
    reminding.write(reminding.in_charge(order.need, 1), record, order, "reply", reply.due)


@every(timedelta(hours=1), "voice.late-replies")
def watch_replies() -> None:
    """Say once of each reply that is due that it is late."""
    replies.escalate()


@every(timedelta(days=7), "voice.inquiries")
def look_over_figures() -> None:
    """Raise questions about figures that somebody may have worked on."""
    inquiries.look()
