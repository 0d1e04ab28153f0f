"""What somebody answered to the follow-up questions, and since when it is so: rows for every page of a need."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils import formats
from django.utils.translation import gettext as _

from lacarte.loop.needs.models import Need
from lacarte.registers.menu.answering import Answered, Answers, in_words, questions_of
from lacarte.registers.menu.models import Attribute


def told(questions: Iterable[Attribute], answers: Answers, since: date | None, times: str) -> list[Answered]:
    """Answers first, then since when and at what times, as far as they were given."""
    rows = in_words(questions, answers)
    if since is not None:
        rows.append(Answered("since", _("Since when"), formats.date_format(since, "DATE_FORMAT")))
    if times:
        rows.append(Answered("times", _("At what times"), times))
    return rows


def told_of(need: Need) -> list[Answered]:
    """As :func:`told`, of a need."""
    questions = questions_of(need.service_type) if need.answers else []
    return told(questions, need.answers, need.since, need.times)
