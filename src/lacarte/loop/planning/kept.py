"""What the last run knew, of one service or of all, computed again so that something else can be tried on it.

An offer serves one service type, so the needs and offers of one type are a problem of their own, and what the
run decided about them is its optimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeVar
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db.models import BigIntegerField, Q, QuerySet, Value
from django.utils.translation import gettext as _

from lacarte.engines.matching import Problem, Result
from lacarte.kernel.permissions import Action, AnyUser, may
from lacarte.loop.matching.actions import solved
from lacarte.loop.matching.inputs import Inputs, unpack
from lacarte.loop.matching.models import Match, MatchingRun, RunInput, Unserved
from lacarte.loop.matching.queries import OpenNeeds, Supply, latest_run
from lacarte.loop.planning.errors import NoPlanError
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.models import Region

#: What a page that is waited for can try again and again: some ten times a second or two.
MOST_NEEDS, MOST_PAIRS = 10_000, 100_000

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Table = TypeVar("Table", OpenNeeds, Supply)


@dataclass(frozen=True, eq=False)
class Kept:
    """Needs and offers of a run, its problem and what it decided; ``mine`` are the needs one may plan for."""

    run: MatchingRun
    inputs: Inputs
    problem: Problem
    result: Result
    mine: Bools  # [n]


def kept(user: AnyUser, kind: ServiceType | None) -> Kept:
    """What the last run that counts knew of ``kind``, of everything where it is ``None``.

    Raises :class:`NoPlanError` when there was no run, when what it read is not kept any more, when nobody needed
    it then, and when it is too much for a page.
    """
    run = latest_run()
    if run is None:
        raise NoPlanError(_("There has been no matching run yet."))
    inputs = _inputs(run)
    if kind is not None:
        inputs = _of_kind(inputs, kind)
    if not len(inputs.needs):
        raise NoPlanError(_("In the last run nobody waited for this."))
    if len(inputs.needs) > MOST_NEEDS:
        raise too_much()
    # Inside a class, balancing changes who is served and not how many; without it fewer rounds are solved.
    again = solved(replace(inputs, balanced=False))
    problem = again.candidates.problem
    if len(problem.candidate_offer) > MOST_PAIRS:
        raise too_much()
    mine = _mine(user, run, kind)
    allowed = np.array([need in mine for need in inputs.needs.ids], dtype=bool)
    return Kept(run, inputs, problem, again.result, allowed)


def _inputs(run: MatchingRun) -> Inputs:
    try:
        return unpack(bytes(RunInput.objects.get(run=run).arrays))
    except (RunInput.DoesNotExist, ValueError) as error:  # deleted, or written by a program that is no more
        raise NoPlanError(_("What the last run read is not kept any more. The next run's will be.")) from error


def services_matched(user: AnyUser) -> QuerySet[ServiceType]:
    """The service types that somebody waited for in the last run in vain, where ``user`` may plan."""
    in_vain = Unserved.objects.filter(may(user, Action.PLAN, "need__"), run=latest_run())
    kinds = ServiceType.objects.filter(orderable=True, pk__in=in_vain.order_by().values("need__service_type_id"))
    return kinds.select_related("parent").order_by("number")


def not_covered(user: AnyUser, kind: ServiceType | None, regions: Sequence[Region]) -> list[Region]:
    """Those of ``regions`` where ``user`` may not plan for ``kind`` (``None``: for everything)."""
    numbers = [region.number for region in regions]
    planned = Value(kind.number if kind else 0, output_field=BigIntegerField())
    asked = Region.objects.filter(pk__in=numbers).annotate(planned=planned)
    allowed = set(
        asked.filter(may(user, Action.PLAN, service_at="planned", region_at="number")).values_list("pk", flat=True)
    )
    return [region for region in regions if region.number not in allowed]


def too_much() -> NoPlanError:
    """What to raise where a page would take too long."""
    return NoPlanError(
        _("The last run looked at too many needs and offers to try this on a page. Choose one service.")
    )


def _mine(user: AnyUser, run: MatchingRun, kind: ServiceType | None) -> set[UUID]:
    there = may(user, Action.PLAN, "need__")
    if kind is not None:
        there &= Q(need__service_type=kind)
    decided = (records.filter(there, run=run) for records in (Match.objects, Unserved.objects))
    return {need for records in decided for need in records.values_list("need_id", flat=True)}


def _of_kind(inputs: Inputs, kind: ServiceType) -> Inputs:
    """The needs and offers of one service type, and the pairs of those that are not to be tried."""
    needs, offers = inputs.needs.service_type == kind.number, inputs.supply.service_type == kind.number
    before, after = len(inputs.supply.ids), int(offers.sum())
    need, offer = np.divmod(inputs.refused, max(before, 1))
    among = needs[need] & offers[offer]
    need, offer = (np.cumsum(needs) - 1)[need[among]], (np.cumsum(offers) - 1)[offer[among]]
    return replace(
        inputs,
        needs=_rows(inputs.needs, needs),
        supply=_rows(inputs.supply, offers),
        refused=need * after + offer,
    )


def _rows(table: Table, which: Bools) -> Table:
    columns = {field.name: getattr(table, field.name) for field in fields(table)}
    columns |= {name: column[which] for name, column in columns.items() if isinstance(column, np.ndarray)}
    columns["ids"] = [pk for pk, wanted in zip(table.ids, which, strict=True) if wanted]
    return type(table)(**columns)
