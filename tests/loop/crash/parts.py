"""What the processes of these tests do; run as ``python -m tests.loop.crash.parts PART``."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lacarte.site.settings")
django.setup()

from django.db.models import Count  # noqa: E402

from lacarte.kernel import jobs  # noqa: E402
from lacarte.kernel.models import Event, Job  # noqa: E402
from lacarte.loop.matching import publishing  # noqa: E402
from lacarte.loop.matching.actions import compute  # noqa: E402
from lacarte.loop.matching.models import Match, MatchingRun  # noqa: E402
from lacarte.loop.needs.actions import receive  # noqa: E402
from lacarte.loop.needs.models import Channel, Need  # noqa: E402
from lacarte.loop.orders.models import Order  # noqa: E402
from lacarte.registers.menu.capacity.counting import living_holds, overbooked  # noqa: E402
from lacarte.registers.menu.models import Hold  # noqa: E402
from tests import background  # noqa: E402
from tests.city import build  # noqa: E402

_LEASE = timedelta(seconds=1)
_TAKE, _TAKE_EARLIEST = publishing._take, publishing.take_earliest


def preview(needs: str, units: str) -> None:
    """A city, its needs, and a preview over them."""
    city = build(units=int(units))
    for _ in range(int(needs)):
        receive(channel=Channel.WEB, text="", service_type=city.care, longitude=122.04, latitude=28.04)
    finish()
    compute(MatchingRun.Kind.BY_HAND)


def _when_told() -> MatchingRun:
    run = MatchingRun.objects.get()
    print("ready", flush=True)
    sys.stdin.readline()
    return run


def publish() -> None:
    """When told, publish the preview; prints whether it was this process that did."""
    try:
        publishing.publish_run(_when_told(), by=None)
    except publishing.RunRefusedError:
        print("refused")
    else:
        print("published")


def take() -> None:
    """When told, take the units of the run, whoever else does."""
    jobs.AT_ONCE = 5
    publishing.take(_when_told().pk)


def work() -> None:
    """Work until killed, and say where publishing is: units taken but not committed, or committed."""

    def slowly(offers: Sequence[UUID], **how: Any) -> list[Hold | None]:
        holds = _TAKE_EARLIEST(offers, **how)
        print("uncommitted", flush=True)
        time.sleep(0.1)
        return holds

    def aloud(decisions: Sequence[UUID]) -> None:
        _TAKE(decisions)
        print("committed", flush=True)
        time.sleep(0.1)

    jobs.AT_ONCE, publishing.take_earliest, publishing._take = 5, slowly, aloud  # type: ignore[assignment]
    while True:
        if not jobs.work_once(lease=_LEASE):
            time.sleep(0.02)


def finish() -> None:
    """Do what is left."""
    background.finish(_LEASE)


def count() -> None:
    """What there is in the end."""
    held = Match.objects.exclude(hold=None)
    found = {
        "run": MatchingRun.objects.get().state,
        "needs": Need.objects.count(),
        "decided": Match.objects.count(),
        "undecided": Match.objects.filter(outcome=Match.Outcome.DECIDED).count(),
        "ordered": Match.objects.filter(outcome=Match.Outcome.ORDERED).count(),
        "holds": Hold.objects.filter(living_holds()).count(),
        "holds of decisions": held.values("hold").distinct().count(),
        "orders": Order.objects.count(),
        "doubled": Order.objects.order_by().values("need").annotate(n=Count("pk")).filter(n__gt=1).count(),
        "overbooked": overbooked().count(),
        "said": Event.objects.filter(name="matching.published").count(),
        "stuck": Job.objects.filter(state=Job.State.STUCK).count(),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
