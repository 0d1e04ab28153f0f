"""The states of an order, in one table that an official can read (FHIR R4 Task.status)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lacarte.loop.orders.models import OrderState as S


class Who(StrEnum):
    """Who may make a change."""

    SYSTEM = "system"
    WORKER = "worker"
    PROVIDER = "provider"  # a member of whom the order was sent to; only who ordered, or an official, cancels
    RESIDENT = "resident"


@dataclass(frozen=True)
class Transition:
    """From one state to the next: who may do it, and whether they must say why."""

    source: S
    target: S
    who: frozenset[Who]
    needs_reason: bool = False


_WORKER = frozenset({Who.WORKER, Who.PROVIDER})
_OFFICIAL = frozenset({Who.WORKER})
_RESIDENT = frozenset({Who.RESIDENT})
_SYSTEM = frozenset({Who.SYSTEM, Who.WORKER, Who.PROVIDER})

#: From, to, who, and whether they must say why: where FHIR has Task.statusReason, of what is held, has failed,
#: was refused or is called off by somebody else than whose it is.
TRANSITIONS: tuple[Transition, ...] = (
    Transition(S.REQUESTED, S.RECEIVED, _SYSTEM),
    Transition(S.REQUESTED, S.ACCEPTED, _WORKER),
    Transition(S.REQUESTED, S.REJECTED, _WORKER, needs_reason=True),
    Transition(S.REQUESTED, S.CANCELLED, _OFFICIAL, needs_reason=True),
    Transition(S.REQUESTED, S.CANCELLED, _RESIDENT),
    Transition(S.RECEIVED, S.ACCEPTED, _WORKER),
    Transition(S.RECEIVED, S.REJECTED, _WORKER, needs_reason=True),
    Transition(S.RECEIVED, S.CANCELLED, _OFFICIAL, needs_reason=True),
    Transition(S.RECEIVED, S.CANCELLED, _RESIDENT),
    Transition(S.ACCEPTED, S.IN_PROGRESS, _WORKER),
    Transition(S.ACCEPTED, S.REJECTED, _WORKER, needs_reason=True),
    Transition(S.ACCEPTED, S.CANCELLED, _OFFICIAL, needs_reason=True),
    Transition(S.ACCEPTED, S.CANCELLED, _RESIDENT),
    Transition(S.IN_PROGRESS, S.ON_HOLD, _WORKER, needs_reason=True),
    Transition(S.IN_PROGRESS, S.COMPLETED, _WORKER),
    Transition(S.IN_PROGRESS, S.FAILED, _WORKER, needs_reason=True),
    Transition(S.IN_PROGRESS, S.CANCELLED, _OFFICIAL, needs_reason=True),
    Transition(S.IN_PROGRESS, S.CANCELLED, _RESIDENT),
    Transition(S.ON_HOLD, S.IN_PROGRESS, _WORKER),
    Transition(S.ON_HOLD, S.FAILED, _WORKER, needs_reason=True),
    Transition(S.ON_HOLD, S.CANCELLED, _OFFICIAL, needs_reason=True),
    Transition(S.ON_HOLD, S.CANCELLED, _RESIDENT),
)

#: What whoever has the need reads on its timeline.
SAID: dict[S, str | Promise] = {
    S.REQUESTED: _("The provider has been asked."),
    S.RECEIVED: _("The provider has seen it."),
    S.ACCEPTED: _("The provider has accepted it."),
    S.REJECTED: _("It was returned. We look for another offer."),
    S.IN_PROGRESS: _("The work has begun."),
    S.ON_HOLD: _("The work is on hold."),
    S.COMPLETED: _("The work is done."),
    S.CANCELLED: _("It was cancelled."),
    S.FAILED: _("It could not be done. We look for another offer."),
}

#: States that nothing follows.
ENDED = frozenset(set(S) - {transition.source for transition in TRANSITIONS})
#: Sent, and the provider has not said yes or no.
NOT_ANSWERED = frozenset({S.REQUESTED, S.RECEIVED})
#: Ended without the need being met: it waits for an offer again.
UNMET = frozenset({S.REJECTED, S.FAILED})


def possible(state: str, who: Who) -> list[Transition]:
    """What may follow ``state``, for ``who``."""
    return [t for t in TRANSITIONS if t.source == state and who in t.who]


def find(state: str, target: str, who: Who) -> Transition | None:
    """The transition, if ``who`` may make it."""
    return next((t for t in possible(state, who) if t.target == target), None)
