"""The words of the desk: what may be done with an order, and why a need stands where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import OrderState
from lacarte.loop.priority.actions import WEIGHTS

#: What an official does to take an order to a state.
VERBS: dict[OrderState, str | Promise] = {
    OrderState.RECEIVED: _("Mark as received"),
    OrderState.ACCEPTED: _("Accept"),
    OrderState.REJECTED: _("Return it"),
    OrderState.IN_PROGRESS: _("Start the work"),
    OrderState.ON_HOLD: _("Put on hold"),
    OrderState.COMPLETED: _("Mark as done"),
    OrderState.CANCELLED: _("Cancel it"),
    OrderState.FAILED: _("Mark as failed"),
}
_NAMES: dict[str, str | Promise] = {
    "urgency": _("Urgency of the service"),
    "vulnerability": _("Circumstances of the person"),
    "deprivation": _("Deprivation of the region"),
    "waiting": _("Time waited"),
}


@dataclass(frozen=True)
class Part:
    """One part of the need index: what it adds, of how much it could."""

    label: str
    adds: float
    most: float


def weight_parts(need: Need) -> list[Part]:
    """The parts of a need's index; empty while it has not been weighed."""
    weighing = getattr(need, "weighing", None)
    if weighing is None:
        return []
    return [
        Part(str(_NAMES.get(name, name)), float(weighing.parts.get(name, 0)), most)
        for name, most in WEIGHTS.items()
    ]
