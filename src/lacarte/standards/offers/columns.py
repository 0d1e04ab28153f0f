"""The columns of the file, and what stands in a field of each.

A column that the file does not have leaves alone what it is about; an empty field empties it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from lacarte.kernel.money import Money
from lacarte.registers.menu.keeping.hours import (
    HoursError,
    days_in_line,
    hours_in_line,
    read_days,
    read_hours,
    read_time,
)
from lacarte.registers.menu.models import CapacityRule
from lacarte.standards.imports.report import FieldError

TEXTS = ("name", "description", "conditions", "price_note")
OFFER_PLAIN = ("website", "email", "phone")
#: An address in one language, whichever it is; we write a column a language.
ADDRESS = "address"
_PLACE = ("longitude", "latitude", "reach_metres", "step_free", "hours", "place_phone", "serves", "times")
NO_TIMES = "none"
_YES, _NO = ("yes", "true", "1", "是"), ("no", "false", "0", "否")
_RULE = ("bucket", "weekdays", "opens", "closes", "minutes", "units")


@dataclass(frozen=True)
class Times:
    """Times to book, without the days on which they begin and end."""

    bucket: str
    units: int
    weekdays: tuple[int, ...] = ()
    opens: time | None = None
    closes: time | None = None
    minutes: int | None = None

    @classmethod
    def of(cls, rule: CapacityRule) -> Times:
        """Those of a rule."""
        return cls(
            str(rule.bucket), rule.units, tuple(sorted(rule.weekdays)), rule.opens, rule.closes, rule.minutes
        )

    def fields(self) -> dict[str, Any]:
        """As the verb takes them."""
        return {name: getattr(self, name) for name in _RULE} | {"weekdays": list(self.weekdays)}


def header() -> list[str]:
    """All columns that we write, in their order."""
    texts = [column for name in TEXTS for column in _in_languages(name)]
    money, days = ("price", "currency"), ("since", "until")
    return ["offer", "service", *texts, *money, "languages", *days, *OFFER_PLAIN, "paused", *place()]


def place() -> list[str]:
    """Those of them that are about a place."""
    return ["place", "region", *_in_languages(ADDRESS), *_PLACE]


def texts_of(text: Mapping[str, str]) -> list[str]:
    """What stands in the columns of a text."""
    return [text.get(language, "") for language, _name in settings.LANGUAGES]


def said_of(row: Mapping[str, str], name: str) -> dict[str, str]:
    """What the columns of a text say, by language; those that the file does not have are not there."""
    there = ((column.partition(":"), said) for column, said in row.items())
    return {language: said.strip() for (text, sign, language), said in there if sign and text == name}


def _in_languages(name: str) -> list[str]:
    return [f"{name}:{language}" for language, _name in settings.LANGUAGES]


def read(name: str, said: str, how: Callable[[str], Any]) -> Any:
    """What a field says, ``None`` where it is empty. Raises :class:`FieldError` with the column's name."""
    said = said.strip()
    if not said:
        return None
    try:
        return how(said)
    except (HoursError, FieldError) as error:
        raise FieldError(name, str(error.args[-1])) from None


def yes_or_no(said: str) -> bool:
    """Whether a field says yes."""
    if said.lower() in _YES:
        return True
    if said.lower() in _NO:
        return False
    raise HoursError(_("“%(said)s” is neither yes nor no.") % {"said": said[:40]})


def day(said: str) -> date:
    """A day such as 2026-03-03."""
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise HoursError(_("“%(said)s” is no day such as 2026-03-03.") % {"said": said[:40]}) from None


def number(said: str) -> float:
    """A number."""
    try:
        found = float(said)
    except ValueError:
        raise HoursError(_("“%(said)s” is no number.") % {"said": said[:40]}) from None
    if found != found or abs(found) > 1e300:
        raise HoursError(_("“%(said)s” is no number.") % {"said": said[:40]})
    return found


def whole(said: str) -> int:
    """A whole number."""
    try:
        return int(said)
    except ValueError:
        raise HoursError(_("“%(said)s” is no whole number.") % {"said": said[:40]}) from None


def key(said: str) -> UUID:
    """The key of a place as it was exported."""
    try:
        return UUID(said)
    except ValueError:
        raise HoursError(
            _("“%(said)s” is no key of a place. Leave it empty for a new one.") % {"said": said[:40]}
        ) from None


def price(said: str, currency: str) -> int:
    """A price in the smallest coins of ``currency``."""
    try:
        amount = Decimal(said)
        if not amount.is_finite():
            raise InvalidOperation
        return Money.of(currency, amount).minor
    except (InvalidOperation, ValueError):
        raise HoursError(_("“%(said)s” is no price such as 75 or 12.50.") % {"said": said[:40]}) from None


def parts(said: str) -> list[str]:
    """A list with commas or semicolons between."""
    return [part for one in said.split(";") for part in (word.strip() for word in one.split(",")) if part]


def times(said: str) -> list[Times]:
    """Times such as ``slot 1-5 09:00-17:00 30min x2; day 6 x10; month x100``; :data:`NO_TIMES` ends all."""
    if said.lower() == NO_TIMES:
        return []
    return [_one_time(part.strip()) for part in said.split(";") if part.strip()]


def times_in_line(rules: list[CapacityRule]) -> str:
    """Rules as :func:`times` reads them."""
    return "; ".join(_written(Times.of(rule)) for rule in rules)


def hours(said: str) -> dict[str, list[list[str]]]:
    """Opening hours."""
    return read_hours(said)


def in_line(opening: dict[str, list[list[str]]]) -> str:
    """Opening hours in a field."""
    return hours_in_line(opening)


def _one_time(part: str) -> Times:
    wrong = HoursError(
        _("“%(part)s” are no times such as “slot 1-5 09:00-17:00 30min x2”, “day 6 x10” or “month x100”.")
        % {"part": part[:60]}
    )
    bucket, *words = part.split()
    if not words or not words[-1].startswith("x") or not words[-1][1:].isdigit():
        raise wrong
    units, words = int(words[-1][1:]), words[:-1]
    weekdays: tuple[int, ...] = ()
    if bucket in ("slot", "day") and words and words[0][0].isdigit() and ":" not in words[0]:
        weekdays = tuple(int(one) for one in read_days(words.pop(0)))
    if bucket in ("day", "month") and not words:
        return Times(bucket, units, weekdays)
    if bucket != "slot" or len(words) != 2 or not words[1].endswith("min") or not words[1][:-3].isdigit():
        raise wrong
    opens, sign, closes = words[0].partition("-")
    if not sign:
        raise wrong
    return Times(bucket, units, weekdays, read_time(opens), read_time(closes), int(words[1][:-3]))


def _written(one: Times) -> str:
    days = [days_in_line([str(number) for number in one.weekdays])] if one.weekdays else []
    span = []
    if one.opens and one.closes:
        span = [f"{one.opens:%H:%M}-{one.closes:%H:%M}", f"{one.minutes}min"]
    return " ".join([one.bucket, *days, *span, f"x{one.units}"])
