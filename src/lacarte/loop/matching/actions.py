"""Runs of the matching engine over the records: computed first, published afterwards (``publishing``)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lacarte.engines.matching import Certificate, Problem, Result, certify, solve
from lacarte.engines.matching.fairness.balance import Balance, balanced
from lacarte.engines.matching.proof import proof
from lacarte.kernel import clock, jobs
from lacarte.kernel.events import publish
from lacarte.kernel.models import Job, User
from lacarte.kernel.permissions import Action, require_anywhere
from lacarte.loop.matching import candidates as rules
from lacarte.loop.matching.balancing import as_record
from lacarte.loop.matching.candidates import Candidates, build
from lacarte.loop.matching.events import MatchingRunComputed
from lacarte.loop.matching.inputs import Inputs, fingerprint, pack, read
from lacarte.loop.matching.keeping import keep_decisions
from lacarte.loop.matching.lease import Lease, lease
from lacarte.loop.matching.models import MatchingRun, Refusal, RunInput
from lacarte.loop.matching.ordering import LONGEST_SEED, seed_of
from lacarte.loop.matching.publishing import RunRefusedError, publish_run
from lacarte.loop.matching.queries import LAST_CLASS, URGENT_CLASS, district_of, runs
from lacarte.loop.needs.models import Need
from lacarte.loop.priority.actions import weigh_all
from lacarte.loop.priority.weights import in_force

COMPUTE = "matching.compute"
#: A few rounds are enough in practice; a run that needs more says that not all pairs were looked at.
WIDEN_AT_MOST = 20
Progress = Callable[[str], None]
Kind = MatchingRun.Kind


def _silent(text: str) -> None:
    """Nobody watches."""


@dataclass(frozen=True, eq=False)
class Solved:
    """What follows from a run's inputs, and from nothing else."""

    candidates: Candidates
    result: Result
    certificate: Certificate
    over_all_pairs: bool
    balance: Balance | None


def solved(inputs: Inputs) -> Solved:
    """Decide, and check the decision with code that does not trust the solver. Pure: the same in, the same out.

    Raises ``KeyboardInterrupt`` on Ctrl-C.
    """
    candidates, result, over_all_pairs = _optimum(build(inputs))
    balance = None
    if inputs.balanced:
        found, balance = balanced(candidates.found, district_of(inputs.needs.region), _exactly)
        candidates = replace(candidates, found=found)
        candidates, result, still = _optimum(candidates)
        over_all_pairs &= still
    return Solved(candidates, result, certify(candidates.problem, result), over_all_pairs, balance)


def _optimum(candidates: Candidates) -> tuple[Candidates, Result, bool]:
    """Solve, add the pairs that prices call for, and solve again; whether the optimum is that over all pairs."""
    for _round in range(WIDEN_AT_MOST):
        result = _exactly(candidates.problem)
        wider = candidates.widened(result.price)
        if wider is candidates:
            return candidates, result, True
        candidates = wider
    return candidates, _exactly(candidates.problem), False


def _exactly(problem: Problem) -> Result:
    """The optimum. What the solver has where Ctrl-C stops it is none, and no run computed again comes to it."""
    result = solve(problem)
    if not result.complete:
        raise KeyboardInterrupt
    return result


def rules_version() -> str:
    """The rules in force: how needs are weighed, and how they are matched."""
    return f"priority {in_force().version}, matching {rules.RULES_VERSION}"


def match(progress: Progress = _silent) -> MatchingRun:
    """Match all needs that wait now, and let it count at once; on Ctrl-C nothing is kept.

    Raises :class:`~lacarte.loop.matching.lease.RunUnderwayError` when another run is under way.
    """
    return publish_run(compute(Kind.BY_HAND, progress=progress), by=None)


def compute(
    kind: Kind,
    *,
    seed: str = "",
    balance_districts: bool = False,
    asked_by: User | None = None,
    progress: Progress = _silent,
) -> MatchingRun:
    """Weigh what waits and join it with what is free, as a preview: decisions, prices and reasons are kept.

    ``seed`` decides among equals; without one it is that of the day. With ``balance_districts``, districts are
    served as evenly as possible inside each class. Raises
    :class:`~lacarte.loop.matching.lease.RunUnderwayError` when another run is under way.
    """
    with lease() as held:
        return _compute(kind, _read(kind, seed, balance_districts, held, progress), held, asked_by, progress)


