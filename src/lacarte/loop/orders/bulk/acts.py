"""What can be done to many at once: whether it would do for one, doing it, and the way back.

Each does what the verb for one need or order does; nothing is allowed here that is not allowed there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from lacarte.kernel.models import User
from lacarte.loop.needs.actions import NeedRefusedError, classify
from lacarte.loop.needs.cases.joining import JoiningRefusedError
from lacarte.loop.needs.cases.turns import taking_turns
from lacarte.loop.needs.held.holding import hold_again, release, turn_away, why
from lacarte.loop.needs.messages.conversation import MessageRefusedError, say
from lacarte.loop.needs.messages.reaching import language_for
from lacarte.loop.needs.messages.ready import answers_for, filled, left_open
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.urgency.dangers import set_urgency
from lacarte.loop.orders.actions import cannot_become, change, parts_left
from lacarte.loop.orders.bulk.rows import Row
from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.delivery.extending import ask_for_extension
from lacarte.loop.orders.delivery.handing_over import ask_to_take_over, could_take_over, withdraw_handover
from lacarte.loop.orders.delivery.undoing import newest_change, undo
from lacarte.loop.orders.models import BulkStep, Handover, Order, OrderState
from lacarte.loop.orders.queries import promised
from lacarte.loop.orders.states import ENDED, Who, find
from lacarte.loop.orders.working.assigning import AssignmentRefusedError, give, give_back, take
from lacarte.registers.menu.models import PriorityClass, ServiceType

Said = dict[str, str]
#: What the verbs say no by, in words for people.
REFUSALS = (
    *(OrderRefusedError, NeedRefusedError, JoiningRefusedError, MessageRefusedError, AssignmentRefusedError),
    PermissionDenied,
)


@dataclass(frozen=True)
class Act:
    """``refuses`` says why it cannot be done to a row (empty: it can); ``do`` returns what ``undo`` needs."""

    refuses: Callable[[Row, Said], str]
    do: Callable[[BulkStep, Said, User], dict[str, Any]]
    undo: Callable[[BulkStep, Said, User], None] | None = None
    takes: tuple[str, ...] = ()  # the fields that it needs


def _changed() -> OrderRefusedError:
    return OrderRefusedError(_("This was changed meanwhile. Please look again."))


def _as_seen(step: BulkStep, *names: str) -> Need:
    """The need, locked; it is as the official saw it."""
    need = Need.objects.select_for_update().get(pk=step.need_id)
    now = {"state": need.state, "service": need.service_type_id, "urgency": need.urgency}
    if any(now[name] != step.seen[name] for name in names):
        raise _changed()
    return need


def _to(target: OrderState) -> Act:
    """Take orders to a state."""

    def refuses(row: Row, said: Said) -> str:
        if row.order is None:
            return _("It has no order.")
        if find(row.order.state, target, Who.WORKER) is None:
            return cannot_become(row.order.state, target)
        return parts_left(row.parts) if target == OrderState.COMPLETED and row.parts else ""

    def do(step: BulkStep, said: Said, actor: User) -> dict[str, Any]:
        order = _order(step)
        code, words = said.get("reason", ""), said.get("words", "")
        done = change(order, to=target, actor=actor, code=code, reason=words, seen=step.seen["version"])
        return {"version": done.version}

    def back(step: BulkStep, said: Said, actor: User) -> None:
        order = _order(step)
        last = newest_change(order)
        if last is None or last.version != step.made["version"]:
            raise _changed()
        undo(order, actor=actor)

    return Act(refuses, do, back, ("reason", "words"))


def _order(step: BulkStep) -> Order:
    if step.order is None:
        raise OrderRefusedError(_("It has no order."))
    return step.order


def _refuses_service(row: Row, said: Said) -> str:
    if row.need.state != Need.State.OPEN:
        return _("Only what waits for an offer can be given another service.")
    if row.need.service_type.code == said.get("service"):
        return _("It has this service already.")
    return "" if row.works_then else _("Your mandate does not cover it with this service.")


def _set_service(step: BulkStep, said: Said, actor: User) -> dict[str, Any]:
    with taking_turns():  # before the need is locked, as everybody does who joins needs
        need = _as_seen(step, "state", "service")
        before = {"service": need.service_type_id, "certainty": need.type_certainty}
        set_to = classify(need, service_type=ServiceType.objects.get(code=said["service"]), actor=actor)
    return {**before, "set": set_to.service_type_id, "state": set_to.state}


def _set_service_back(step: BulkStep, said: Said, actor: User) -> None:
    with taking_turns():
        need = Need.objects.select_for_update().get(pk=step.need_id)
        if (need.service_type_id, need.state) != (step.made["set"], step.made["state"]):
            raise _changed()
        classify(need, service_type=ServiceType.objects.get(pk=step.made["service"]), actor=actor)
        Need.objects.filter(pk=need.pk).update(type_certainty=step.made["certainty"])


def _class_of(said: Said) -> PriorityClass | None:
    return None if said["urgency"] == "service" else PriorityClass(int(said["urgency"]))


def _refuses_urgency(row: Row, said: Said) -> str:
    if row.need.closed_at is not None:
        return _("It has ended.")
    return _("It is that urgent already.") if row.need.urgency == _class_of(said) else ""


def _set_urgency(step: BulkStep, said: Said, actor: User) -> dict[str, Any]:
    need = _as_seen(step, "urgency")
    before = need.urgency
    set_urgency(need, _class_of(said), actor=actor, reason=said["words"])
    return {"urgency": before}


def _set_urgency_back(step: BulkStep, said: Said, actor: User) -> None:
    need, before = Need.objects.select_for_update().get(pk=step.need_id), step.made["urgency"]
    if need.urgency != _class_of(said):
        raise _changed()
    urgency = None if before is None else PriorityClass(before)
    set_urgency(need, urgency, actor=actor, reason=_("Taken back"))


def _refuses_answer(row: Row, said: Said) -> str:
    return "" if row.fits else _("This answer is for another service.")


def _answer(step: BulkStep, said: Said, actor: User) -> dict[str, Any]:
    need = Need.objects.select_related("service_type", "region", "person__user").get(pk=step.need_id)
    answer = answers_for(need).filter(code=said["answer"]).first()
    if answer is None:
        raise OrderRefusedError(_("This answer is for another service."))
    text = filled(answer, need, language_for(need), until=promised(need))
    if gaps := left_open(text):
        raise OrderRefusedError(_("Nobody knows what belongs in {%(gap)s}.") % {"gap": gaps[0]})
    say(need, text, actor=actor)
    return {}


def _refuses_not_held(row: Row, said: Said) -> str:
    return "" if row.need.state == Need.State.HELD else _("This need is not held.")


def _held(verb: Callable[..., Need]) -> Callable[[BulkStep, Said, User], dict[str, Any]]:
    def do(step: BulkStep, said: Said, actor: User) -> dict[str, Any]:
        need = _as_seen(step, "state")
        reason = why(need)
        verb(need, actor=actor)
        return {"held": reason}

    return do


def _hold_again(step: BulkStep, said: Said, actor: User) -> None:
    hold_again(step.need, step.made["held"], actor=actor)


def _refuses_extension(row: Row, said: Said) -> str:
    if row.order is None:
        return _("It has no order.")
    return _("This order has ended.") if row.order.state in ENDED else ""


def _ask_extension(step: BulkStep, said: Said, actor: User) -> dict[str, Any]:
    words = said.get("words", "")
    ask_for_extension(_order(step), days=int(said["days"]), code=said["reason"], actor=actor, words=words)
    return {}


def _refuses_handover(row: Row, said: Said) -> str:
    if row.order is None:
        return _("It has no order.")
    if row.order.state in ENDED:
        return _("This order has ended.")
    return "" if row.could_go else _("This provider has no other offer that serves it.")


def _ask_handover(step: BulkStep, said: Said, actor: User) -> dict[str, Any]:
    order = _order(step)
    target = could_take_over(order).filter(offer__provider=UUID(said["provider"])).first()
    if order.version != step.seen["version"] or target is None:
        raise _changed()
    asked = ask_to_take_over(order, target, actor=actor, code=said.get("reason", ""), words=said.get("words", ""))
    return {"handover": str(asked.pk)}


def _withdraw_handover(step: BulkStep, said: Said, actor: User) -> None:
    withdraw_handover(Handover.objects.get(pk=step.made["handover"]), actor=actor)


def _refuses_hands(row: Row, said: Said) -> str:
    if row.need.closed_at is not None:
        return _("This has ended: nobody works on it any more.")
    if row.need.lead_id is not None:
        return _("This is dealt with together with another. Please take that one.")
    return ""


def _refuses_taking(row: Row, said: Said) -> str:
    return _refuses_hands(row, said) or (_("Somebody works on it already.") if row.worker else "")


def _take(step: BulkStep, said: Said, actor: User) -> dict[str, Any]:
    take(step.need, actor=actor)
    return {}


def _give_back(step: BulkStep, said: Said, actor: User) -> None:
    give_back(step.need, actor=actor)


def _give(step: BulkStep, said: Said, actor: User) -> dict[str, Any]:
    before = User.objects.filter(pk=step.seen["worker"]).first() if step.seen["worker"] else None
    give(step.need, User.objects.get(pk=said["to"]), actor=actor, seen=before.pk if before else None)
    return {}


def _give_back_to(step: BulkStep, said: Said, actor: User) -> None:
    to = User.objects.get(pk=said["to"])
    before = User.objects.filter(pk=step.seen["worker"]).first() if step.seen["worker"] else None
    if before is None:
        give_back(step.need, actor=actor, seen=to.pk)
    else:
        give(step.need, before, actor=actor, seen=to.pk)


#: By code. Those that take orders to a state are called after it.
ACTS: dict[str, Act] = {
    **{f"to-{target}": _to(target) for target in OrderState if target != OrderState.REQUESTED},
    "extension": Act(_refuses_extension, _ask_extension, None, ("days", "reason", "words")),
    "handover": Act(_refuses_handover, _ask_handover, _withdraw_handover, ("provider", "reason", "words")),
    "take": Act(_refuses_taking, _take, _give_back),
    "give": Act(_refuses_hands, _give, _give_back_to, ("to",)),
    "service": Act(_refuses_service, _set_service, _set_service_back, ("service",)),
    "urgency": Act(_refuses_urgency, _set_urgency, _set_urgency_back, ("urgency", "words")),
    "answer": Act(_refuses_answer, _answer, None, ("answer",)),
    "release": Act(_refuses_not_held, _held(release), _hold_again),
    "turn-away": Act(_refuses_not_held, _held(turn_away), _hold_again),
}


def refuses(kind: str, row: Row, said: Said) -> str:
    """Why an act cannot be done to a row, as far as can be seen before; empty where it can."""
    if not row.works:
        return _("Your mandate does not cover it.")
    return ACTS[kind].refuses(row, said)
