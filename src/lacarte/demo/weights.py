"""The weights of the demo city, decided by its council, and what was computed of them by night."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from lacarte.kernel import clock
from lacarte.loop.planning.groups import report_groups
from lacarte.loop.planning.in_need import publish_most_in_need
from lacarte.loop.priority.analysing import analyse
from lacarte.loop.priority.models import Weights
from lacarte.loop.priority.previewing import foresee
from lacarte.loop.priority.weights import columns_of, in_force, next_version, scheme_of

_WEIGHTS = {"urgency": 0.4, "vulnerability": 0.35, "deprivation": 0.1, "waiting": 0.15}
_SINCE, _DECIDED = timedelta(days=14), timedelta(days=21)


def write_weights(now: datetime) -> None:
    """Write what the council decided three weeks ago, before anything is weighed by it."""
    since, decided = now - _SINCE, now - _DECIDED
    version = next_version(decided)
    Weights.objects.create(
        version=version,
        since=since,
        body={"en": "Council of Lanwan, committee for social affairs", "zh-hans": "澜湾市议会社会事务委员会"},
        reason={
            "en": "Households in difficulty waited as long as others. How people live says more than where.",
            "zh-hans": "困难家庭与其他家庭等待的时间一样长。住在哪里，不如过得怎样重要。",
        },
        minutes="https://lanwan.example/council/minutes/weights",
        seed=version,
        decided_at=decided,
        changed_at=decided,
        **columns_of(replace(in_force(), weights=_WEIGHTS)),
    )


def write_reports(now: datetime) -> None:
    """What the council was shown before it decided, and what is computed by night."""
    made = Weights.objects.order_by("-since").first()
    if made is None:
        return
    with clock.stopped_at(made.since - timedelta(minutes=1)):
        foreseen = foresee(scheme_of(made.version)).as_json()
    Weights.objects.filter(pk=made.pk).update(foreseen=foreseen)
    with clock.stopped_at(now):
        analyse()
        publish_most_in_need()
        report_groups()
