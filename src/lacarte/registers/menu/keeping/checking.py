"""What a record of a provider has to be before it is kept: a sentence for each field that is wrong."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import CharField, Model
from django.utils.translation import gettext as _

from lacarte.kernel.currencies import CURRENCIES
from lacarte.kernel.text import storable, validate_multilingual
from lacarte.registers.menu.keeping.hours import HoursError, check_hours
from lacarte.registers.menu.models import Offer, OfferAtPlace
from lacarte.registers.providers.models import Provider

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SITE = re.compile(r"https?://[^\s/]+\S*")
_LONGEST_TEXT, _LONGEST = 10_000, {"address": 300}
_GREATEST_PRICE = _FARTHEST_METRES = 2_000_000_000
_TEXTS = {
    Provider: ("name", "description"),
    Offer: ("name", "description", "conditions", "price_note"),
    OfferAtPlace: ("address",),
}
Wrong = dict[str, str]


def check_provider(provider: Provider) -> None:
    """Raise ``ValidationError`` with a sentence for each field that is wrong."""
    _raise(_plain_fields(provider) | _contact(provider))


def check_offer(offer: Offer) -> None:
    """Raise ``ValidationError`` with a sentence for each field that is wrong."""
    wrong = _plain_fields(offer) | _contact(offer)
    if not offer.service_type.orderable:
        wrong["service_type"] = _("This is an area of life. Please choose one service of it.")
    if offer.currency not in CURRENCIES:
        wrong["currency"] = _("“%(code)s” is no currency. Codes have three letters, such as CNY or EUR.") % {
            "code": str(offer.currency)[:20]
        }
    if offer.price_minor is not None and not 0 <= offer.price_minor <= _GREATEST_PRICE:
        wrong["price_minor"] = _("A price is 0 or more, and not this large.")
    if offer.since and offer.until and offer.until < offer.since:
        wrong["until"] = _("It cannot end before it begins.")
    if bad := [tag for tag in offer.languages if not isinstance(tag, str) or not _TAG.fullmatch(tag)]:
        wrong["languages"] = _("“%(tag)s” is no code of a language such as zh or en.") % {"tag": str(bad[0])[:20]}
    _raise(wrong)


def check_place(place: OfferAtPlace) -> None:
    """Raise ``ValidationError`` with a sentence for each field that is wrong; puts its hours in order."""
    wrong = _plain_fields(place)
    try:
        place.hours = check_hours(place.hours)
    except HoursError as error:
        wrong["hours"] = str(error)
    if (place.longitude is None) != (place.latitude is None):
        missing = "longitude" if place.longitude is None else "latitude"
        wrong[missing] = _("A point has a longitude and a latitude.")
    for name, most in (("longitude", 180), ("latitude", 90)):
        value = getattr(place, name)
        if value is not None and not -most <= value <= most:
            wrong[name] = _("This is not on the Earth: it goes from −%(most)d to %(most)d degrees.") % {
                "most": most
            }
    if place.reach_metres is not None and not 0 < place.reach_metres <= _FARTHEST_METRES:
        wrong["reach_metres"] = _("It reaches at least 1 metre. Leave it empty for the whole city.")
    if place.reach_metres is not None and place.longitude is None:
        wrong.setdefault("reach_metres", _("To say how far it reaches, please say where it is."))
    _raise(wrong)


def _plain_fields(record: Model) -> Wrong:
    """Texts that no database keeps, that are too long, or that are missing."""
    wrong: Wrong = {}
    for field in record._meta.concrete_fields:
        value = getattr(record, field.attname)
        if isinstance(field, CharField) and isinstance(value, str):
            if not storable(value):
                wrong[field.name] = _("This holds signs that cannot be kept.")
            elif field.max_length and len(value) > field.max_length:
                said = {"n": len(value), "most": field.max_length}
                wrong[field.name] = _("This has %(n)d characters, at most %(most)d are kept.") % said
    for name in _TEXTS.get(type(record), ()):
        wrong |= _multilingual(name, getattr(record, name))
    return wrong


def _multilingual(name: str, texts: Any) -> Wrong:
    try:
        validate_multilingual(texts)
    except ValidationError as error:
        return {name: error.messages[0]}
    if name == "name" and not any(words.strip() for words in texts.values()):
        return {name: _("It needs a name in at least one language.")}
    for words in texts.values():
        if not storable(words):
            return {name: _("This holds signs that cannot be kept.")}
        if len(words) > (most := _LONGEST.get(name, _LONGEST_TEXT)):
            said = {"n": len(words), "most": most}
            return {name: _("This has %(n)d characters, at most %(most)d are kept.") % said}
    return {}


def _contact(record: Offer | Provider) -> Wrong:
    wrong: Wrong = {}
    if record.email and not _MAIL.fullmatch(record.email):
        wrong["email"] = _("This is no e-mail address.")
    if record.website and not _SITE.fullmatch(record.website):
        wrong["website"] = _("A website begins with https:// or http://.")
    return wrong


def _raise(wrong: Wrong) -> None:
    if wrong:
        raise ValidationError(wrong)
