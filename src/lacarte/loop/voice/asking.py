"""After completion the resident is asked how it went: by a message with a link, by phone, or on its page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from lacarte.kernel import clock, jobs
from lacarte.kernel.events import subscribe
from lacarte.kernel.models import Event
from lacarte.kernel.text import in_language
from lacarte.loop.needs.messages.confirming import may_be_a_machines, subject_of
from lacarte.loop.needs.messages.conversation import send
from lacarte.loop.needs.messages.reaching import Medium, language_for, way_to
from lacarte.loop.needs.models import Channel, Message, Need
from lacarte.loop.orders.events import OrderCompleted
from lacarte.loop.orders.models import Order, OrderState
from lacarte.loop.voice.callbacks import first_try
from lacarte.loop.voice.checking import RefusedError
from lacarte.loop.voice.models import FollowUp, Rating

ASK = "voice.ask-how-it-went"
#: So long the link in a message can be answered.
LINK_DAYS = 30
_SALT = "lacarte.how-it-went"
_KEY = "how:"
#: Where nobody can be asked.
_SILENT = (Channel.SENSOR, Channel.IMPORT)


@subscribe(OrderCompleted)
def plan_question(event: OrderCompleted, record: Event) -> None:
    """Ask after some hours: people know by then, and whoever completed it by mistake has taken it back."""
    when = clock.now() + timedelta(hours=settings.CONFIGURED["follow_up_hours"])
    jobs.enqueue(ASK, {"order": str(event.order)}, key=f"{ASK}:{record.pk}", run_at=when)


@jobs.job(ASK)
def ask_job(payload: dict[str, Any]) -> None:
    """Ask about an order that is still completed, once."""
    order = (
        Order.objects.select_for_update(of=("self",))
        .select_related("need__person__user", "need__service_type", "need__region", "need__understanding")
        .filter(pk=payload["order"], state=OrderState.COMPLETED)
        .first()
    )
    if order is not None:
        ask(order)


@transaction.atomic
def ask(order: Order) -> FollowUp | None:
    """Ask whoever has the order's need, and by message whoever told of the same thing: the first answer counts.

    ``None`` where nobody waits to be asked, or was before.
    """
    if FollowUp.objects.filter(order=order).exists() or Rating.objects.filter(order=order).exists():
        return None
    waiting = [one for one in (order.need, *_joined(order)) if _waits(one)]
    if not waiting:
        return None
    asked = _ask_by_message(order, waiting)
    own, state, next_try = order.need, FollowUp.State.PAGE, None
    if own in waiting and own not in asked and own.person is not None and own.person.phone:
        state, next_try = FollowUp.State.TO_CALL, first_try(own)
    elif asked:
        state = FollowUp.State.ASKED
    return FollowUp.objects.create(order=order, state=state, next_try=next_try)


def not_reached(message: Message) -> FollowUp | None:
    """Whoever has the need did not get the question: they are rung up, or without a phone answer on its page.

    ``None`` for another message, and where nothing follows: they have answered, or were asked otherwise since.
    """
    if not (message.external_id or "").startswith(_KEY):
        return None
    asked = FollowUp.objects.select_for_update().filter(state=FollowUp.State.ASKED)
    found = asked.filter(order__need=message.need_id).first()
    if found is None or message.external_id != _key_of(found.order, message.need):
        return None
    person = message.need.person
    if person is not None and person.phone:
        found.state, found.next_try = FollowUp.State.TO_CALL, first_try(message.need)
    elif not _others_asked(found.order):
        found.state = FollowUp.State.PAGE
    found.save(update_fields=["state", "next_try"])
    return found


def _others_asked(order: Order) -> bool:
    """Whether the question is with somebody who told of the same thing."""
    theirs = Message.objects.filter(external_id__startswith=f"{_KEY}{order.pk}:", need__lead=order.need_id)
    return theirs.exclude(state=Message.State.FAILED).exists()


def _key_of(order: Order, need: Need) -> str:
    """As what the question goes out to whoever has ``need``, once."""
    return f"{_KEY}{order.pk}" if need.pk == order.need_id else f"{_KEY}{order.pk}:{need.pk}"


def _joined(order: Order) -> QuerySet[Need]:
    """What is joined to the order's need and is met with it, or will be in a moment."""
    joined = Need.objects.filter(lead=order.need_id, state__in=(Need.State.JOINED, Need.State.MET))
    return joined.select_related("person__user", "service_type", "understanding").order_by("received_at", "pk")


def _waits(need: Need) -> bool:
    return need.channel not in _SILENT and not may_be_a_machines(need)


def _ask_by_message(order: Order, needs: list[Need]) -> list[Need]:
    """Whom of these a message is on its way to. Somebody who told it twice is asked once."""
    ways = [(need, way_to(need)) for need in needs]
    first = {(way.medium, way.address): need for need, way in reversed(ways) if way.medium != Medium.PAGE}
    return [need for need in needs if need in first.values() and _ask_one(order, need)]


def _ask_one(order: Order, need: Need) -> bool:
    way = way_to(need)
    with translation.override(language_for(need)):
        kind = in_language(need.service_type.name) if need.service_type_id else _("Your request")
        paragraphs = (
            _("How did it go with “%(kind)s”? Three questions, one minute:") % {"kind": kind},
            link_of(order),
            _("Your answers count in the rates that everybody can see. Your name does not appear."),
        )
        text = ("\n\n" if way.medium == Medium.EMAIL else "\n").join(paragraphs)
        sent = send(need, text, subject=subject_of(need), external_id=_key_of(order, need))
    return sent.medium != Medium.PAGE


def link_of(order: Order) -> str:
    """The address that opens the questions about ``order`` to whoever has it, for :data:`LINK_DAYS`."""
    return f"{str(settings.CONFIGURED['site_address']).rstrip('/')}/how/{token_of(order)}/"


def token_of(order: Order) -> str:
    """The signed name of an order and of the time."""
    stamp = int(clock.now().timestamp())
    packed = signing.b62_encode(order.pk.int) + "." + signing.b62_encode(stamp)
    return signing.Signer(salt=_SALT, sep=".").sign(packed)


def order_of(token: str) -> Order:
    """The order that a link asks about. Raises :class:`RefusedError` for a link that is not ours, or too old."""
    try:
        name, _dot, stamp = signing.Signer(salt=_SALT, sep=".").unsign(token).partition(".")
        key, signed_at = UUID(int=signing.b62_decode(name)), signing.b62_decode(stamp)
    except (signing.BadSignature, ValueError) as error:
        raise RefusedError(_("This link opens nothing. Please check that you have all of it.")) from error
    if clock.now().timestamp() - signed_at > timedelta(days=LINK_DAYS).total_seconds():
        raise RefusedError(_("This link is too old. You can still tell us on the page of your need."))
    order = Order.objects.select_related("need__service_type", "offer_at_place__offer__provider").filter(pk=key)
    if (found := order.first()) is None:
        raise RefusedError(_("This link opens nothing. Please check that you have all of it."))
    return found
