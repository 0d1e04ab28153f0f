"""The table of states as a page, ``docs/reference/order-states.md``: what it says is what the program does."""

from __future__ import annotations

from lacarte.loop.orders.delivery.reasons import shipped
from lacarte.loop.orders.models import OrderState, Reason
from lacarte.loop.orders.states import ENDED, SAID, TRANSITIONS, Who

_WHO = {
    Who.WORKER: "an official",
    Who.PROVIDER: "a member of the provider",
    Who.RESIDENT: "the resident",
    Who.SYSTEM: "the program",
}


def reference() -> str:
    """The page as Markdown, in English."""
    states = "\n".join(
        f"| `{state.value}` | {SAID[state]} | {'yes' if state in ENDED else ''} |" for state in OrderState
    )
    steps = "\n".join(
        f"| `{one.source}` | `{one.target}` | {_names(one.who)} | {'yes' if one.needs_reason else ''} |"
        for one in TRANSITIONS
    )
    reasons = "\n".join(
        f"| {Reason.Of(one['of']).label} | `{one['code']}` | {one['name']['en']} |" for one in shipped()
    )
    return f"""# States of an order

Generated from `loop/orders/states.py`; a test compares. The states are those of FHIR R4 `Task.status`, a reason is
`Task.statusReason`.

| state | what the resident reads | ends the order |
|---|---|---|
{states}

## Who takes it where

An official needs a mandate to work on needs of that service and region; a member is of the provider that has it.

| from | to | who | must say why |
|---|---|---|---|
{steps}

An order with parts that are not done yet cannot become `completed`. What an official or a member did can be taken
back by the same person for `undo_minutes` ([settings](settings.md)), unless things have gone on since; those who
hear of it are told after that time. What a resident does counts at once. An order that is `completed` and that its
resident says is not solved becomes `failed`, and the need waits for an offer again; nobody else can do that.

## Reasons that come with the program

Planners and administrators of all services and places edit their words, add others and take them out of use, at
`/desk/reasons/`. A reason in words will do as well.

| for | code | words |
|---|---|---|
{reasons}
"""


def _names(who: frozenset[Who]) -> str:
    return ", ".join(name for one, name in _WHO.items() if one in who)
