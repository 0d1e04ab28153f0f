"""One door for messages from outside: each joins the conversation that it belongs to, or begins one."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from lacarte.engines.text import language as language_of
from lacarte.kernel import clock
from lacarte.kernel.ids import ALPHABET, read_reference
from lacarte.kernel.rate_limit import in_pace, note_trouble
from lacarte.loop.needs.actions import LONGEST_TEXT, receive
from lacarte.loop.needs.held.abuse import MACHINE
from lacarte.loop.needs.messages.conversation import join
from lacarte.loop.needs.messages.delivering import key_of
from lacarte.loop.needs.messages.reaching import Medium, Way, believes, plain, spellings
from lacarte.loop.needs.messages.reply_address import need_of_address
from lacarte.loop.needs.models import Attachment, Channel, Message, Need
from lacarte.loop.needs.understanding.placing import certain, places_in
from lacarte.loop.needs.uploads.attachments import AttachmentRefusedError, most, store
from lacarte.loop.needs.urgency.judging import judge, this_month
from lacarte.registers.people.models import Person
from lacarte.registers.places.models import Region

#: An SMS or a chat message belongs to what its sender wrote about so lately, while that is not closed.
SAME_TALK = timedelta(days=7)
#: Nothing longer is kept of one message.
LONGEST_KEPT = 100_000
_LONGEST_ID = 120  # of ``Need.external_id``
_CLOSED = (Need.State.MET, Need.State.WITHDRAWN)
_REFERENCE = re.compile(rf"(?<![0-9A-Za-z])[{ALPHABET}]{{4}}[- ]?[{ALPHABET}]{{4}}(?![0-9A-Za-z])", re.IGNORECASE)
#: How a message begins that is about something else.
_ANEW = re.compile(r"^\s*(?:new|新)(?:[\s:：,，.。]+|(?<=新)(?=\S))", re.IGNORECASE)


@dataclass(frozen=True)
class Enclosure:
    """Something that was sent along, as it came."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Heard:
    """A message from outside. ``text`` is what its writer wrote: nothing quoted, no signature."""

    medium: Medium
    sender: str
    text: str
    external_id: str  # on that medium; the same message heard twice has the same
    at: datetime
    subject: str = ""
    name: str = ""  # of the sender, as the medium says
    gateway: str = ""
    language: str = ""
    longitude: float | None = None
    latitude: float | None = None
    sent_to: tuple[str, ...] = ()  # addresses; one of them may be a reply address of ours
    answers_to: tuple[str, ...] = ()  # Message-IDs, oldest first
    automatic: bool = False  # no person wrote it
    doubtful: bool = False  # perhaps no person did
    enclosures: tuple[Enclosure, ...] = ()
    refused: tuple[str, ...] = ()  # what was sent along and could not even be read, in sentences


class HearLaterError(Exception):
    """A sender has added a lot in a short time: whoever brought the message keeps it, and brings it again."""


@dataclass(frozen=True)
class Taken:
    """What became of a message: ``None`` where it was passed over, ``began`` a need or joined one."""

    message: Message | None
    began: bool = False
    known: bool = False  # it had been heard before


def hear(heard: Heard, *, paced: bool = True) -> Taken:
    """Take a message in; heard twice, it is one. An automatic one never begins a need.

    A doubtful one is never answered by itself; it, and what a sender begins beyond the pace, is read first. What
    they add beyond it raises :class:`HearLaterError`, unless it tells of danger, or is not ``paced``, because
    nobody would bring it again.

    In turn: our reply address; the Message-ID it answers; a reference it names, if the sender's address is the
    need's own; of SMS and chat the sender's newest open conversation; a new need.
    """
    key, known = _key(heard)
    if known:
        return known
    need = _need_of(heard)
    if need is None and heard.automatic:
        return Taken(None)
    if need is not None and paced and not _in_pace(heard, need):
        raise HearLaterError(_("too many messages of one sender; please send it again in a minute"))
    with translation.override(_language(heard)):
        kept, refused = _keep(heard)
        message = _message(heard, key, refused)
        try:
            if need is None:
                return _begin(heard, message, kept)
            with transaction.atomic():
                need = Need.objects.select_for_update().get(pk=need.pk)
                return Taken(join(need, message, kept, held=MACHINE if heard.doubtful else ""))
        except IntegrityError:
            if known := _known(key):  # another process was quicker
                return known
            raise


