"""Whoever told a need that is joined to another hears of it by the way they came, not only on its page."""

from __future__ import annotations

from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from lacarte.kernel.events import subscribe
from lacarte.kernel.models import Event
from lacarte.loop.needs.confirming import link_of, subject_of
from lacarte.loop.needs.conversation import send
from lacarte.loop.needs.events import NeedJoined, NeedMetTogether, NeedOpenTogether, NeedParted
from lacarte.loop.needs.models import Channel, Message, Need
from lacarte.loop.needs.reaching import Medium, language_for, way_to

#: Where nobody waits to hear anything.
_SILENT = (Channel.SENSOR, Channel.IMPORT)


@subscribe(NeedJoined)
def tell_joined(event: NeedJoined, record: Event) -> None:
    """It counts with another report; how to say that it is another thing."""
    if need := _joined(event.need, event.lead):
        with translation.override(language_for(need)):
            _tell(
                need,
                record,
                _("Others have told us of the same thing. We deal with it as one and tell you how it goes."),
                _("If yours is another thing, please say so here: %(link)s") % {"link": link_of(need)},
            )


@subscribe(NeedMetTogether)
def tell_met(event: NeedMetTogether, record: Event) -> None:
    """It is done."""
    if need := Need.objects.filter(pk=event.need, state=Need.State.MET).first():
        with translation.override(language_for(need)):
            _tell(
                need,
                record,
                _("What you told us of is done, the provider says."),
                _("If it is not, please say so here: %(link)s") % {"link": link_of(need)},
            )


@subscribe(NeedOpenTogether)
def tell_open(event: NeedOpenTogether, record: Event) -> None:
    """It is not done after all."""
    if need := _joined(event.need, event.lead):
        with translation.override(language_for(need)):
            _tell(
                need, record, _("What you told us of is not done after all. We go on, and tell you how it goes.")
            )


@subscribe(NeedParted)
def tell_parted(event: NeedParted, record: Event) -> None:
    """It is dealt with on its own, if somebody else than its reporter found that out."""
    need = Need.objects.filter(pk=event.need, lead=None).select_related("person").first()
    if need is None or record.actor_id is None or (need.person and need.person.user_id == record.actor_id):
        return
    with translation.override(language_for(need)):
        _tell(
            need,
            record,
            _("What you told us of is another thing than we thought. We deal with it on its own."),
            _("How it stands, at any time, for whoever has this link: %(link)s") % {"link": link_of(need)},
        )


def _joined(key: UUID, lead: UUID) -> Need | None:
    """The need, if it is still joined to that lead: nobody is told what is over already."""
    joined = Need.objects.filter(pk=key, lead=lead, state=Need.State.JOINED)
    return joined.select_related("person__user", "service_type").first()


def _tell(need: Need, record: Event, *paragraphs: str) -> None:
    """Say it once for each event, unless the page of the need is the only way to tell."""
    key, way = f"case:{record.pk}", way_to(need)
    if need.channel in _SILENT or way.medium == Medium.PAGE or Message.objects.filter(external_id=key).exists():
        return
    between = "\n\n" if way.medium == Medium.EMAIL else "\n"
    send(need, between.join(paragraphs), subject=subject_of(need), external_id=key)
