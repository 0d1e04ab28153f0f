"""What is said about a need: by the resident, on whatever medium, and to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import publish, timeline
from lacarte.kernel.models import Event, User
from lacarte.kernel.permissions import Action, require
from lacarte.kernel.text import storable
from lacarte.loop.needs.events import ResidentTold, ResidentWrote
from lacarte.loop.needs.messages.delivering import set_out
from lacarte.loop.needs.messages.links import link_of, public_link_of
from lacarte.loop.needs.messages.quiet import morning_for, waits_until
from lacarte.loop.needs.messages.reaching import PAGE, Medium, Way, opening_of, way_to, way_to_person
from lacarte.loop.needs.models import Attachment, Follower, Message, Need
from lacarte.loop.needs.urgency.worsening import advice_after

LONGEST_MESSAGE = 5000
#: What an official writes for the private link, which only whoever has the need sees.
LINK = "{link}"
#: No address hears more often from the program within this time; what is more is on the page of the need.
MOST_NEWS, WITHIN = 20, timedelta(hours=1)


class MessageRefusedError(ValueError):
    """It cannot be said; the message says why and what to do."""


def say(need: Need, text: str, *, actor: User | None, subject: str = "", letter_to: str = "") -> Message:
    """Tell whoever has ``need``; it goes out by their own medium, and is on the page of the need in any case.

    ``actor`` is the official who writes; ``None`` is the program. What the resident wrote before is seen to with
    it. :data:`LINK` becomes the private link of the need. With ``letter_to``, an address as on an envelope, it
    waits to be printed (``messages.posting``) instead, with the public link. Raises
    :class:`MessageRefusedError`, and ``PermissionDenied`` for an official without a mandate.
    """
    text = _checked(text)
    with transaction.atomic():
        need = Need.objects.select_for_update(of=("self",)).select_related("person__user").get(pk=need.pk)
        if actor is not None:
            require(actor, Action.WORK, need)
            unhandled(need).update(handled_at=clock.now())
        link, way = (public_link_of, Way(Medium.LETTER, letter_to)) if letter_to else (link_of, None)
        return send(need, text.replace(LINK, link(need)), subject=subject, author=actor, way=way)


def send(
    need: Need,
    text: str,
    *,
    subject: str = "",
    author: User | None = None,
    external_id: str | None = None,
    at_once: bool = False,
    way: Way | None = None,
) -> Message:
    """Put a message to the resident into the thread and on its way, within the caller's transaction.

    It goes the ``way`` that is given, else the one they left. By night it waits for the morning where a phone
    would ring, unless it goes out ``at_once``, or they are awake.
    """
    way, now = way or way_to(need), clock.now()
    if author is None and told_lately(way) >= MOST_NEWS:
        way = PAGE
    message = Message.objects.create(
        need=need,
        incoming=False,
        medium=way.medium,
        address=way.address,
        gateway=way.gateway,
        author=author,
        subject=subject[:200],
        text=text,
        state=Message.State.SENT if way.medium == Medium.PAGE else Message.State.QUEUED,
        external_id=external_id,
        at=now,
        not_before=None if at_once else waits_until(need, way.medium, now),
    )
    if message.state == Message.State.QUEUED and way.medium != Medium.LETTER:
        set_out(message, passes=at_once)
    publish(ResidentTold(need=need.pk, message=message.pk), stream=need.pk, actor=author)
    return message


def send_to_follower(follower: Follower, text: str, *, subject: str, external_id: str) -> Message | None:
    """Tell who follows a need, within the caller's transaction; it is no part of the need's thread.

    ``None`` where the page is the only way to tell them, or their address has heard enough for now.
    """
    way = way_to_person(follower.person)
    if way == PAGE or told_lately(way) >= MOST_NEWS:
        return None
    message = Message.objects.create(
        need=follower.need,
        follower=follower,
        incoming=False,
        medium=way.medium,
        address=way.address,
        gateway=way.gateway,
        subject=subject[:200],
        text=text,
        state=Message.State.QUEUED,
        external_id=external_id,
        not_before=morning_for(follower.need, way.medium, clock.now()),
    )
    set_out(message)
    return message


def told_lately(way: Way) -> int:
    """How often an address was told something by the program within :data:`WITHIN`."""
    told = Message.objects.filter(medium=way.medium, address=way.address, at__gt=clock.now() - WITHIN)
    return told.filter(incoming=False, author=None).count() if way.address else 0


def write(need: Need, text: str, *, actor: User | None, attachments: Sequence[Attachment] = ()) -> Message:
    """What the resident writes on the page of their need. The caller has checked that it is theirs.

    Sent twice in a row it is one message. Raises :class:`MessageRefusedError`.
    """
    text = _checked(text)
    with transaction.atomic():
        need = Need.objects.select_for_update().get(pk=need.pk)
        last = need.messages.order_by("-at", "-id").first()
        if last is not None and last.incoming and last.text == text and last.medium == Medium.PAGE:
            return last
        return join(need, Message(incoming=True, medium=Medium.PAGE, author=actor, text=text), attachments)


def join(need: Need, message: Message, attachments: Sequence[Attachment] = (), *, held: str = "") -> Message:
    """Put what the resident said into the thread of ``need``, within the caller's transaction.

    ``held`` is why a person reads it before anything is answered (``needs.abuse``).
    """
    message.need, message.state = need, Message.State.RECEIVED
    message.save(force_insert=True)
    if attachments:
        kept = Attachment.objects.filter(pk__in=[one.pk for one in attachments], need=None)
        kept.update(need=need, message=message, draft="")
    publish(ResidentWrote(need=need.pk, message=message.pk), stream=need.pk, actor=message.author)
    if message.handled_at is None and (advice := advice_after(need, message, held=held)) and not held:
        send(need, advice, at_once=True)
    return message


def see_to(need: Need, *, actor: User) -> None:
    """What the resident wrote needs no answer. Raises ``PermissionDenied`` without a mandate."""
    with transaction.atomic():
        need = Need.objects.select_for_update().get(pk=need.pk)
        require(actor, Action.WORK, need)
        unhandled(need).update(handled_at=clock.now())


def thread(need: Need) -> QuerySet[Message]:
    """What was said about a need, oldest first, with what was sent along; how it came is the need itself."""
    return (
        need.messages.filter(follower=None)
        .exclude(external_id=need.external_id, external_id__isnull=False)
        .select_related("author")
        .prefetch_related("attachments")
    )


def timeline_beside(need: Need, *, inside: bool = False) -> QuerySet[Event]:
    """What happened to a need, oldest first, without what its thread shows already.

    ``inside``: with what officials alone read of it.
    """
    return timeline(need.pk, inside=inside).exclude(name__in=[ResidentWrote.name, ResidentTold.name])


def came_with(need: Need) -> QuerySet[Attachment]:
    """The photos and documents of the need itself, not of what was said later."""
    opening = Q(message=None)
    if need.external_id:
        opening |= Q(message__external_id=need.external_id)
    return need.attachments.filter(opening, shows="").order_by("created_at", "id")


def not_taken(need: Need) -> list[str]:
    """What was sent along with the need itself and could not be taken, in sentences."""
    opening = opening_of(need)
    return list(opening.refused) if opening else []


def unhandled(need: Need) -> QuerySet[Message]:
    """What the resident wrote and no official has seen to."""
    return need.messages.filter(incoming=True, handled_at=None)


def has_unhandled() -> Q:
    """A condition on needs: the resident wrote, and no official has seen to it."""
    return Q(Exists(Message.objects.filter(need=OuterRef("pk"), incoming=True, handled_at=None)))


def _checked(text: str) -> str:
    text = text.strip()
    if not text:
        raise MessageRefusedError(_("Please write what you want to say."))
    if len(text) > LONGEST_MESSAGE:
        raise MessageRefusedError(_("Please use at most %(n)d characters.") % {"n": LONGEST_MESSAGE})
    if not storable(text):
        raise MessageRefusedError(_("This holds a character that is no text. Please type it again."))
    return text
