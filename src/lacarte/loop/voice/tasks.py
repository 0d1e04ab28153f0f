"""What was not solved waits again; people are asked how it went; what is late or looks odd is said."""

from __future__ import annotations

from datetime import timedelta

from lacarte.kernel.events import subscribe
from lacarte.kernel.models import Event
from lacarte.kernel.schedule import every
from lacarte.loop.needs.cases.joining import keep_in_step
from lacarte.loop.needs.cases.news import News, tell_followers
from lacarte.loop.voice import asking, inquiries, replies
from lacarte.loop.voice.events import OrderRated

__all__ = ["asking"]  # whose jobs are declared there


@subscribe(OrderRated)
def keep_case_in_step(event: OrderRated, record: Event) -> None:
    """The lead waits again, and so do those who told of the same thing; who follows it hears of it."""
    if not event.solved:
        keep_in_step(event.need)
        tell_followers(event.need, News.OPEN, f"unsolved:{event.order}")


@every(timedelta(hours=1), "voice.late-replies")
def watch_replies() -> None:
    """Say once of each reply that is due that it is late."""
    replies.escalate()


@every(timedelta(days=7), "voice.inquiries")
def look_over_figures() -> None:
    """Raise questions about figures that somebody may have worked on."""
    inquiries.look()
