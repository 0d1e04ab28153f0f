"""Several bodies do one order: one leads it, and answers the resident; others have parts of their own.

An order is split, or another body asked to help, in one way: by parts. It is done when all of them are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import publish, publish_many
from lacarte.kernel.models import User
from lacarte.kernel.money import Money
from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.delivery.lending import holder_of
from lacarte.loop.orders.delivery.reasons import checked
from lacarte.loop.orders.delivery.seeing import LIVING, bodies_of, locked, require_member, require_part
from lacarte.loop.orders.events import ContributionChanged, PartAsked
from lacarte.loop.orders.models import Contribution, Note, Order
from lacarte.loop.orders.states import ENDED
from lacarte.registers.providers.models import Provider
from lacarte.registers.providers.resources.holding import release_all

LONGEST_WHAT, MOST_PARTS = 500, 50
State = Contribution.State


@dataclass(frozen=True)
class Part:
    """What a body is asked to do: by when, for how much, and how much of whose it is it may read."""

    provider: Provider
    what: str
    due: datetime
    cost: Money | None = None
    sees: str = Contribution.Sees.NONE


def split(order: Order, parts: Sequence[Part], *, actor: User) -> list[Contribution]:
    """Have several bodies do parts of an order, which whoever has it leads.

    A part of the lead's own is accepted at once. Raises ``PermissionDenied`` for anybody but the lead or an
    official, :class:`OrderRefusedError` for what cannot be: all of the parts or none.
    """
    with transaction.atomic():
        order, need = locked(order)
        require_part(actor, order, need)
        if order.state in ENDED:
            raise OrderRefusedError(_("This order has ended."))
        if not 1 <= len(parts) <= MOST_PARTS - order.contributions.filter(state__in=LIVING).count():
            raise OrderRefusedError(_("An order has at most %(n)d parts at a time.") % {"n": MOST_PARTS})
        lead, now = order.offer_at_place.offer.provider_id, clock.now()
        rows = [_part(order, part, actor, now, own=part.provider.pk == lead) for part in parts]
        Contribution.objects.bulk_create(rows)
        publish_many((_said(row, order), need.pk, actor) for row in rows)
    return rows


def ask_to_help(order: Order, part: Part, *, actor: User) -> Contribution:
    """Ask one body to help. Raises as :func:`split`."""
    return split(order, [part], actor=actor)[0]


@transaction.atomic
def change_part(part: Contribution, *, to: str, actor: User, words: str = "") -> Contribution:
    """Accept a part, decline it, begin it, say that it is done (its body); or call it off (the lead, an official).

    Declining and calling off say why. What it held of shared resources is given back when it ends. Raises
    ``PermissionDenied``, :class:`OrderRefusedError`.
    """
    order, need = locked(part.order)
    row = Contribution.objects.select_for_update(of=("self",)).select_related("provider").get(pk=part.pk)
    if to == State.CANCELLED:
        require_part(actor, order, need)
    else:
        require_member(actor, row.provider)
    if to not in after(row) or order.state in ENDED:
        raise OrderRefusedError(_("This part is “%(state)s” by now.") % {"state": row.get_state_display()})
    was, why = row.state, _("Please say why.") if to in (State.REJECTED, State.CANCELLED) else ""
    row.state, row.result = to, checked(words, empty=why)
    if row.answered_at is None and to != State.CANCELLED:
        row.answered_at = clock.now()
    if to not in LIVING:
        row.ended_at = clock.now()
        release_all(holder_of(row))
    row.save(update_fields=["state", "result", "answered_at", "ended_at"])
    publish(_said(row, order, was=was), stream=need.pk, actor=actor)
    return row


def after(part: Contribution) -> tuple[State, ...]:
    """What may become of a part from where it is."""
    return _AFTER.get(State(part.state), ())


def end_parts(order: Order) -> int:
    """Call off what is still to be done of an order that has ended, within the caller's transaction."""
    rows = list(order.contributions.filter(state__in=LIVING).select_for_update(of=("self",)))
    was = [row.state for row in rows]
    for row in rows:
        row.state, row.ended_at = State.CANCELLED, clock.now()
        release_all(holder_of(row))
    Contribution.objects.bulk_update(rows, ["state", "ended_at"])
    said = [_said(row, order, was=before) for row, before in zip(rows, was, strict=True)]
    publish_many((one, order.need_id, None) for one in said)
    return len(rows)


@transaction.atomic
def note(
    order: Order,
    text: str,
    *,
    actor: User,
    body: Provider | None = None,
    for_all: bool = False,
    bodies: Sequence[Provider] = (),
) -> Note:
    """Note something about an order: for all who work on it, or for ``bodies``; officials read it in any case.

    ``body`` is for which of their bodies somebody writes; without, for the city. Raises ``PermissionDenied`` for
    who does not work on the order, :class:`OrderRefusedError` for no text or a body that does not.
    """
    text = checked(text, empty=_("Please write what you want to note."))
    order, need = locked(order)
    helps = Contribution.objects.filter(order=order, state__in=LIVING)
    if body is None or not helps.filter(provider__in=bodies_of(actor).filter(pk=body.pk).values("pk")).exists():
        require_part(actor, order, need)
    if body is not None:
        require_member(actor, body)
    works = {order.offer_at_place.offer.provider_id, *helps.values_list("provider", flat=True)}
    if any(one.pk not in works for one in bodies):
        raise OrderRefusedError(_("A note can be for those only who work on this order."))
    row = Note.objects.create(order=order, author=actor, provider=body, text=text, for_all=for_all)
    row.bodies.set(bodies)
    return row


#: Its body said yes.
_AGREED = (State.ACCEPTED, State.IN_PROGRESS, State.COMPLETED)
_AFTER = {
    State.REQUESTED: (State.ACCEPTED, State.REJECTED, State.CANCELLED),
    State.ACCEPTED: (State.IN_PROGRESS, State.COMPLETED, State.REJECTED, State.CANCELLED),
    State.IN_PROGRESS: (State.COMPLETED, State.REJECTED, State.CANCELLED),
}


def _part(order: Order, part: Part, actor: User, now: datetime, *, own: bool) -> Contribution:
    what = checked(part.what, empty=_("Please say what is to be done."), most=LONGEST_WHAT)
    if part.due <= now:
        raise OrderRefusedError(_("A part is due at a time to come."))
    if part.sees not in Contribution.Sees.values:
        raise OrderRefusedError(_("Please choose how much they may read of whose it is."))
    cost = part.cost or Money("CNY", 0)
    return Contribution(
        order=order,
        provider=part.provider,
        what=what,
        due=part.due,
        cost_minor=cost.minor,
        currency=cost.currency,
        sees=part.sees,
        state=State.ACCEPTED if own else State.REQUESTED,
        answered_at=now if own else None,
        asked_by=actor,
        asked_at=now,
    )


def _said(row: Contribution, order: Order, was: str = State.REQUESTED) -> ContributionChanged:
    agreed = was in _AGREED or row.state in _AGREED
    kind = ContributionChanged if agreed else PartAsked
    return kind(order=order.pk, need=order.need_id, part=row.pk, provider=row.provider_id, state=row.state)
