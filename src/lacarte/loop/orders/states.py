"""The states of an order, in one table that an official can read (FHIR R4 Task.status)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lacarte.loop.orders.models import OrderState as S


class Who(StrEnum):
    """Who may make a change."""

    SYSTEM = "system"
    WORKER = "worker"
    RESIDENT = "resident"


@dataclass(frozen=True)
class Transition:
    """From one state to the next: who may do it, and whether they must say why."""

    source: S
    target: S
    who: frozenset[Who]
    needs_reason: bool = False


_WORKER = frozenset({Who.WORKER})
_ANYBODY = frozenset({Who.WORKER, Who.RESIDENT})
_SYSTEM = frozenset({Who.SYSTEM, Who.WORKER})

#: from, to, who, must they say why
TRANSITIONS: tuple[Transition, ...] = (
    Transition(S.REQUESTED, S.RECEIVED, _SYSTEM),
    Transition(S.REQUESTED, S.ACCEPTED, _WORKER),
    Transition(S.REQUESTED, S.REJECTED, _WORKER, needs_reason=True),
    Transition(S.REQUESTED, S.CANCELLED, _ANYBODY),
    Transition(S.RECEIVED, S.ACCEPTED, _WORKER),
    Transition(S.RECEIVED, S.REJECTED, _WORKER, needs_reason=True),
    Transition(S.RECEIVED, S.CANCELLED, _ANYBODY),
    Transition(S.ACCEPTED, S.IN_PROGRESS, _WORKER),
    Transition(S.ACCEPTED, S.CANCELLED, _ANYBODY),
    Transition(S.IN_PROGRESS, S.ON_HOLD, _WORKER, needs_reason=True),
    Transition(S.IN_PROGRESS, S.COMPLETED, _WORKER),
    Transition(S.IN_PROGRESS, S.FAILED, _WORKER, needs_reason=True),
    Transition(S.IN_PROGRESS, S.CANCELLED, _ANYBODY),
    Transition(S.ON_HOLD, S.IN_PROGRESS, _WORKER),
    Transition(S.ON_HOLD, S.CANCELLED, _ANYBODY),
    Transition(S.ON_HOLD, S.FAILED, _WORKER, needs_reason=True),
)

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
