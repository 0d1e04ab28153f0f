"""A preview is let count, or not: publishing takes a unit of capacity for every decision that still stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lacarte.kernel import clock, jobs
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, may, may_anywhere, require_anywhere
from lacarte.loop.matching.events import MatchingRunDiscarded, MatchingRunPublished
from lacarte.loop.matching.models import Match, MatchingRun, NextUnit, Price, Shortage, Unserved
from lacarte.loop.matching.queries import by_urgency, in_turn
from lacarte.loop.needs.models import Need
from lacarte.registers.menu.capacity.holding import release, take_earliest

TAKE = "matching.take"
State = MatchingRun.State
Outcome = Match.Outcome


class RunRefusedError(ValueError):
    """The run cannot be published or discarded; the message says why."""


def may_decide(user: User, run: MatchingRun) -> bool:
    """Whether ``user`` may publish or discard ``run``: everywhere where it decides about a need."""
    if not may_anywhere(user, Action.PUBLISH):  # a run about nothing is not for everybody either
        return False
    for decided in (run.matches, run.unserved):
        if decided.exclude(may(user, Action.PUBLISH, "need__")).exists():
            return False
    return True


@transaction.atomic
def publish_run(run: MatchingRun, *, by: User | None) -> MatchingRun:
    """Let a preview count. Its decisions take their units in a background job, which also survives kill -9.

    ``by`` None: the system itself. Raises ``PermissionDenied`` and :class:`RunRefusedError`.
    """
    run = _decide(run, State.PUBLISHING, by)
    if run.kind != MatchingRun.Kind.URGENT:
        # Nobody asks what an earlier run would have paid; its decisions stay, for they explain orders.
        replaced = MatchingRun.objects.exclude(pk=run.pk).exclude(state=State.COMPUTED)
        for record in (Price, NextUnit, Shortage, Unserved):
            record.objects.filter(run__in=replaced).delete()
    else:
        considered = run.unserved.values("need")
        Unserved.objects.filter(need__in=considered, run__state=State.PUBLISHED).exclude(run=run).delete()
    jobs.enqueue(TAKE, {"run": str(run.pk)}, key=f"{TAKE}:{run.pk}")
    return run


@transaction.atomic
def discard_run(run: MatchingRun, *, by: User | None) -> MatchingRun:
    """Say that a preview does not count. Raises ``PermissionDenied`` and :class:`RunRefusedError`."""
    run = _decide(run, State.DISCARDED, by)
    publish(MatchingRunDiscarded(run=run.pk), stream=run.pk, actor=by)
    return run


def _decide(run: MatchingRun, state: str, by: User | None) -> MatchingRun:
    if by is not None:
        require_anywhere(by, Action.PUBLISH)
        if not may_decide(by, run):
            raise RunRefusedError(_("This run decides about needs that your mandate does not cover."))
    previews = MatchingRun.objects.filter(pk=run.pk, state=State.COMPUTED)
    if not previews.update(state=state, decided_by=by, decided_at=clock.now()):
        raise RunRefusedError(_("This run is not a preview any more."))
    return MatchingRun.objects.get(pk=run.pk)


def take(run: UUID) -> None:
    """Hold a unit for each decision of a run that still stands, most urgent first, and say so at the end.

    Some in each transaction; whoever goes on after a stop finds what is left. Run twice, it takes nothing twice.
    """
    if not MatchingRun.objects.filter(pk=run, state=State.PUBLISHING).exists():
        return
    left = by_urgency(Match.objects.filter(run=run, outcome=Outcome.DECIDED))
    for at in range(0, len(left), jobs.AT_ONCE):
        _take(left[at : at + jobs.AT_ONCE])
    _finish(run)


@transaction.atomic
def _take(decisions: Sequence[UUID]) -> None:
    """Needs are locked before capacity; decisions are read once nobody else can change what they rest on."""
    wanted = Match.objects.filter(pk__in=decisions).values("need")
    locked = Need.objects.select_for_update(of=("self",)).filter(pk__in=wanted, state=Need.State.OPEN)
    kinds = dict(locked.order_by("pk").values_list("pk", "service_type"))
    promised = set(Match.objects.filter(need__in=kinds, outcome=Outcome.HELD).values_list("need", flat=True))
    undecided = Match.objects.filter(pk__in=decisions, outcome=Outcome.DECIDED)
    found = undecided.select_related("offer_at_place__offer").in_bulk()
    rows = [found[pk] for pk in decisions if pk in found]
    standing = [
        row
        for row in rows
        if row.need_id not in promised and kinds.get(row.need_id) == row.offer_at_place.offer.service_type_id
    ]
    for row in rows:
        row.outcome = Outcome.OVERTAKEN
    offers = [row.offer_at_place_id for row in standing]
    holds = take_earliest(offers, leaving=in_turn(set(offers)))
    for row, hold in zip(standing, holds, strict=True):
        if hold is not None:
            row.outcome, row.hold = Outcome.HELD, hold
    Match.objects.bulk_update(rows, ["outcome", "hold"], batch_size=jobs.AT_ONCE)


@transaction.atomic
def _finish(run: UUID) -> None:
    if not MatchingRun.objects.filter(pk=run, state=State.PUBLISHING).update(state=State.PUBLISHED):
        return  # somebody else came first
    decided = Match.objects.filter(run=run)
    held = decided.exclude(outcome=Outcome.OVERTAKEN)
    publish(MatchingRunPublished(run=run, decided=decided.count(), held=held.count()), stream=run)


def mark_ordered(decisions: Iterable[UUID]) -> None:
    """Note that held decisions have become orders, within the caller's transaction."""
    Match.objects.filter(pk__in=list(decisions), outcome=Outcome.HELD).update(outcome=Outcome.ORDERED)


def give_up(decision: Match) -> None:
    """Give back what a held decision holds, within the caller's transaction: its need does not wait any more."""
    if decision.hold is not None:
        release(decision.hold)
    Match.objects.filter(pk=decision.pk, outcome=Outcome.HELD).update(outcome=Outcome.OVERTAKEN)
