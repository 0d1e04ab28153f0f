"""Figures that look as if somebody had worked on them become a question to a person. Nothing here accuses anybody.

Three things are looked for, provider by provider, each by a test whose chance is exact; of the questions of one
kind that are raised in a week, at most 5 in 100 are mistaken on average.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from lacarte.engines.rates import burst, excess_chance
from lacarte.engines.surges import false_discovery_limit
from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, may_anywhere, require_anywhere
from lacarte.loop.voice.checking import RefusedError, checked
from lacarte.loop.voice.events import InquiryAnswered, InquiryRaised
from lacarte.loop.voice.models import Exclusion, Inquiry, Rating, Satisfaction
from lacarte.registers.menu.keeping import member_of

LOOK_BACK = timedelta(days=90)
#: The end of the time for an order, and how soon afterwards somebody says that it is not solved.
LAST_SHARE, REOPENED_WITHIN = 0.05, timedelta(days=14)
#: Stretches in which ratings may pile up, in seconds.
WINDOWS = (3600.0, 6 * 3600.0, 24 * 3600.0)
#: Of all that is found, so much may be chance.
FALSE_SHARE = 0.05
#: The newest ratings of a provider that are looked at for bursts: dealing them anew takes time.
_MOST = 2000
Kind = Inquiry.Kind


@dataclass(frozen=True)
class Found:
    """What a test found about a provider, and how likely that is where nothing is the matter."""

    provider: UUID
    chance: float
    facts: dict[str, Any]


@dataclass
class _Rated:
    """The ratings of one provider, column by column."""

    at: list[float] = field(default_factory=list)
    satisfaction: list[int] = field(default_factory=list)
    closed_late: list[bool] = field(default_factory=list)
    reopened: list[bool] = field(default_factory=list)
    left_out: list[bool] = field(default_factory=list)


def look() -> int:
    """Look at the last 90 days of every provider and raise what is found. Returns how many questions were raised.

    A provider that was asked about the same within that time is not asked again.
    """
    rated = _rated()
    raised = 0
    for kind, looked in ((Kind.CLOSED_EARLY, _closed_early), (Kind.LEFT_OUT, _left_out), (Kind.BURST, _bursts)):
        found = list(looked(rated))
        limit = false_discovery_limit([one.chance for one in found], FALSE_SHARE, len(found)) if found else 0.0
        raised += sum(_raise(kind, one) for one in found if one.chance <= limit)
    return raised


def _rated() -> dict[UUID, _Rated]:
    """All ratings of late, in one query."""
    since = clock.now() - LOOK_BACK
    out = Exclusion.objects.filter(
        order=OuterRef("pk"), state__in=[Exclusion.State.PROPOSED, Exclusion.State.APPROVED]
    )
    rows = (
        Rating.objects.filter(at__gte=since, order__ended_at__isnull=False)
        .annotate(left_out=Exists(out))
        .order_by("at", "pk")
        .values_list(
            "order__offer_at_place__offer__provider",
            *("order__requested_at", "order__ended_at", "order__resolution_due"),
            *("at", "satisfaction", "solved", "left_out"),
        )
    )
    found: dict[UUID, _Rated] = defaultdict(_Rated)
    for provider, requested, ended, due, at, satisfaction, solved, left_out in rows.iterator():
        one = found[provider]
        one.at.append(at.timestamp())
        one.satisfaction.append(satisfaction)
        one.closed_late.append(due - LAST_SHARE * (due - requested) <= ended <= due)
        one.reopened.append(not solved and at - ended <= REOPENED_WITHIN)
        one.left_out.append(left_out)
    return found


def _closed_early(rated: dict[UUID, _Rated]) -> Iterator[Found]:
    """Of what was closed in the last twentieth of its time, more is re-opened than of the rest."""
    for provider, one in rated.items():
        yield from _excess(provider, one.closed_late, one.reopened)


def _left_out(rated: dict[UUID, _Rated]) -> Iterator[Found]:
    """Of what is left out, or is to be, more were unhappy than of all."""
    for provider, one in rated.items():
        yield from _excess(provider, one.left_out, [said <= Satisfaction.BAD for said in one.satisfaction])


def _excess(provider: UUID, inside: list[bool], marked: list[bool]) -> Iterator[Found]:
    both, of = sum(i and m for i, m in zip(inside, marked, strict=True)), sum(inside)
    if 0 < of < len(inside):
        facts = {"count": both, "of": of, "all_count": sum(marked), "all_of": len(marked)}
        yield Found(provider, excess_chance(both, of, sum(marked), len(marked)), facts)


def _bursts(rated: dict[UUID, _Rated]) -> Iterator[Found]:
    """One rating many times within an hour, six or a day, against the same dealt anew to the same times."""
    for provider, one in rated.items():
        seed = provider.int % 2**32
        found = burst(one.at[-_MOST:], one.satisfaction[-_MOST:], WINDOWS, seed=seed)
        if found is not None:
            facts = {
                "value": found.value,
                "count": found.count,
                "of": found.of,
                "since": datetime.fromtimestamp(found.since, UTC).isoformat(),
                "until": datetime.fromtimestamp(found.until, UTC).isoformat(),
                "seed": seed,
            }
            yield Found(provider, found.chance, facts)


@transaction.atomic
def _raise(kind: Kind, found: Found) -> bool:
    asked = Inquiry.objects.filter(provider=found.provider, kind=kind)
    if asked.filter(Q(answered_at=None) | Q(raised_at__gte=clock.now() - LOOK_BACK)).exists():
        return False
    made = Inquiry.objects.create(provider_id=found.provider, kind=kind, found=found.facts, chance=found.chance)
    publish(InquiryRaised(inquiry=made.pk, kind=kind), stream=found.provider)
    return True


def seen_by(user: User) -> QuerySet[Inquiry]:
    """The questions that ``user`` may see: auditors see all but those about a provider they are a member of."""
    if not may_anywhere(user, Action.AUDIT):
        return Inquiry.objects.none()
    return Inquiry.objects.exclude(member_of(user, "provider__")).select_related("provider", "answered_by")


@transaction.atomic
def answer(inquiry: Inquiry, *, words: str, actor: User) -> Inquiry:
    """Write down what came of it. Raises :class:`RefusedError` and ``PermissionDenied``."""
    require_anywhere(actor, Action.AUDIT)
    if not seen_by(actor).filter(pk=inquiry.pk).exists():
        raise PermissionDenied(_("Nobody answers a question about the provider they work for."))
    locked = Inquiry.objects.select_for_update(of=("self",)).get(pk=inquiry.pk)
    if locked.answered_at is not None:
        raise RefusedError(_("This has been answered already."))
    locked.answer, locked.answered_by, locked.answered_at = checked(words), actor, clock.now()
    locked.save()
    publish(InquiryAnswered(inquiry=locked.pk, kind=locked.kind), stream=locked.provider_id, actor=actor)
    return locked
