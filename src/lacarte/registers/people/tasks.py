"""What the clock does with what is said about reading."""

from __future__ import annotations

from datetime import timedelta

from lacarte.kernel.schedule import every
from lacarte.registers.people import purposes


@every(timedelta(days=1), "people.forget-purposes")
def forget_purposes() -> None:
    """Remove purposes whose day is over."""
    purposes.forget()
