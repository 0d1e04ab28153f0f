"""Periods: which one a day falls into, and what is said of a longer one spread over those the law counts by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from openfisca_core import periods
from openfisca_core.holders import set_input_dispatch_by_period, set_input_divide_by_period

ETERNITY = "eternity"
KINDS = ("day", "week", "weekday", "month", "year", ETERNITY)


def span_of(kind: str, day: date) -> Any:
    """The period of this kind that ``day`` is in; of what never changes, its month. Raises ``ValueError``."""
    match kind:
        case "year":
            return periods.period(f"{day:%Y}")
        case "month" | "eternity":
            return periods.period(f"{day:%Y-%m}")
        case "day":
            return periods.period(day.isoformat())
        case "week":
            return periods.period("{:04}-W{:02}".format(*day.isocalendar()))
        case "weekday":
            return periods.period("{:04}-W{:02}-{}".format(*day.isocalendar()))
    raise ValueError(f"“{kind}” is no kind of period; one is {', '.join(KINDS)}")


def read_span(said: Any) -> Any:
    """A period as it is written, such as ``2017``, ``2017-01`` or ``ETERNITY``. Raises ``ValueError``."""
    try:
        return periods.period(said)
    except Exception as error:
        # What OpenFisca raises here is different from version to version.
        raise ValueError(f"“{said}” is no period; one is 2017, 2017-01 or 2017-01-31") from error


def key_of(variable: Any, span: Any) -> tuple[str, str]:
    """What a value is filed under: the variable and the period, ``eternity`` where it never changes."""
    kind = str(variable.definition_period)
    return (str(variable.name), ETERNITY if kind == ETERNITY else str(span))


def spread(variable: Any, said: Mapping[Any, Any]) -> dict[Any, Any]:
    """What one person or group said, ``{period: value}``, for the periods that the variable is defined by.

    As the package decides: a longer period is divided among those of which nothing was said, or copied to them.
    Shorter periods count first. Raises ``ValueError`` for a period that does not fit.
    """
    kind = str(variable.definition_period)
    if kind == ETERNITY:
        return dict(list(said.items())[-1:])
    found: dict[Any, Any] = {}
    for span in sorted(said, key=lambda span: span.size_in_days if str(span.unit) != ETERNITY else 0):
        if str(span.unit) == kind and span.size == 1:
            found[span] = said[span]
        else:
            found |= _spread_one(variable, span, said[span], found)
    return found


def _spread_one(variable: Any, span: Any, value: Any, found: Mapping[Any, Any]) -> dict[Any, Any]:
    how = variable.set_input
    if how not in (set_input_divide_by_period, set_input_dispatch_by_period) or str(span.unit) == ETERNITY:
        raise ValueError(f"a value for one {variable.definition_period} is wanted, not for {span}")
    parts = _parts(variable, span)
    free = [part for part in parts if part not in found]
    if how is set_input_dispatch_by_period:
        return dict.fromkeys(free, value)
    rest = value - sum(found[part] for part in parts if part in found)
    if not free and rest:
        raise ValueError(f"the parts of {span} were said too, and are {rest:g} off its {value:g}")
    return {part: rest / len(free) for part in free}


def _parts(variable: Any, span: Any) -> list[Any]:
    """All periods of the variable's kind that begin in a longer one."""
    after = span.start.offset(span.size, span.unit)
    part = periods.Period((variable.definition_period, span.start, 1))
    parts = []
    while part.start < after:
        parts.append(part)
        part = part.offset(1)
    return parts
