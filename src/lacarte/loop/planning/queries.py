"""What comes in and is met week by week, and what one more unit of capacity would do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncWeek

from lacarte.kernel import clock
from lacarte.kernel.permissions import Action, AnyUser, may, permitted
from lacarte.loop.matching.models import Price
from lacarte.loop.matching.queries import latest_run
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.understanding.privacy import passed_on
from lacarte.loop.planning.few import Told, is_few
from lacarte.loop.planning.in_need import OF_PEOPLE


@dataclass(frozen=True)
class Week:
    """One week: needs that came and needs that were met in it; those that tell of the same thing are one.

    Few needs of people are left out; the number is then that of places, ``exact`` is not, and there are more.
    """

    begins: date
    received: int
    met: int
    received_exact: bool = True
    met_exact: bool = True

    @property
    def told_received(self) -> Told | None:
        """As it may be told; ``None``: few."""
        return _told(self.received, self.received_exact)

    @property
    def told_met(self) -> Told | None:
        """As :attr:`told_received`."""
        return _told(self.met, self.met_exact)


def _told(number: int, exact: bool) -> Told | None:
    return Told(number, exact) if exact or number else None


def by_week(user: AnyUser, weeks: int = 12) -> list[Week]:
    """The last ``weeks`` weeks, oldest first, where ``user`` may plan."""
    today = clock.now().date()
    monday = today - timedelta(days=today.weekday())
    since = monday - timedelta(weeks=weeks - 1)
    needs = permitted(Need.objects.filter(passed_on(), lead=None).order_by(), user, Action.PLAN)
    came = _weekly(needs.filter(received_at__date__gte=since), "received_at")
    met = _weekly(needs.filter(state=Need.State.MET, closed_at__date__gte=since), "closed_at")
    begins = [since + timedelta(weeks=k) for k in range(weeks)]
    nobody = (0, True)
    numbers = ((begin, came.get(begin, nobody), met.get(begin, nobody)) for begin in begins)
    return [
        Week(begin, new, done, new_exact, done_exact) for begin, (new, new_exact), (done, done_exact) in numbers
    ]


def _weekly(needs: QuerySet[Need], column: str) -> dict[date, tuple[int, bool]]:
    """The needs of each week without few of people, and whether that is all."""
    counted = {"n": Count("pk"), "people": Count("pk", filter=OF_PEOPLE)}
    rows: Any = needs.annotate(week=TruncWeek(column)).values("week").annotate(**counted)
    return {
        row["week"].date(): (row["n"] - row["people"] * is_few(row["people"]), not is_few(row["people"]))
        for row in rows
    }


def best_uses(user: AnyUser, n: int = 10) -> list[Price]:
    """The offers where one more unit of capacity would help most by the last run, where ``user`` may plan."""
    run = latest_run()
    if run is None:
        return []
    where = {"service_at": "offer_at_place__offer__service_type_id", "region_at": "offer_at_place__region_id"}
    prices = Price.objects.filter(may(user, Action.PLAN, **where), run=run).select_related(
        "offer_at_place__offer__provider", "offer_at_place__offer__service_type", "offer_at_place__region"
    )
    return list(prices.order_by("-price", "pk")[:n])
