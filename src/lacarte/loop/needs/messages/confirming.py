"""Whoever told us a need by something we can answer hears back at once, once, in their language."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from lacarte.kernel.events import subscribe, subscribe_many
from lacarte.kernel.models import Event
from lacarte.kernel.text import in_language
from lacarte.loop.needs.events import NeedReceived, NeedReleased
from lacarte.loop.needs.held.abuse import MACHINE
from lacarte.loop.needs.messages.conversation import not_taken, send, told_lately
from lacarte.loop.needs.messages.expecting import expected
from lacarte.loop.needs.messages.links import link_of
from lacarte.loop.needs.messages.reaching import Medium, Way, language_for, way_to
from lacarte.loop.needs.messages.reply_address import reply_address
from lacarte.loop.needs.models import Channel, Message, Need
from lacarte.loop.needs.urgency.judging import advice_of

logger = logging.getLogger(__name__)

#: No address hears more often within an hour that something was received: two programs that answer each other
#: come to rest, and nobody's mailbox or phone can be filled by naming it in a form.
MOST = 6
#: Where nobody waits for an answer.
_SILENT = (Channel.SENSOR, Channel.IMPORT)
_BY_OTHERS: list[Q] = []


def leave_to_others(which: Q) -> None:
    """A later stage of the loop confirms the needs of this condition itself: say so where it is loaded."""
    _BY_OTHERS.append(which)


def _waiting(keys: Iterable[UUID]) -> QuerySet[Need]:
    """Those of the needs whose tellers wait to hear from here."""
    told = Need.objects.filter(pk__in=keys).exclude(channel__in=_SILENT)
    for which in _BY_OTHERS:
        told = told.exclude(which)
    return told.select_related("person__user", "service_type", "region", "understanding")


@subscribe_many(NeedReceived)
def confirm_many(events: list[NeedReceived]) -> None:
    """Answer those who wait for an answer."""
    for need in _waiting([event.need for event in events]):
        confirm(need)


@subscribe(NeedReleased)
def confirm_released(event: NeedReleased, record: Event) -> None:
    """A person wrote it after all, says whoever read it: now its sender hears back."""
    for need in _waiting([event.need]):
        confirm(need)


def may_be_a_machines(need: Need) -> bool:
    """Whether a need is held because a machine may have written it, or ended that way."""
    understood = getattr(need, "understanding", None)
    return understood is not None and understood.held == MACHINE


def confirm(need: Need) -> Message | None:
    """Say that the need was received, what happens next and by when, with its private link; once.

    ``None`` where its page is the only way to tell, its address has heard enough for now, or a machine may have
    written it.
    """
    if may_be_a_machines(need):
        return None
    key, way = f"received:{need.pk}", way_to(need)
    if way.medium == Medium.PAGE or Message.objects.filter(external_id=key).exists() or heard_enough(way):
        return None
    with translation.override(language_for(need)):
        text = in_an_email(need) if way.medium == Medium.EMAIL else in_an_sms(need)
        return send(need, text, subject=subject_of(need), external_id=key)


def heard_enough(way: Way) -> bool:
    """Whether an address was told so much lately that no confirmation goes there for now."""
    if told_lately(way) < MOST:
        return False
    logger.warning("an address was told %d times lately and no confirmation goes there for now", MOST)
    return True


def subject_of(need: Need) -> str:
    """The subject of an e-mail about the need; its reference is how an answer without our address finds back."""
    kind = in_language(need.service_type.name) if need.service_type_id else _("Your request")
    return _("%(kind)s [%(reference)s]") % {"kind": kind, "reference": need.reference}


def in_an_email(need: Need) -> str:
    """The words of the confirmation, a paragraph for each thing."""
    told = expected(need)
    thanks = _("Thank you. We have received what you told us.")
    paragraphs = [
        _advice(need),
        thanks,
        _("Your reference: %(reference)s") % {"reference": need.reference},
        f"{told.next}\n{told.by_when}".strip(),
        "\n".join(not_taken(need)),
        _("How it stands, at any time, for whoever has this link: %(link)s") % {"link": link_of(need)},
        _("To add something, answer this e-mail.") if reply_address(need) else "",
    ]
    return "\n\n".join(filter(None, paragraphs))


def in_an_sms(need: Need) -> str:
    """The same in a few lines."""
    told = expected(need)
    lines = [
        _advice(need),
        _("Received. Reference %(reference)s.") % {"reference": need.reference},
        told.by_when or told.next,
        *not_taken(need),
        link_of(need),
    ]
    return "\n".join(filter(None, lines))


def _advice(need: Need) -> str:
    """What has to be said first: where to call when it is a matter of life and death."""
    understood = getattr(need, "understanding", None)
    return advice_of(understood.rules).advice if understood else ""
