"""How groups of people fare: who is served, how long it takes, how great the need had become. For everybody."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Min

from lacarte.engines.matching.fairness.at_service import GroupReport, group_report
from lacarte.engines.needindex.multidimensional import CANNOT_SAY, NOT_POOR, POOR
from lacarte.kernel import clock
from lacarte.kernel.schedule import every
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import Order, OrderState
from lacarte.loop.priority.analysing import seed_of_today
from lacarte.loop.priority.models import Report
from lacarte.loop.priority.sampling import sample
from lacarte.loop.priority.weights import in_force
from lacarte.loop.voice.queries import SMALLEST_GROUP
from lacarte.registers.people.bands import age_band
from lacarte.registers.places.outlines import districts

KIND = "fairness"
#: Needs that came within the last year; of more than this a sample says enough.
PERIOD, MOST = timedelta(days=365), 20_000
BY = ("region", "language", "age", "circumstances")
SERVED = (Need.State.ORDERED, Need.State.MET)
_NOT = (OrderState.REJECTED, OrderState.CANCELLED, OrderState.FAILED)
_HOUSEHOLD = {POOR: "poor", NOT_POOR: "not-poor", CANNOT_SAY: "cannot-say", None: "nobody"}
_BATCH = 500


@every(timedelta(days=1), "planning.fairness")
def report_groups() -> None:
    """Compute the report across groups, and keep it."""
    now, seed = clock.now(), seed_of_today()
    of_year = Need.objects.filter(
        state__in=(Need.State.OPEN, *SERVED), lead=None, received_at__gt=now - PERIOD, weighing__isnull=False
    )
    rows = sample(of_year.annotate(age=age_band(now.date())).select_related("weighing"), seed, MOST)
    figures = {by: _by(rows, codes, now) for by, codes in _codes(rows).items()} if rows else {}
    values = {"version": in_force().version, "seed": seed, "needs": len(rows), "figures": figures, "at": now}
    Report.objects.update_or_create(kind=KIND, defaults=values)


def _codes(rows: Sequence[Need]) -> dict[str, list[str]]:
    """The group of each need, by each way of grouping."""
    known = [(one.interval, one.code) for one in districts()]
    return {
        "region": [next((code for at, code in known if row.region_id in at), "") for row in rows],
        "language": ["" if row.language == "und" else row.language for row in rows],
        "age": [row.age for row in rows],  # type: ignore[attr-defined]
        "circumstances": [_HOUSEHOLD[row.weighing.poor] for row in rows],
    }


def _by(rows: Sequence[Need], codes: Sequence[str], now: datetime) -> list[dict[str, Any]]:
    names, group = np.unique(np.array(codes), return_inverse=True)
    served = np.array([row.state in SERVED for row in rows], dtype=np.bool_)
    report = group_report(
        served,
        _days(rows, now),
        np.clip(np.array([row.weighing.index_low for row in rows], dtype=np.float64), 0, 1),
        np.clip(np.array([row.weighing.index_high for row in rows], dtype=np.float64), 0, 1),
        group.astype(np.int64),
        SMALLEST_GROUP,
    )
    return [_row(report, i, str(name)) for i, name in enumerate(names)]


def _days(rows: Sequence[Need], now: datetime) -> Any:
    """Days from when a need came until an offer took it on, or until now."""
    keys: list[UUID] = [row.pk for row in rows if row.state in SERVED]
    taken: dict[UUID, datetime] = {}
    for start in range(0, len(keys), _BATCH):
        orders = Order.objects.filter(need__in=keys[start : start + _BATCH]).exclude(state__in=_NOT)
        taken |= dict(orders.order_by().values_list("need").annotate(first=Min("requested_at")))
    until = (taken.get(row.pk) or (row.closed_at if row.state in SERVED else None) or now for row in rows)
    waited = [
        max((end - row.received_at).total_seconds(), 0.0) / 86_400 for row, end in zip(rows, until, strict=True)
    ]
    return np.array(waited, dtype=np.float64)


def _row(report: GroupReport, i: int, code: str) -> dict[str, Any]:
    """One group's figures; ``None`` for what would tell about few, or cannot be said."""
    rates, others, wait, at = report.rates, report.against_others, report.median_wait, report.at_service
    numbers = {
        "rate": rates.rate[i],
        "rate_low": rates.low[i],
        "rate_high": rates.high[i],
        "ratio": others.ratio[i],
        "ratio_low": others.low[i],
        "ratio_high": others.high[i],
        "days": wait.value[i],
        "days_low": wait.low[i],
        "days_high": wait.high[i],
        "index": at.mean[i],
        "index_low": at.low[i],
        "index_high": at.high[i],
    }
    return {
        "code": code,
        "needs": int(rates.people[i]) if rates.shown[i] else None,
        "differs": bool(others.differs[i]),
        **{name: round(float(value), 4) if math.isfinite(value) else None for name, value in numbers.items()},
    }


def published() -> Report | None:
    """The report of the last night."""
    return Report.objects.filter(kind=KIND).first()
