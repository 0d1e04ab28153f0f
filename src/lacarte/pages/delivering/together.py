"""Several providers at one order: its parts, notes and what is lent for them."""

from __future__ import annotations

from typing import Any

from lacarte.loop.orders.delivery.seeing import bodies_of, contributions_of, notes_for
from lacarte.loop.orders.models import Contribution
from lacarte.loop.orders.states import ENDED
from lacarte.pages.delivering.access import Seen
from lacarte.pages.delivering.together_notes import NoteForm
from lacarte.pages.delivering.together_parts import costs_of, others_at, shown_parts

State = Contribution.State


def together(seen: Seen) -> dict[str, Any]:
    """What ``delivering/together.html`` shows of an order."""
    runs = seen.works and seen.order.state not in ENDED
    rows = contributions_of(seen.user).filter(order=seen.order).select_related("provider", "asked_by")
    ours = set(bodies_of(seen.user).values_list("pk", flat=True))
    parts = shown_parts(rows, ours, manages=runs)
    bodies = others_at(seen.order, parts, ours)
    joint = {
        "parts": [one for one in parts if one.lives],
        "done": [one for one in parts if one.part.state == State.COMPLETED],
        "left": [one for one in parts if one.part.state in (State.REJECTED, State.CANCELLED)],
        "costs": costs_of(one.part for one in parts),
        "notes": list(notes_for(seen.user, seen.order)),
        "may_ask": runs,
    }
    return {"joint": joint, "note_form": NoteForm(None, bodies=bodies) if runs else None}
