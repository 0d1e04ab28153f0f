"""Whoever told a need, or follows it, hears how it goes by the way they came or left, not only on its page."""

from __future__ import annotations

from enum import Enum, auto
from uuid import UUID

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from lacarte.kernel.events import subscribe
from lacarte.kernel.models import Event
from lacarte.loop.needs.cases.turns import lead_of
from lacarte.loop.needs.events import NeedJoined, NeedMetTogether, NeedOpenTogether, NeedParted, NeedWithdrawn
from lacarte.loop.needs.messages.confirming import may_be_a_machines, subject_of
from lacarte.loop.needs.messages.conversation import send, send_to_follower
from lacarte.loop.needs.messages.links import link_of, public_link_of
from lacarte.loop.needs.messages.reaching import Medium, language_for, language_of_person, way_to, way_to_person
from lacarte.loop.needs.models import Channel, Follower, Message, Need
from lacarte.loop.needs.understanding.privacy import is_public

#: Where nobody waits to hear anything.
_SILENT = (Channel.SENSOR, Channel.IMPORT)


class News(Enum):
    """What there is to tell of a need."""

    ORDERED = auto()
    MET = auto()
    WAITS = auto()  # the provider did not do it
    OPEN = auto()  # it was not done, says whoever has it
    WITHDRAWN = auto()


#: How a need stands of which that is told; nobody is told what is over already.
_S = Need.State
_STANDS = {
    News.ORDERED: (_S.ORDERED, _S.JOINED),
    News.MET: (_S.MET,),
    News.WAITS: (_S.OPEN, _S.JOINED),
    News.OPEN: (_S.OPEN, _S.JOINED),
    News.WITHDRAWN: (_S.WITHDRAWN,),
}


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
    _tell_all([event.need], News.MET, f"case:{record.pk}")


@subscribe(NeedOpenTogether)
def tell_open(event: NeedOpenTogether, record: Event) -> None:
    """It is not done after all."""
    if need := _joined(event.need, event.lead):
        _tell_all([need.pk], News.OPEN, f"case:{record.pk}")


@subscribe(NeedWithdrawn)
def tell_withdrawn(event: NeedWithdrawn, record: Event) -> None:
    """Nothing more happens. What was joined to it goes on."""
    _tell_all([event.need], News.WITHDRAWN, f"case:{record.pk}")


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


def tell_case(key: UUID, news: News, name: str, *, own: bool = True) -> None:
    """Tell whoever has the need ``key`` or one joined to it, and who follows one of these; once by ``name``.

    Not ``own``: whoever has ``key`` itself hears of it otherwise. Later stages of the loop call it, within the
    transaction of their own job.
    """
    joined = Need.objects.filter(lead=key, state=Need.State.JOINED).values_list("pk", flat=True)
    _tell_all([key], news, name, own=own)
    _tell_all(list(joined.order_by("received_at", "pk")), news, name)


def tell_need(key: UUID, news: News, name: str) -> None:
    """As :func:`tell_case`, without those that are joined to it."""
    _tell_all([key], news, name)


def tell_followers(key: UUID, news: News, name: str) -> None:
    """As :func:`tell_need`, where whoever has the need knows it already."""
    _tell_all([key], news, name, own=False)


def _tell_all(keys: list[UUID], news: News, name: str, *, own: bool = True) -> None:
    """Tell each person of each need, unless the need stands otherwise by now; who follows several hears once.

    What is joined is told apart from its lead, by jobs of its own: so whoever follows both is asked for.
    """
    told = Need.objects.filter(pk__in=keys, state__in=_STANDS[news])
    for need in told.select_related("person__user", "service_type", "understanding"):
        if own and not may_be_a_machines(need):
            with translation.override(language_for(need)):
                say_once(need, f"{name}:{need.pk}", *_own_words(news, need))
        if is_public(need) and (followers := need.followers.select_related("person__user", "need__service_type")):
            # Two jobs that tell the same case wait for each other here.
            Need.objects.select_for_update(of=("self",), no_key=True).get(pk=lead_of(need))
            for follower in followers:
                _tell_follower(follower, news, f"{name}:{follower.person_id}:{news.name.lower()}")


def _tell_follower(follower: Follower, news: News, key: str) -> None:
    """Say it unless they are told as its reporter, or this is what they last heard of the case."""
    need, way = follower.need, way_to_person(follower.person)
    case = Need.objects.filter(Q(pk=lead_of(need)) | Q(lead=lead_of(need)))
    if case.filter(person=follower.person_id).exclude(channel__in=_SILENT).exists():
        return
    told = Message.objects.filter(medium=way.medium, address=way.address, follower__need__in=case)
    last = told.order_by("-at", "-id").values_list("external_id", flat=True).first()
    if last and last.endswith(key.rpartition(":")[2]):
        return
    with translation.override(language_of_person(follower.person)):
        text = f"{_followers_words(news)}\n\n{_('How it stands: %(link)s') % {'link': public_link_of(need)}}"
        send_to_follower(follower, text, subject=subject_of(need), external_id=key)


def _own_words(news: News, need: Need) -> tuple[str, ...]:
    link = {"link": link_of(need)}
    stands = _("How it stands, at any time, for whoever has this link: %(link)s") % link
    match news:
        case News.ORDERED if need.channel == Channel.CITY:
            return _("We have found an offer for what the city has granted you, and asked the provider."), stands
        case News.ORDERED:
            return _("We have found an offer for what you told us of, and asked the provider."), stands
        case News.MET:
            return (
                _("What you told us of is done, the provider says."),
                _("If it is not, please say so here: %(link)s") % link,
            )
        case News.WAITS:
            return _("The provider cannot do what you told us of. We look for another offer."), stands
        case News.OPEN:
            return (_("What you told us of is not done after all. We go on, and tell you how it goes."),)
        case News.WITHDRAWN if need.channel == Channel.CITY:
            return _("What the city had granted you was called off. You can always ask for it yourself."), stands
        case News.WITHDRAWN:
            return _(
                "What you told us of was withdrawn. Nothing more happens; you can always tell us again."
            ), stands


def _followers_words(news: News) -> str:
    match news:
        case News.ORDERED:
            return _("For what you follow we have found an offer, and asked the provider.")
        case News.MET:
            return _("What you follow is done, the provider says.")
        case News.WAITS:
            return _("The provider cannot do what you follow. We look for another offer.")
        case News.OPEN:
            return _("What you follow is not done after all. We go on.")
        case News.WITHDRAWN:
            return _("What you follow was withdrawn by whoever told us of it.")


def _tell(need: Need, record: Event, *paragraphs: str) -> None:
    """Say it once for each event."""
    say_once(need, f"case:{record.pk}", *paragraphs)


def say_once(need: Need, key: str, *paragraphs: str, subject: str = "") -> None:
    """Say it once for each ``key``, unless the page of the need is the only way to tell.

    The ``subject`` is that of the need unless one is given. Within the caller's transaction, and in the language
    that is active.
    """
    way = way_to(need)
    if need.channel in _SILENT or way.medium == Medium.PAGE or Message.objects.filter(external_id=key).exists():
        return
    between = "\n\n" if way.medium == Medium.EMAIL else "\n"
    send(need, between.join(paragraphs), subject=subject or subject_of(need), external_id=key)
