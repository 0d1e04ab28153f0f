"""What the pages of the rates share: their tabs, their months, and what things are called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.loop.voice.counting import Cut, month_after, month_of, months_before
from lacarte.loop.voice.scorecards import MONTHS

RATE_NAMES: dict[str, str | Promise] = {
    "response": _("Answered in time"),
    "resolution": _("Solved"),
    "satisfaction": _("Satisfied"),
}
BY_NAMES: dict[str, str | Promise] = {
    "region": _("District"),
    "provider": _("Provider"),
    "kind": _("Kind of provider"),
    "type": _("Service"),
}
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Month:
    """One month to choose from."""

    code: str
    label: str


def months() -> list[Month]:
    """The last twelve, the newest first."""
    return [
        Month(f"{begins:%Y-%m}", month_name(begins)) for begins in reversed(months_before(clock.now(), MONTHS))
    ]


def month_name(begins: datetime) -> str:
    """A month as people write it."""
    return date_format(timezone.localtime(begins), "YEAR_MONTH_FORMAT")


def month_said(code: str) -> datetime | None:
    """When the month ``2026-03`` begins; ``None`` for no code. ``Http404`` for what is no month up to now."""
    if not code:
        return None
    said = _MONTH.fullmatch(code)
    if said is None or not 1 <= int(said[1]) <= 9000:
        raise Http404
    begins = month_of(int(said[1]), int(said[2]) - 1)
    if begins > clock.now():
        raise Http404
    return begins


def cut_of(code: str) -> Cut:
    """One month, or the last twelve."""
    begins = month_said(code)
    if begins is not None:
        return Cut(since=begins, until=month_after(begins))
    return Cut(since=months_before(clock.now(), MONTHS)[0])


def about(cut: Cut) -> dict[str, Any]:
    """What holds for all rows of a table."""
    return {
        "since": cut.since.isoformat() if cut.since else None,
        "until": (cut.until or clock.now()).isoformat(),
    }
