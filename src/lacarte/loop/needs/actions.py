"""Verbs that change needs."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lacarte.engines.geography import cells
from lacarte.kernel import clock
from lacarte.kernel.bulk import insert_all
from lacarte.kernel.events import publish
from lacarte.kernel.ids import new_reference
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, require
from lacarte.kernel.text import storable
from lacarte.loop.needs.cases.duplicates import Likely, likely, told_by
from lacarte.loop.needs.cases.joining import leave, stand_alone
from lacarte.loop.needs.cases.turns import taking_turns
from lacarte.loop.needs.events import NeedClassified, NeedHeld, NeedReceived, NeedWithdrawn
from lacarte.loop.needs.held.abuse import why_held
from lacarte.loop.needs.models import Attachment, Danger, Message, Need, Understanding
from lacarte.loop.needs.understanding.placing import PlaceFound, certain, places_in
from lacarte.loop.needs.understanding.privacy import personal_in
from lacarte.loop.needs.understanding.reading import Reading, understand
from lacarte.loop.needs.urgency.judging import Judgement, judge
from lacarte.registers.menu.models import PriorityClass, ServiceType, Subject
from lacarte.registers.people.models import Household, Person
from lacarte.registers.places.models import Region
from lacarte.registers.places.queries import region_at, root

LONGEST_TEXT = 5000
Answers = dict[str, str | list[str]]


class NeedRefusedError(ValueError):
    """What was sent in cannot be a need; the message says why and what to do."""


def receive(
    *,
    text: str,
    channel: str,
    service_type: ServiceType | None = None,
    person: Person | None = None,
    household: Household | None = None,
    region: Region | None = None,
    longitude: float | None = None,
    latitude: float | None = None,
    address: str = "",
    answers: Answers | None = None,
    attachments: Sequence[Attachment] = (),
    language: str | None = None,
    actor: User | None = None,
    external_id: str | None = None,
    received_at: datetime | None = None,
    since: date | None = None,
    times: str = "",
    held: str = "",
    origin: dict[str, str] | None = None,
    opening: Message | None = None,
    also: Callable[[Need], None] | None = None,
) -> Need:
    """Take in a need from any channel: understand it, place it, and say so to later stages.

    Sent twice with the same ``external_id`` it is one need. Coordinates are degrees (WGS84) and win over
    ``region``, which is what somebody chose from a list, and over the household's. ``answers`` are those to the
    attributes of ``service_type``; ``attachments`` were stored before and wait for their need. ``held`` is a
    code of ``needs.abuse``: why a person should read it first, besides what its words say. ``origin`` is what the
    program that sent it says of itself; it is never public. ``opening`` is the message by which it came.
    A ``person`` who is not saved yet is saved with the need. ``also`` is called with a new need in the transaction
    that writes it down, and undoes it all by an error. Call :func:`receive` outside a transaction where you can:
    only the writing at its end needs one, and everybody who writes to SQLite waits for that.
    Raises :class:`NeedRefusedError` for an empty, overlong or unprintable text or impossible coordinates.
    """
    other = (address, times, *_said(answers or {}), *(origin or {}).values())
    _check(text, other, service_type, longitude, latitude)
    if external_id and (known := Need.objects.filter(external_id=external_id).first()):
        return known
    text, at = text.strip(), received_at or clock.now()
    home = household or (person.household if person else None)
    reading = understand(text, service_type)
    where = _where(text, address, region, home, longitude, latitude)
    judged = judge(text, service_type=reading.service_type, month=timezone.localtime(at).month)
    held = held or _why_held((text, address, times, *_said(answers or {})), channel)
    need = Need(
        secret=secrets.token_urlsafe(24),
        state=Need.State.HELD if held else Need.State.OPEN,
        channel=channel,
        subject=reading.service_type.subject,
        person=person,
        household=home,
        registered_by=actor,
        service_type=reading.service_type,
        type_certainty=reading.certainty,
        region=where.region,
        text=text,
        language=language or reading.language,
        address=address,
        longitude=where.longitude,
        latitude=where.latitude,
        cell=where.cell,
        answers=answers or {},
        since=since,
        times=times,
        origin=origin or {},
        urgency=judged.urgency,
        external_id=external_id,
        received_at=at,
        changed_at=at,
    )
    understood = _understood(need, reading, where, judged, _alike(need, attachments))
    understood.held = held
    return _keep(need, _Beside(understood, attachments, actor, opening, also))


@dataclass(frozen=True)
class _Where:
    """Where a need is, and the places that its words may mean."""

    region: Region
    longitude: float | None
    latitude: float | None
    said: list[PlaceFound]

    @property
    def cell(self) -> int:
        """The cell of the point; of none where there is no point."""
        x, y = np.array([[self.longitude], [self.latitude]], dtype=float)  # None becomes NaN
        return int(cells(x, y)[0])


def _where(
    text: str,
    address: str,
    region: Region | None,
    home: Household | None,
    longitude: float | None,
    latitude: float | None,
) -> _Where:
    """A point says it best, then a home, then the address field, then the text; never more than is certain."""
    if longitude is not None:
        return _Where(region_at(longitude, latitude), longitude, latitude, [])
    if home is not None and region is None and not address:
        return _Where(home.region, home.longitude, home.latitude, [])
    said = places_in(address, within=region)
    if not said and home is None:
        said = places_in(text, within=region)
    if (place := certain(said)) is not None:
        return _Where(place.region, place.longitude, place.latitude, said)
    if region is None:
        region = home.region if home is not None else root()
    return _Where(region, None, None, said)


def _understood(
    need: Need, reading: Reading, where: _Where, judged: Judgement, same: list[Likely]
) -> Understanding:
    return Understanding(
        need=need,
        language=reading.language,
        language_certainty=reading.language_certainty,
        types=[vars(one) for one in reading.types],
        model=reading.model,
        places=[
            {"code": found.place.code, "name": str(found.place), "certainty": round(found.certainty, 3)}
            for found in where.said
        ],
        personal=personal_in(need.text),
        rules=judged.rules,
        alike=[
            {"need": str(one.key), "probability": round(one.probability, 3), "reasons": one.reasons}
            for one in same
        ],
    )


def _alike(need: Need, attachments: Sequence[Attachment]) -> list[Likely]:
    if need.subject != Subject.PLACE:
        return []
    return likely(told_by(need, [photo.likeness for photo in attachments if photo.likeness is not None]))


@dataclass(frozen=True)
class _Beside:
    """What is written down with a need, in its transaction."""

    understood: Understanding
    attachments: Sequence[Attachment]
    actor: User | None
    opening: Message | None
    also: Callable[[Need], None] | None


def _keep(need: Need, beside: _Beside) -> Need:
    """Write it all down in one transaction; the same ``external_id`` sent at the same moment is one need still."""
    newcomer = need.person if need.person is not None and need.person._state.adding else None
    while True:
        try:
            with transaction.atomic():
                if newcomer is not None:
                    newcomer.save()
                insert_all([need])
                _keep_beside(need, beside)
        except IntegrityError:
            known = Need.objects.filter(external_id=need.external_id).first() if need.external_id else None
            if known is not None:
                return known
            if not Need.objects.filter(reference=need.reference).exists():
                raise
            need.reference = new_reference()  # among a million needs, one in some 27,000 is drawn twice
            if newcomer is not None:
                newcomer._state.adding = True
        else:
            return need


def _keep_beside(need: Need, beside: _Beside) -> None:
    understood, opening, attachments = beside.understood, beside.opening, beside.attachments
    insert_all([understood])
    if opening is not None:
        opening.need = need
        opening.save(force_insert=True)
    if attachments:
        waiting = Attachment.objects.filter(pk__in=[one.pk for one in attachments], need=None)
        waiting.update(need=need, draft="", message=opening)
    if need.urgency == PriorityClass.NOW:
        Danger.objects.create(need=need, raised_at=clock.now())
    publish(NeedReceived(need=need.pk, channel=need.channel), stream=need.pk, actor=beside.actor)
    if understood.held:
        publish(NeedHeld(need=need.pk, reason=understood.held), stream=need.pk)
    if beside.also is not None:
        beside.also(need)


def _said(answers: Answers) -> Iterator[str]:
    for code, said in answers.items():
        yield from (code, said) if isinstance(said, str) else (code, *said)


def _why_held(said: Iterable[str], channel: str) -> str:
    """Why a person reads it first: whatever was said somewhere may be shown to others."""
    return next(filter(None, (why_held(words, channel=channel) for words in said)), "")


def _check(
    text: str,
    more: Iterable[str],
    service_type: ServiceType | None,
    longitude: float | None,
    latitude: float | None,
) -> None:
    if not text.strip() and service_type is None:
        raise NeedRefusedError(_("Please say in a few words what you need."))
    if len(text) > LONGEST_TEXT:
        raise NeedRefusedError(_("Please use at most %(n)d characters.") % {"n": LONGEST_TEXT})
    if not all(map(storable, (text, *more))):
        raise NeedRefusedError(_("This holds a character that is no text. Please type it again."))
    if (longitude is None) != (latitude is None):
        raise NeedRefusedError(_("A place needs both longitude and latitude."))
    if longitude is not None and latitude is not None and not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise NeedRefusedError(_("Longitude is from −180 to 180 and latitude from −90 to 90."))


def classify(need: Need, *, service_type: ServiceType, actor: User) -> Need:
    """Set or correct a need's service type. What turns out to be of a person or household leaves its case.

    Raises ``PermissionDenied`` without a mandate for both types, and :class:`JoiningRefusedError` where others
    were met with it.
    """
    with taking_turns():  # it may be joined to another
        need = Need.objects.select_for_update(of=("self",)).get(pk=need.pk)
        require(actor, Action.WORK, need)
        need.service_type, need.type_certainty, need.subject = service_type, 1.0, service_type.subject
        require(actor, Action.WORK, need)
        if need.subject != Subject.PLACE:
            stand_alone(need, actor=actor)
        need.changed_at = clock.now()
        changed = ["service_type", "type_certainty", "subject", "state", "lead", "closed_at", "changed_at"]
        need.save(update_fields=changed)
        publish(NeedClassified(need=need.pk, service_type=service_type.number), stream=need.pk, actor=actor)
    return need


def withdraw(need: Need, *, actor: User | None) -> Need:
    """Close a need that waits, for an offer or for a reader. The caller has checked that it is theirs.

    What is joined to another leaves it. Raises :class:`NeedRefusedError`.
    """
    with taking_turns():  # it may be joined to another
        need = Need.objects.select_for_update().get(pk=need.pk)
        if need.state == Need.State.JOINED:
            leave(need)
        elif need.state not in (Need.State.OPEN, Need.State.HELD):
            raise NeedRefusedError(_("Somebody already works on this; please cancel the order instead."))
        need.state, need.closed_at = Need.State.WITHDRAWN, clock.now()
        need.changed_at = need.closed_at
        need.save(update_fields=["state", "lead", "closed_at", "changed_at"])
        publish(NeedWithdrawn(need=need.pk), stream=need.pk, actor=actor)
    return need
