"""What the clock does for the interview."""

from __future__ import annotations

from datetime import timedelta

from lacarte.kernel.schedule import every
from lacarte.registers.entitlement.interview import answers


@every(timedelta(days=1), "entitlement.count-answers")
def count_answers() -> None:
    """Count what people answered, so that the question that settles most comes first."""
    answers.count_answers()
