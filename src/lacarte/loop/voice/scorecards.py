"""The scorecard of a provider or a district: its rates, month by month, where it stands, and what people say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q

from lacarte.engines import rates as engine
from lacarte.kernel import clock
from lacarte.loop.voice.comments import released
from lacarte.loop.voice.comparing import Comparison, compare
from lacarte.loop.voice.counting import RATES, SMALLEST_GROUP, Counts, Cut, count, months_before
from lacarte.loop.voice.models import Rating, Reply
from lacarte.loop.voice.queries import Group, Rates, groups_by, rates_of
from lacarte.registers.places.models import Region
from lacarte.registers.providers.models import Provider

MONTHS = 12


@dataclass(frozen=True)
class Replies:
    """What became of bad and very bad ratings; ``None`` where too few were given."""

    asked: int | None
    in_time: float | None  # of those whose deadline is over or that were answered
    verified: float | None  # of those that were answered


@dataclass(frozen=True)
class Scorecard:
    """All of it. ``own`` is the whole period's, ``comparisons`` one for each rate with all others beside it."""

    group: Group
    since: datetime
    own: Rates
    #: Were those who did not answer all unhappy, or all happy: the satisfaction rate would be from .. to.
    bounds: tuple[float, float] | None
    months: list[Rates]
    by_type: list[Rates]
    comparisons: list[Comparison]
    replies: Replies
    comments: list[Rating]


def of_provider(provider: Provider) -> Scorecard:
    """The scorecard of a provider."""
    months = months_before(clock.now(), MONTHS)
    cut = Cut(since=months[0], provider=provider.pk)
    return _card(Group(provider.code, str(provider)), "provider", cut, months)


def of_region(region: Region) -> Scorecard:
    """The scorecard of a district, one of ``queries.districts``."""
    months = months_before(clock.now(), MONTHS)
    cut = Cut(since=months[0], region=region.interval)
    return _card(Group(region.code, str(region)), "region", cut, months)


def _card(group: Group, by: str, cut: Cut, months: Sequence[datetime]) -> Scorecard:
    everybody = Cut(since=cut.since)
    all_groups = groups_by(by, count(by, everybody))
    own = all_groups.setdefault(group, Counts())
    by_month = count("month", cut, months)
    labels = [Group(f"{begins:%Y-%m}", f"{begins:%Y-%m}") for begins in months]
    assert cut.since is not None
    return Scorecard(
        group=group,
        since=cut.since,
        own=next(one for one in rates_of(all_groups) if one.group == group),
        bounds=_bounds(own),
        months=rates_of({label: by_month.get(i, Counts()) for i, label in enumerate(labels)}),
        by_type=rates_of(groups_by("type", count("type", cut))),
        comparisons=[compare(all_groups, rate) for rate in RATES],
        replies=_replies(cut),
        comments=released(provider=group.code) if by == "provider" else released(region=cut.region),
    )


def _bounds(own: Counts) -> tuple[float, float] | None:
    asked = max(own.completed, own.ratings)
    if own.ratings < SMALLEST_GROUP:
        return None
    low, high = engine.bounds(own.satisfied, own.ratings, asked)
    return float(low), float(high)


def _replies(cut: Cut) -> Replies:
    of: dict[str, Any] = {"rating__order__requested_at__gte": cut.since}
    if cut.provider is not None:
        of["rating__order__offer_at_place__offer__provider"] = cut.provider
    if cut.region is not None:
        of |= {
            "rating__order__region__gte": cut.region.first,
            "rating__order__region__lte": cut.region.last,
        }
    given = Q(answered_at__isnull=False)
    counted = Reply.objects.filter(**of).aggregate(
        asked=Count("pk"),
        known=Count("pk", filter=given | Q(due__lt=clock.now())),
        in_time=Count("pk", filter=Q(answered_at__lte=F("due"))),
        given=Count("pk", filter=given),
        verified=Count("pk", filter=Q(state=Reply.State.VERIFIED)),
    )
    enough = counted["asked"] >= SMALLEST_GROUP
    return Replies(
        counted["asked"] if enough else None,
        counted["in_time"] / counted["known"] if enough and counted["known"] >= SMALLEST_GROUP else None,
        counted["verified"] / counted["given"] if enough and counted["given"] >= SMALLEST_GROUP else None,
    )