@transaction.atomic
def ask_for_preview(user: User, *, seed: str, balance_districts: bool = False) -> None:
    """Have a preview over all needs computed in the background, for a planner.

    Raises ``PermissionDenied``, and :class:`~lacarte.loop.matching.publishing.RunRefusedError` when one is on its
    way or the seed is no line of text.
    """
    require_anywhere(user, Action.PUBLISH)
    seed = seed.strip()
    if len(seed) > LONGEST_SEED or not seed.isprintable():
        raise RunRefusedError(_("A seed is one line of at most %(n)d characters.") % {"n": LONGEST_SEED})
    if preview_is_coming():
        raise RunRefusedError(_("A preview is being computed already."))
    jobs.enqueue(COMPUTE, {"seed": seed, "balance_districts": balance_districts, "asked_by": str(user.pk)})


def preview_is_coming() -> bool:
    """Whether a planner has asked for a preview that is not there yet."""
    return Job.objects.filter(name=COMPUTE, state=Job.State.READY).exists()


def match_urgent() -> MatchingRun | None:
    """Match the needs of the urgent classes and let it count at once; nothing when nothing is new for them.

    What a run would decide follows from what it reads, so the same inputs as last time need no other run.
    """
    with lease() as held:
        inputs = _read(Kind.URGENT, "", False, held, _silent)
        last = runs(Kind.URGENT).first()
        if not len(inputs.needs) or (last and last.fingerprint == fingerprint(inputs)):
            return None
        run = _compute(Kind.URGENT, inputs, held, None, _silent)
    return publish_run(run, by=None)


def _read(kind: Kind, seed: str, balance_districts: bool, held: Lease, progress: Progress) -> Inputs:
    def told(done: int, of: int) -> None:
        held.renew()  # a whole city takes minutes
        progress(f"{done} of {of} needs weighed")

    least_urgent = URGENT_CLASS if kind == Kind.URGENT else LAST_CLASS
    weigh_all(_to_weigh(least_urgent), told=told)
    inputs = read(seed or seed_of(clock.now()), least_urgent, balance_districts)
    progress(f"{len(inputs.needs)} needs, {len(inputs.supply.ids)} offers")
    return inputs


def _to_weigh(least_urgent: int) -> QuerySet[Need]:
    waiting = Need.objects.filter(state=Need.State.OPEN)
    return waiting.filter(Q(priority_class=None) | Q(priority_class__lte=least_urgent))


def _compute(kind: Kind, inputs: Inputs, held: Lease, asked_by: User | None, progress: Progress) -> MatchingRun:
    began = time.monotonic()
    held.renew()
    found = solved(inputs)
    progress(f"{found.candidates.problem.candidate_offer.size} possible pairs solved")
    held.renew()
    with transaction.atomic():
        run = MatchingRun.objects.create(
            kind=kind,
            asked_by=asked_by,
            seed=inputs.seed,
            fingerprint=fingerprint(inputs),
            seconds=time.monotonic() - began,
            needs=len(inputs.needs),
            rules_version=rules_version(),
            **outcome(found),
        )
        RunInput.objects.create(run=run, arrays=pack(inputs))
        keep_decisions(run, inputs, found.candidates, found.result)
        publish(MatchingRunComputed(run=run.pk, needs=run.needs, matched=run.matched), stream=run.pk)
        held.renew()  # nobody else has begun meanwhile, or nothing of this is kept
    progress(f"{run.matched} matched")
    return run


def outcome(found: Solved) -> dict[str, object]:
    """What a run's record says about its result; all of it is found again when the run is computed again."""
    result, certificate = found.result, found.certificate
    return {
        "candidates": int(found.candidates.problem.candidate_offer.size),
        "matched": int((result.assignment >= 0).sum()),
        "served_by_class": {str(k): int(n) for k, n in result.served_by_class.items()},
        "cost": int(result.cost),
        "gap": float(certificate.gap),
        "certificate": {
            "objective": int(certificate.objective),
            "bound": int(certificate.bound),
            "gap": int(certificate.gap),
            "step": int(result.step),
            "over_all_pairs": found.over_all_pairs,
        },
        "balance": as_record(found.balance, result),
        "digest": proof(found.candidates.problem, result),
        "engine_version": f"lacarte {version('lacarte')}, {result.solver}, ortools {version('ortools')}",
    }


def refuse(need: UUID, offer_at_place: UUID) -> None:
    """Note that an offer did not do what it was asked for, so that the next runs look for another."""
    Refusal.objects.update_or_create(need_id=need, offer_at_place_id=offer_at_place, defaults={"at": clock.now()})
