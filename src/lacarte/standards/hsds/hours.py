"""Opening hours as weekly schedules, and back."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_TIME = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")
#: A time as others write it: with seconds, with an offset.
_OTHER_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")

Hours = dict[str, Any]
Object = dict[str, Any]


def schedules(hours: Hours) -> tuple[tuple[Object, ...], bool]:
    """A weekly schedule for each span of time, without keys; and whether they say all of ``hours``."""
    return _schedules(json.dumps(hours)) if hours else ((), hours == {})


@lru_cache(maxsize=4096)
def _schedules(written: str) -> tuple[tuple[Object, ...], bool]:
    hours = json.loads(written)
    days: dict[tuple[str, str], list[str]] = {}
    for day, spans in sorted(hours.items()):
        for span in spans if isinstance(spans, list) else []:
            if day in "1234567" and len(day) == 1 and _is_span(span):
                days.setdefault((span[0], span[1]), []).append(DAYS[int(day) - 1])
    found = tuple(
        {"freq": "WEEKLY", "byday": ",".join(those), "opens_at": opens, "closes_at": closes}
        for (opens, closes), those in days.items()
    )
    return found, hours_of(list(found)) == hours


def _is_span(span: Any) -> bool:
    return (
        isinstance(span, list) and len(span) == 2 and all(isinstance(t, str) and _TIME.fullmatch(t) for t in span)
    )


def hours_of(weekly: Any) -> Hours:
    """The hours that schedules say; those that are not every week of some days say none."""
    found: dict[str, list[list[str]]] = {}
    for one in weekly if isinstance(weekly, list) else []:
        if not isinstance(one, dict) or one.get("freq", "WEEKLY") != "WEEKLY" or one.get("interval", 1) != 1:
            continue
        opens, closes = _time(one.get("opens_at")), _time(one.get("closes_at"))
        days = [day.strip() for day in str(one.get("byday") or "").split(",")]
        if not (opens and closes and all(day in DAYS for day in days)):
            continue
        for day in days:
            spans = found.setdefault(str(DAYS.index(day) + 1), [])
            if [opens, closes] not in spans:
                spans.append([opens, closes])
    return {day: sorted(spans) for day, spans in sorted(found.items())}


def _time(text: Any) -> str:
    matched = _OTHER_TIME.fullmatch(text) if isinstance(text, str) else None
    return f"{int(matched[1]):02}:{matched[2]}" if matched else ""