def _key(heard: Heard) -> tuple[str, Taken | None]:
    """The name of the message among all, and what it became if it was heard before.

    A name that somebody else used before is not believed to be of the same message.
    """
    name = f"{heard.gateway}:{heard.external_id}" if heard.gateway else heard.external_id
    known = _known(_short(name))
    if known is None or (known.message and known.message.address.lower() == heard.sender[:254].lower()):
        return _short(name), known
    own = _short(f"{name} {heard.sender}", always=True)
    return own, _known(own)


def _short(name: str, *, always: bool = False) -> str:
    """A name as it is kept: cut down to its hash where it is too long."""
    if len(name) <= _LONGEST_ID and not always:
        return name
    return f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"


def _known(key: str) -> Taken | None:
    known = Message.objects.select_related("need").filter(external_id=key).first()
    return Taken(known, began=known.need.external_id == key, known=True) if known else None


def _message(heard: Heard, key: str, refused: list[str]) -> Message:
    return Message(
        incoming=True,
        medium=heard.medium,
        address=heard.sender[:254],
        gateway=heard.gateway,
        subject=heard.subject[:200],
        text=heard.text[:LONGEST_KEPT],
        state=Message.State.RECEIVED,
        external_id=key,
        refused=refused,
        at=heard.at,
        handled_at=clock.now() if heard.automatic else None,
    )


def _keep(heard: Heard) -> tuple[list[Attachment], list[str]]:
    """Store what was sent along; what cannot be taken becomes a sentence in the thread."""
    kept: list[Attachment] = []
    refused = list(heard.refused)
    for enclosed in heard.enclosures:
        try:
            if len(kept) == most():
                raise AttachmentRefusedError(_("At most %(n)d files can be sent along.") % {"n": most()})
            kept.append(store(enclosed.data, name=enclosed.name))
        except AttachmentRefusedError as error:
            if str(error) not in refused:
                refused.append(str(error))
    return kept, refused


def _begin(heard: Heard, message: Message, kept: list[Attachment]) -> Taken:
    """A message that begins a need; what it says at greater length than a need may is in the message."""
    message.handled_at = clock.now()  # it is the need itself that waits for an answer
    words, person = _words(heard), _person(heard)
    region, longitude, latitude = _where(heard, words, person)
    need = receive(
        text=words or _("(nothing written, see what was sent along)"),
        channel=Channel.MESSAGE,
        person=person,
        region=region,
        longitude=longitude,
        latitude=latitude,
        attachments=kept,
        external_id=message.external_id,
        received_at=heard.at,
        opening=message,
        held=_why_held(heard),
    )
    if need.state == Need.State.HELD:
        note_trouble()
    if message.need_id is None:  # another process was quicker
        return Taken(need.messages.get(external_id=message.external_id), began=True, known=True)
    return Taken(message, began=True)


def _why_held(heard: Heard) -> str:
    """A code of ``needs.abuse.REASONS``, besides what the words say; each need that a sender begins is counted."""
    paced = in_pace("message", _sender(heard))
    if heard.doubtful:
        return MACHINE
    return "" if paced else "pace"


def _in_pace(heard: Heard, need: Need) -> bool:
    """Whether the sender may add to ``need`` now. Danger to life never waits."""
    if in_pace("message-added", _sender(heard), pace="rate_limit_message"):
        return True
    return judge(heard.text, service_type=need.service_type, month=this_month()).danger


