"""What residents read of those who work on their need together: who does what, no more."""

from __future__ import annotations

from typing import Any

from lacarte.loop.orders.delivery.seeing import LIVING
from lacarte.loop.orders.models import Contribution, Order

State = Contribution.State


def helpers(order: Order | None) -> dict[str, Any]:
    """What ``delivering/together_resident.html`` shows: the parts that are done, or that somebody has taken on.

    Who is asked and has not answered does not work on it yet. The lead's own parts are there too.
    """
    if order is None:
        return {"helpers": []}
    states = (set(LIVING) - {State.REQUESTED}) | {State.COMPLETED}
    rows = Contribution.objects.filter(order=order, state__in=states).select_related("provider")
    return {"helpers": list(rows)}
