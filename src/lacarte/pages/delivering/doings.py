"""All that can be done with an order, in one table: its name, its key, and what it asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from lacarte.loop.orders.models import OrderState, Reason
from lacarte.loop.orders.states import ENDED, UNMET, Who, possible
from lacarte.pages.delivering import forms
from lacarte.pages.delivering.access import Seen
from lacarte.pages.delivering.forms import VERBS, OrderForm, Said


@dataclass(frozen=True)
class Doing:
    """One thing: its key on the page of an order, and its form; ``asks``: there is something to say."""

    what: str
    label: Said
    key: str
    form: Callable[..., OrderForm]
    asks: bool = True
    tone: str = "second"


#: The keys of the states; what has no reason to give is the usual next step.
_KEYS = {
    OrderState.RECEIVED: "v",
    OrderState.ACCEPTED: "a",
    OrderState.REJECTED: "r",
    OrderState.IN_PROGRESS: "s",
    OrderState.ON_HOLD: "h",
    OrderState.COMPLETED: "d",
    OrderState.CANCELLED: "c",
    OrderState.FAILED: "f",
}
_MEANWHILE = frozenset({OrderState.RECEIVED, OrderState.ON_HOLD})
#: The usual next step comes first, what ends it without success last.
_ORDER = ("", "second", "grave")


def _step(to: OrderState) -> Doing:
    asks = to in Reason.Of.values
    form: Any = partial(forms.StepBecause if asks else forms.Step, to=to)
    tone = "second" if to in _MEANWHILE else "grave" if asks else ""
    return Doing(to, VERBS[to], _KEYS[to], form, asks=asks, tone=tone)


UNDO = Doing("undo", _("Undo"), "u", forms.Undo, asks=False)
GO_ON = Doing("go-on", _("Go on without an answer"), "o", forms.GoOn, asks=False)
TAKE_BACK = Doing("take-back", _("Ask them no more"), "b", forms.TakeBack, asks=False)
SEND = Doing("send", _("Send it to the next best offer"), "n", forms.Send, tone="")
ASK = Doing("ask", _("Ask the resident"), "q", forms.Ask)
HAND_OVER = Doing("hand-over", _("Hand it over"), "w", forms.HandOver)
LATER = Doing("later", _("Ask for a later deadline"), "e", forms.Later)

DOINGS: dict[str, Doing] = {
    **{to: _step(to) for to in VERBS},
    **{one.what: one for one in (UNDO, GO_ON, TAKE_BACK, SEND, ASK, HAND_OVER, LATER)},
}


def steps(seen: Seen) -> list[Doing]:
    """Where the order can go next; what came back can be sent on by an official."""
    if not seen.works:
        return []
    found = sorted(
        (DOINGS[step.target] for step in possible(seen.order.state, seen.who)),
        key=lambda doing: _ORDER.index(doing.tone),
    )
    waits = seen.order.state in UNMET and seen.need.state == seen.need.State.OPEN
    return [*found, SEND] if waits and seen.who == Who.WORKER else found


def besides(seen: Seen, *, paused: bool, handed: bool, later: bool) -> Iterator[Doing]:
    """What can be done besides: what waits for an answer already is not asked again."""
    if not seen.works or seen.order.state in ENDED:
        return
    yield GO_ON if paused else ASK
    if not handed:
        yield HAND_OVER
    if not later:
        yield LATER
