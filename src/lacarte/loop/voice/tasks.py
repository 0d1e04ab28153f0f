"""What was not solved waits again, with all that is joined to it."""

from __future__ import annotations

from lacarte.kernel.events import subscribe
from lacarte.kernel.models import Event
from lacarte.loop.needs.cases.joining import keep_in_step
from lacarte.loop.needs.cases.news import News, tell_followers
from lacarte.loop.voice.events import OrderRated


@subscribe(OrderRated)
def keep_case_in_step(event: OrderRated, record: Event) -> None:
    """The lead waits again, and so do those who told of the same thing; who follows it hears of it."""
    if not event.solved:
        keep_in_step(event.need)
        tell_followers(event.need, News.OPEN, f"unsolved:{event.order}")