def _sender(heard: Heard) -> str:
    """The sender as they are counted: a chat's name is known to its gateway alone."""
    chat = heard.medium == Medium.CHAT
    return f"{heard.gateway}:{heard.sender.strip()}" if chat else plain(heard.sender)


def _words(heard: Heard) -> str:
    """What a need says that begins with this message: its subject too, unless the text has it."""
    words, subject = _ANEW.sub("", heard.text).strip() or heard.text.strip(), heard.subject.strip()
    if heard.medium == Medium.EMAIL and subject not in words:
        words = f"{subject}\n\n{words}"
    return words.strip()[:LONGEST_TEXT].strip()


def _where(heard: Heard, words: str, person: Person | None) -> tuple[Region | None, float | None, float | None]:
    """The point that came along. Where the sender's home is known, the place that the words surely name wins."""
    if heard.longitude is None and person is not None and person.household is not None:
        place = certain(places_in(words))
        if place is not None:
            return (place.region if place.longitude is None else None), place.longitude, place.latitude
    return None, heard.longitude, heard.latitude


def _need_of(heard: Heard) -> Need | None:
    """The need whose conversation this belongs to."""
    for address in heard.sent_to:
        if need := need_of_address(address):
            return need
    return _answered(heard) or _named(heard) or _talked_about(heard)


def _answered(heard: Heard) -> Need | None:
    """The need of the newest message that this one answers: of ours, or the sender's own."""
    for name in reversed(heard.answers_to):
        mine = Q(external_id=_short(name), incoming=True, medium=heard.medium, address__iexact=heard.sender)
        ours = Q(pk=key, incoming=False, follower=None) if (key := key_of(name)) else Q(pk=None)
        if found := Message.objects.select_related("need").filter(mine | ours).first():
            return found.need
    return None


def _named(heard: Heard) -> Need | None:
    """The need whose reference the subject or the text names, if the sender is who it belongs to."""
    for named in _REFERENCE.findall(f"{heard.subject}\n{heard.text}"[:LONGEST_TEXT]):
        try:
            need = Need.objects.filter(reference=read_reference(named)).select_related("person__user").first()
        except ValueError:
            continue
        if need is not None and believes(need, Way(heard.medium, heard.sender, heard.gateway)):
            return need
    return None


def _talked_about(heard: Heard) -> Need | None:
    """What the sender of an SMS or a chat message wrote about lately."""
    if heard.medium not in (Medium.SMS, Medium.CHAT) or _ANEW.match(heard.text):
        return None
    lately = Message.objects.filter(
        medium=heard.medium,
        gateway=heard.gateway,
        address__in=spellings(heard.sender),
        at__gt=clock.now() - SAME_TALK,
        follower=None,
    ).exclude(need__state__in=_CLOSED)
    newest = lately.order_by("-at", "-id").select_related("need").first()
    return newest.need if newest else None


def _person(heard: Heard) -> Person | None:
    """Who wrote: the one person we know by that address, or a new one. A chat has no address that we keep."""
    if heard.medium == Medium.CHAT or not heard.sender:
        return Person(name=heard.name[:200], language=_language(heard)) if heard.name else None
    field = "email" if heard.medium == Medium.EMAIL else "phone"
    known = Person.objects.filter(**{f"{field}__in": spellings(heard.sender)}).select_related("household__region")
    if len(known[:2]) == 1:
        return known[0]
    left = {field: heard.sender[:254] if field == "email" else heard.sender[:40]}
    return Person(name=heard.name[:200], language=_language(heard), **left)


def _language(heard: Heard) -> str:
    """The site's language that is nearest to what the sender writes."""
    known = dict(settings.LANGUAGES)
    for tag in (heard.language.lower(), language_of(heard.text)):
        base = tag.split("-")[0]
        for code in known:
            if code == tag or code.split("-")[0] == base:
                return str(code)
    return str(settings.LANGUAGE_CODE)
