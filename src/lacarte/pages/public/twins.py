"""The twins of tables: the same rows as CSV and JSON. docs/reference/rates.md says what each column means."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse

from lacarte.loop.voice.closures import WITHIN, Closures
from lacarte.loop.voice.comparing import Compared, Comparison, Share
from lacarte.loop.voice.counting import RATES
from lacarte.loop.voice.matters import Matter
from lacarte.loop.voice.queries import Group, Rates

Row = Mapping[str, Any]
#: What spreadsheets would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Table:
    """Rows with the names of their columns, and what holds for all of them."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Row]
    about: Mapping[str, Any]


def answer(table: Table, ending: str) -> HttpResponse:
    """The table as ``"csv"`` or ``"json"``; ``Http404`` for anything else."""
    if ending == "json":
        return JsonResponse({**table.about, "rows": list(table.rows)})
    if ending != "csv":
        raise Http404
    reply = HttpResponse(content_type="text/csv; charset=utf-8")
    reply["Content-Disposition"] = f'attachment; filename="{table.name}.csv"'
    reply.write("\ufeff")  # spreadsheets take it for UTF-8 then
    writer = csv.writer(reply)
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow(_plain(row[name]) for name in table.columns)
    return reply


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.4f}"
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


_PARTS = ("", "_of", "_low", "_high")
RATE_COLUMNS = (
    *("code", "name", "orders", "left_out", "completed", "told_us"),
    *(f"{rate}{part}" for rate in RATES for part in _PARTS),
)


def rate_rows(rates: Sequence[Rates]) -> list[Row]:
    """The three rates of groups."""
    return [
        {
            "code": one.group.code,
            "name": one.group.label,
            "orders": one.orders,
            "left_out": one.excluded,
            "completed": one.completed,
            "told_us": one.ratings,
            **_share("response", one.response),
            **_share("resolution", one.resolution),
            **_share("satisfaction", one.satisfaction),
        }
        for one in rates
    ]


def _share(name: str, share: Share) -> dict[str, Any]:
    values = (share.share, share.whole, share.low, share.high)
    return {f"{name}{part}": value for part, value in zip(_PARTS, values, strict=True)}


COMPARED_COLUMNS = (
    *("code", "name", "share", "of", "low", "high", "fair", "fair_low", "fair_high"),
    *("rank_from", "rank_to", "funnel"),
)


def compared_rows(found: Comparison) -> list[Row]:
    """Groups compared by one rate."""
    return [_compared(one) for one in found.groups]


def _compared(one: Compared) -> Row:
    group: Group = one.key
    shown = one.shown
    return {
        "code": group.code,
        "name": group.label,
        "share": shown.share,
        "of": shown.whole,
        "low": shown.low,
        "high": shown.high,
        "fair": one.shrunk,
        "fair_low": one.shrunk_low,
        "fair_high": one.shrunk_high,
        "rank_from": one.best,
        "rank_to": one.worst,
        "funnel": one.outside if shown.share is not None else None,
    }


MATTER_COLUMNS = (
    *("service_type", "service", "region", "region_name", "needs", "again", "unmet", "lasting_share", "burden"),
    *("months_high", "months"),
)


def matter_rows(listed: Sequence[Matter]) -> list[Row]:
    """The matters of a month."""
    return [
        {
            "service_type": one.service_type.code,
            "service": str(one.service_type),
            "region": one.region.code if one.region else "",
            "region_name": str(one.region or ""),
            "needs": one.needs,
            "again": one.shown_again,
            "unmet": one.shown_unmet,
            "lasting_share": one.share,
            "burden": one.burden,
            "months_high": one.months_high,
            "months": one.months,
        }
        for one in listed
    ]


CLOSURE_COLUMNS = ("code", "name", "needs", "closed", *(f"within_{days}" for days in WITHIN))


def closure_rows(rows: Sequence[Closures]) -> list[Row]:
    """How soon needs were closed."""
    return [
        {
            "code": one.group.code,
            "name": one.group.label,
            "needs": one.needs,
            "closed": one.closed,
            **{f"within_{days}": share for days, share in zip(WITHIN, one.within, strict=True)},
        }
        for one in rows
    ]
