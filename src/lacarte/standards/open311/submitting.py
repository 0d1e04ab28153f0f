"""POST requests: the form of a client becomes a need, or a list of everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import validate_email
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lacarte.kernel.models import ApiKey
from lacarte.loop.needs.actions import Answers, NeedRefusedError, receive
from lacarte.loop.needs.models import Attachment, Channel, Need
from lacarte.loop.needs.uploads.attachments import AttachmentRefusedError, discard, most, store
from lacarte.registers.menu.answering import checked, questions_of
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.people.models import Person
from lacarte.registers.places.models import NamedPlace, Region
from lacarte.standards.open311.errors import Open311Error
from lacarte.standards.open311.jurisdictions import Jurisdiction
from lacarte.standards.open311.searching import number
from lacarte.standards.open311.services import service

_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]*)\](\[\])?")
#: How long what a client says may be; nothing is cut off.
_LONGEST = {
    "address_string": 300,
    "address_id": 120,
    "email": 254,
    "phone": 40,
    "first_name": 99,
    "last_name": 100,
    "account_id": 200,
    "device_id": 200,
    "media_url": 2000,
}
_ORIGIN = ("account_id", "device_id", "address_id", "media_url")
_MOST_ANSWERS, _LONGEST_CODE, _LONGEST_ANSWER = 100, 80, 2000

Form = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class _Where:
    longitude: float | None = None
    latitude: float | None = None
    region: Region | None = None
    address: str = ""


class _Sent:
    """A form that is being read, with the problems found so far."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.problems: list[str] = []

    def text(self, name: str) -> str:
        """The last value of a field; empty is the same as not sent."""
        values = self.form.get(name, ())
        said = values[-1].strip() if values else ""
        most_signs = _LONGEST.get(name)
        if most_signs is not None and len(said) > most_signs:
            self.wrong(name, _("please use at most %(n)d characters") % {"n": most_signs})
        return said

    def wrong(self, name: str, why: str) -> None:
        """Note a problem with a field."""
        self.problems.append(f"{name}: {why}")


def take_in(
    form: Form, files: Sequence[UploadedFile[Any]], jurisdiction: Jurisdiction, key: ApiKey | None
) -> Need:
    """The need that a client sends. Raises :class:`Open311Error`; then nothing is left behind."""
    sent = _Sent(form)
    kind = service(sent.text("service_code"))
    where = _where(sent, jurisdiction)
    person = _person(sent)
    answers = _answers(sent, kind)
    origin = _origin(sent, key)
    if len(files) > most():
        sent.wrong("media", _("at most %(n)d files can be sent along") % {"n": most()})
    if sent.problems:
        raise Open311Error(400, *sent.problems)
    attachments = _stored(files)
    try:
        return receive(
            text=sent.text("description"),
            channel=Channel.OPEN311,
            service_type=kind,
            person=person,
            region=where.region,
            longitude=where.longitude,
            latitude=where.latitude,
            address=where.address,
            answers=answers,
            attachments=attachments,
            origin=origin,
        )
    except NeedRefusedError as error:
        _drop(attachments)
        raise Open311Error(400, f"description: {error}") from error
    except Exception:
        _drop(attachments)
        raise


def _where(sent: _Sent, jurisdiction: Jurisdiction) -> _Where:
    """A point says it best, then an entry of the gazetteer, then words."""
    address = sent.text("address_string")
    place = _place(sent)
    if sent.text("lat") or sent.text("long"):
        longitude, latitude = _degrees(sent, "long", 180), _degrees(sent, "lat", 90)
        if longitude is None or latitude is None:
            return _Where()
        if not jurisdiction.has_point(longitude, latitude):
            sent.wrong("lat, long", _("this place is outside %(name)s") % {"name": jurisdiction.name})
        return _Where(longitude, latitude, address=address)
    if place is not None:
        if jurisdiction.region is not None and place.region_id not in jurisdiction.region.interval:
            sent.wrong("address_id", _("this place is outside %(name)s") % {"name": jurisdiction.name})
        return _Where(place.longitude, place.latitude, place.region, address or str(place))
    if not address:
        if not sent.text("address_id"):
            sent.problems.append(_("say where: lat and long, or address_string, or address_id"))
        else:
            words = _("“%(id)s” is not known; please send lat and long, or address_string")
            sent.wrong("address_id", words % {"id": sent.text("address_id")})
    return _Where(region=jurisdiction.region, address=address)


