"""What the menu does by the clock."""

from __future__ import annotations

from datetime import timedelta

from lacarte.kernel.schedule import every
from lacarte.registers.menu.capacity.holding import release_expired
from lacarte.registers.menu.capacity.making import keep_all_lots, make_lots_ahead


@every(timedelta(minutes=1), "menu.release-expired")
def release_expired_holds() -> None:
    """Mark holds that have expired, some in each transaction."""
    while release_expired():
        pass


@every(timedelta(hours=1), "menu.make-lots")
def make_lots() -> None:
    """Make lots at the far end of every rule, and those of rules that have none yet."""
    make_lots_ahead()


@every(timedelta(days=1), "menu.keep-lots")
def keep_lots() -> None:
    """Bring all lots ahead in line with their rules, and with calendars that have changed."""
    keep_all_lots()
