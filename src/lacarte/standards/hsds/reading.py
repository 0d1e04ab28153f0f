"""Objects of HSDS as columns of our records: what fits a column goes there, all else is in the residue.

What our own attribute says of a column goes before what the fields of HSDS say of it.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field, Model

from lacarte.kernel.money import Money
from lacarte.registers.menu.models import Offer, OfferAtPlace, ServiceType
from lacarte.registers.providers.models import Provider, SubjectKind
from lacarte.standards.hsds.hours import hours_of
from lacarte.standards.hsds.ours import LANGUAGE, RADIUS, STEP_FREE, Object, said

#: Words for step-free access that directories use.
_STEP_FREE = {words.casefold(): answer for answer, words in STEP_FREE.items()} | dict.fromkeys(
    ("wheelchair accessible", "wheelchair access", "handicap accessible", "handicapped accessible"), True
)
#: Names of languages that differ from Django's, or that it does not know.
_LANGUAGES = {
    "chinese": "zh",
    "mandarin": "zh",
    "creole": "ht",
    "haitian creole": "ht",
    "farsi": "fa",
    "tagalog": "tl",
}
_LARGEST = 2**31 - 1
_LONGEST = {"website": 300, "email": 254, "phone": 40, "address": 300}
_IN_LANGUAGES = ("name", "description", "conditions", "price_note", "address")


def provider_columns(found: Object, extras: Object) -> dict[str, Any]:
    """The columns of a provider, without its region."""
    columns = {
        "name": _text(found.get("name"), extras.get("name")),
        "description": _text(found.get("description"), extras.get("description")),
        "kind": SubjectKind.SOCIAL.value,
        "website": _short("website", found.get("website")),
        "email": _short("email", found.get("email")),
        "phone": _phone(found),
    }
    return columns | _own(Provider, columns, extras)


def offer_columns(found: Object, extras: Object, *, currency: str) -> dict[str, Any]:
    """The columns of an offer, without provider and service type; ``currency`` where the file names none."""
    costs = found.get("cost_options")
    cost = costs[0] if isinstance(costs, list) and costs and isinstance(costs[0], dict) else {}
    spelt = (one.get("currency") for one in (cost, extras))  # a price that others have added goes first
    currency = next((str(one) for one in spelt if _is_currency(one)), currency)
    extras = {name: value for name, value in extras.items() if name != "currency"}
    columns = {
        "name": _text(found.get("name"), extras.get("name")),
        "description": _text(found.get("description"), extras.get("description")),
        "conditions": _text(found.get("eligibility_description"), extras.get("conditions")),
        "website": _short("website", found.get("url")),
        "email": _short("email", found.get("email")),
        "phone": _phone(found),
        "languages": languages_of(found.get("languages")),
        "price_minor": _minor(cost.get("amount"), currency),
        "currency": currency,
        "price_note": _text(cost.get("amount_description"), extras.get("price_note")),
        "since": None,
        "until": None,
        "paused": found.get("status", "active") != "active",
    }
    return columns | _own(Offer, columns, extras)


def place_columns(found: Object, extras: Object, above: Object) -> dict[str, Any]:
    """The columns of an offer at a place, without its region; hours of ``above``, the service, may hold here."""
    location = found.get("location")
    location = location if isinstance(location, dict) else {}
    longitude, latitude = point(location)
    weekly = (one.get("schedules") for one in (found, location, above))
    columns = {
        "address": _address(location, extras.get("address")),
        "longitude": longitude,
        "latitude": latitude,
        "reach_metres": _reach(found),
        "step_free": _step_free(location),
        "hours": next((hours for one in weekly if (hours := hours_of(one))), {}),
        "phone": _phone(found) or _phone(location),
    }
    return columns | _own(OfferAtPlace, columns, extras)


def _own(model: type[Model], columns: dict[str, Any], extras: Object) -> dict[str, Any]:
    """What our attribute says of columns, as far as they can hold it; texts in languages are read elsewhere."""
    found = {}
    for name, read in columns.items():
        if name not in extras or name in _IN_LANGUAGES:
            continue
        field = model._meta.get_field(name)
        if isinstance(field, Field) and not (
            isinstance(read, dict | list) and type(extras[name]) is not type(read)
        ):
            try:
                found[name] = _held(field, extras[name])
            except (ValidationError, TypeError, ValueError):
                continue
            if isinstance(found[name], list) and not all(isinstance(one, str) for one in found[name]):
                del found[name]  # no list of languages
    return found


def _held(field: Field[Any, Any], value: Any) -> Any:
    """``value`` as a column holds it. Raises ``ValidationError`` where it cannot."""
    held = field.to_python(value)
    if held is None and not field.null:
        raise ValidationError(f"{field.name} is missing")
    field.run_validators(held)
    if field.choices and held not in dict(field.flatchoices):
        raise ValidationError(f"{field.name} is none of its choices")
    return held


def point(location: Object) -> tuple[float | None, float | None]:
    """Longitude and latitude; nothing where they are none on earth."""
    x, y = location.get("longitude"), location.get("latitude")
    numbers = all(isinstance(n, int | float) and not isinstance(n, bool) and math.isfinite(n) for n in (x, y))
    if not numbers or x is None or y is None or not (-180 <= x <= 180 and -90 <= y <= 90):
        return None, None
    return float(x), float(y)


def languages_of(spoken: Any) -> list[str]:
    """BCP 47 tags of languages; those that nobody knows are left out."""
    found: list[str] = []
    for one in spoken if isinstance(spoken, list) else []:
        tag = _tag(one) if isinstance(one, dict) else ""
        if tag and tag not in found:
            found.append(tag)
    return found


def _tag(language: Object) -> str:
    code = language.get("code")
    if isinstance(code, str) and 2 <= len(code) <= 35 and code.replace("-", "").isalnum() and code.isascii():
        return code
    name = language.get("name")
    return _tags().get(name.strip().casefold(), "") if isinstance(name, str) else ""


@lru_cache
def _tags() -> dict[str, str]:
    from django.conf.locale import LANG_INFO

    return {str(one["name"]).casefold(): code for code, one in LANG_INFO.items() if "name" in one} | _LANGUAGES


def _text(plain: Any, whole: Any) -> dict[str, str]:
    """A multilingual text. Where the plain field was changed by others since, their word goes before ours."""
    words = plain if isinstance(plain, str) else ""
    if not _is_text(whole):
        return {LANGUAGE: words} if words else {}
    found: dict[str, str] = whole if said(whole) == words else whole | {LANGUAGE: words}
    return found


def _is_text(whole: Any) -> bool:
    return isinstance(whole, dict) and all(isinstance(one, str) for pair in whole.items() for one in pair)


def _short(name: str, value: Any) -> str:
    """A text that fits its column, else nothing."""
    return value if isinstance(value, str) and len(value) <= _LONGEST[name] else ""


def _phone(found: Object) -> str:
    phones = found.get("phones")
    first = phones[0] if isinstance(phones, list) and phones else None
    return _short("phone", first.get("number")) if isinstance(first, dict) else ""


def _is_currency(spelt: Any) -> bool:
    return isinstance(spelt, str) and len(spelt) == 3 and spelt.isascii() and spelt.isupper() and spelt.isalpha()


def _minor(amount: Any, currency: str) -> int | None:
    """A price in the smallest coins; ``None`` where the file says none, or one that cannot be."""
    if isinstance(amount, bool) or not isinstance(amount, int | float) or not math.isfinite(amount):
        return None
    minor = round(amount / float(Money(currency, 1).amount))
    return minor if 0 <= minor <= _LARGEST else None


def _address(location: Object, whole: Any) -> dict[str, str]:
    """An address in languages. What others add below the street that we told is theirs, and kept beside it."""
    line, street = _line(location)
    return whole if street and _is_text(whole) and said(whole) == street else _text(line, whole)


def _line(location: Object) -> tuple[str, Any]:
    """Street and city in one line, and the street as it stands there."""
    addresses = location.get("addresses")
    first = addresses[0] if isinstance(addresses, list) and addresses else None
    if not isinstance(first, dict):
        return "", None
    parts = [part for name in ("address_1", "city") if isinstance(part := first.get(name), str) and part.strip()]
    line = ", ".join(part.strip() for part in parts) if len(parts) > 1 else "".join(parts)
    return _short("address", line), first.get("address_1")


def _reach(found: Object) -> int | None:
    """How far it reaches, in metres."""
    areas = found.get("service_areas")
    for area in areas if isinstance(areas, list) else []:
        if isinstance(area, dict) and area.get("extent_type") == RADIUS:
            metres = area.get("extent")
            if isinstance(metres, str) and metres.isascii() and metres.isdigit() and int(metres) <= _LARGEST:
                return int(metres)
    return None


def _step_free(location: Object) -> bool | None:
    access = location.get("accessibility")
    for one in access if isinstance(access, list) else []:
        words = one.get("description") if isinstance(one, dict) else None
        if isinstance(words, str) and words.strip().casefold() in _STEP_FREE:
            return _STEP_FREE[words.strip().casefold()]
    return None


def service_type_columns(term: Object, extras: Object) -> dict[str, Any]:
    """The columns of a service type of our own taxonomy, without its code and place in the tree."""
    usual = ServiceType()
    names = ("orderable", "subject", "urgency", "contact_days", "resolution_days", "legal_basis")
    columns = {name: getattr(usual, name) for name in names}
    keywords = extras.get("keywords")
    texts = {
        "name": _text(term.get("name"), extras.get("name")),
        "description": _text(term.get("description"), extras.get("description")),
        "keywords": keywords if _is_text(keywords) else {},
    }
    return texts | columns | _own(ServiceType, columns, extras)