def _place(sent: _Sent) -> NamedPlace | None:
    code = sent.text("address_id")
    return NamedPlace.objects.select_related("region").filter(code=code).first() if code else None


def _degrees(sent: _Sent, name: str, most_degrees: int) -> float | None:
    said = sent.text(name)
    value = number(said)
    if not said:
        sent.wrong(name, _("is missing; lat and long are needed together"))
    elif value is None:
        sent.wrong(name, _("“%(text)s” is not a number such as 28.05") % {"text": said[:40]})
    elif abs(value) > most_degrees:
        words = _("%(text)s is not from −%(n)d to %(n)d degrees")
        sent.wrong(name, words % {"text": said[:40], "n": most_degrees})
    else:
        return value
    return None


def _person(sent: _Sent) -> Person | None:
    """Who sent it, where they say so; not saved yet."""
    name = " ".join(part for part in (sent.text("first_name"), sent.text("last_name")) if part)
    email, phone = sent.text("email"), sent.text("phone")
    if email:
        try:
            validate_email(email)
        except ValidationError:
            sent.wrong("email", _("“%(text)s” is not an e-mail address") % {"text": email[:60]})
    if not (name or email or phone):
        return None
    return Person(name=name, email=email, phone=phone, language=get_language() or "en")


def _answers(sent: _Sent, kind: ServiceType) -> Answers:
    """The answers to the follow-up questions. One to a question that is not asked any more is kept as it is."""
    given: dict[str, list[str]] = {}
    for name, values in sent.form.items():
        if found := _ATTRIBUTE.fullmatch(name):
            given.setdefault(found[1], []).extend(value for value in values if value.strip())
    if len(given) > _MOST_ANSWERS:
        sent.wrong("attribute", _("at most %(n)d answers, please") % {"n": _MOST_ANSWERS})
        return {}
    questions = questions_of(kind)
    kept, wrong = checked(questions, given)
    for code, why in wrong.items():
        sent.wrong(f"attribute[{code}]", why)
    asked = {question.code for question in questions}
    for code, values in given.items():
        if code in asked or not values:
            continue
        if len(code) > _LONGEST_CODE or sum(map(len, values)) > _LONGEST_ANSWER:
            sent.wrong(
                f"attribute[{code[:_LONGEST_CODE]}]",
                _("please use at most %(n)d characters") % {"n": _LONGEST_ANSWER},
            )
        kept[code] = values[0] if len(values) == 1 else values
    return kept


def _origin(sent: _Sent, key: ApiKey | None) -> dict[str, str]:
    """What the client says of itself and of the sender. A link to media is kept as words and never followed."""
    said = {name: words for name in _ORIGIN if (words := sent.text(name))}
    if "media_url" in said and not _is_link(said["media_url"]):
        sent.wrong("media_url", _("is not an address that begins with https:// or http://"))
    return said | ({"key": key.name} if key else {})


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not re.search(r"[\s\0-\x1f]", text)


def _stored(files: Sequence[UploadedFile[Any]]) -> list[Attachment]:
    kept: list[Attachment] = []
    for file in files:
        try:
            kept.append(store(file, name=file.name or ""))
        except AttachmentRefusedError as error:
            _drop(kept)
            raise Open311Error(400, f"media: {error}") from error
    return kept


def _drop(attachments: Sequence[Attachment]) -> None:
    for attachment in attachments:
        discard(attachment)
