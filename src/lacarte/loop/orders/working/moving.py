"""Many cases given to somebody else: first what would move and what not, then each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, permitted
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.working.assigning import AssignmentRefusedError, give
from lacarte.loop.orders.working.workload import OpenCase


@dataclass(frozen=True)
class Moved:
    """What moves or has moved, and what not, each with why."""

    done: list[Need]
    refused: list[tuple[Need, str]]


def would_move(cases: Sequence[OpenCase], to: User) -> Moved:
    """Which of the cases ``to`` may work on; one query."""
    may = permitted(Need.objects.filter(pk__in=[one.need.pk for one in cases]), to, Action.WORK)
    can = set(may.values_list("pk", flat=True))
    why = _("%(name)s has no mandate to work on this.") % {"name": to}
    needs = [one.need for one in cases]
    return Moved([one for one in needs if one.pk in can], [(one, why) for one in needs if one.pk not in can])


def move(needs: Sequence[Need], to: User, *, actor: User, of: User | None) -> Moved:
    """Give each case of ``of`` (``None``: nobody's) to ``to``; what changed hands meanwhile stays where it is.

    Call it outside a transaction: a case that cannot move does not stop the others. Raises ``PermissionDenied``.
    """
    moved = Moved([], [])
    for need in needs:
        try:
            give(need, to, actor=actor, seen=of.pk if of else None)
        except AssignmentRefusedError as error:
            moved.refused.append((need, str(error)))
        else:
            moved.done.append(need)
    return moved
