"""Which offers are best for one person: by effort in minutes, of which every part is shown.

Effort is the way there, plus what else makes an offer harder to use, each as the minutes that it is worth:

======== =====================================================================================
way      minutes to get there; 30 where nobody knows where the offer is
language 30 when none of the person's languages is spoken
price    1 minute for every 3 units of currency (yuan, euro …), at most 60; 30 when nobody says it
wait     3 minutes for each day until the next free time, at most 60; 60 when all is taken,
         30 when the provider says nothing of it
======== =====================================================================================

What nobody says counts as half of the most that it can be: neither as nothing, which would reward silence, nor
as the worst. Whoever weighs the parts differently sorts by one of them (``Wishes.order``), and there what is not
known comes last. Nobody pays for a place, and who provides it does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from lacarte.engines.geography import haversine_metres, travel_seconds
from lacarte.registers.menu.capacity.finding import CapacityState
from lacarte.registers.menu.personal.columns import KINDS, Flags, Floats, Ints, Offers

UNKNOWN_WAY = 30.0
LANGUAGE_MISFIT = 30.0
MINUTES_PER_UNIT_OF_PRICE, MOST_FOR_PRICE = 1 / 3, 60.0
PRICE_NOT_SAID = 30.0
MINUTES_PER_DAY_OF_WAIT, MOST_FOR_WAIT = 3.0, 60.0
WAIT_NOT_SAID = 30.0
_MINOR_UNITS = 100.0
_SECONDS_A_MINUTE, _SECONDS_A_DAY = 60.0, 86_400.0


class Order(StrEnum):
    """What the list is sorted by."""

    BEST = "best"
    NEAR = "near"
    CHEAP = "cheap"
    SOON = "soon"


@dataclass(frozen=True)
class Where:
    """Where somebody is (degrees, WGS84) and the number of the region that it is in; parts may be unknown."""

    longitude: float | None = None
    latitude: float | None = None
    region: int | None = None


@dataclass(frozen=True)
class Wishes:
    """What the offers have to be; nothing is left out where nothing is wished."""

    languages: Sequence[str] = ()  # that the person speaks: a misfit costs effort
    spoken: str = ""  # a language that has to be spoken
    free_of_charge: bool = False  # for certain
    within_metres: float | None = None
    step_free: bool = False
    kinds: Sequence[str] = ()  # of providers
    before: datetime | None = None  # with something free that begins before it
    order: Order = Order.BEST


@dataclass(frozen=True)
class Effort:
    """Minutes, each part as in the table above."""

    way: float
    language: float
    price: float
    wait: float

    @property
    def total(self) -> float:
        """All parts together."""
        return self.way + self.language + self.price + self.wait


@dataclass(frozen=True, eq=False)
class Ranked:
    """``m`` offers for one person: rows of the table, the way in metres (NaN: unknown) and parts of the effort.

    ``serves`` says whether they are for people where this person is; ``fits`` whether they are as wished.
    """

    rows: Ints
    metres: Floats
    way: Floats
    language: Floats
    price: Floats
    serves: Flags
    fits: Flags

    @cached_property
    def known(self) -> Floats:
        """The effort without the wait."""
        return self.way + self.language + self.price


def weigh(offers: Offers, rows: Ints, where: Where, wishes: Wishes, today: date) -> Ranked:
    """Weigh the living offers among ``rows`` (``int64[k]``), all but their wait."""
    day = today.toordinal()
    rows = rows[~offers.paused[rows] & (offers.first_day[rows] <= day) & (offers.last_day[rows] >= day)]
    known = where.longitude is not None and where.latitude is not None
    at = (where.longitude, where.latitude) if known else (np.nan, np.nan)
    metres = haversine_metres(offers.longitude[rows], offers.latitude[rows], *at)  # type: ignore[arg-type]
    way = travel_seconds(metres) / _SECONDS_A_MINUTE
    way = np.where(np.isnan(way), UNKNOWN_WAY if known else 0.0, way)
    spoken = offers.languages[rows]
    misfit = (spoken != 0) & (spoken & offers.languages_of(wishes.languages) == 0)
    price = np.minimum(offers.price_minor[rows] / _MINOR_UNITS * MINUTES_PER_UNIT_OF_PRICE, MOST_FOR_PRICE)
    return Ranked(
        rows=rows,
        metres=metres,
        way=way,
        language=np.where(misfit & bool(wishes.languages), LANGUAGE_MISFIT, 0.0),
        price=np.where(np.isnan(price), PRICE_NOT_SAID, price),
        serves=_serves(offers, rows, metres, where),
        fits=_fits(offers, rows, metres, wishes),
    )


def wait_minutes(free: datetime | None, state: CapacityState, now: datetime) -> float:
    """The wait's part of the effort: for the next free time, or for all taken, or for nothing said."""
    if free is not None:
        days = max((free - now).total_seconds(), 0.0) / _SECONDS_A_DAY
        return min(days * MINUTES_PER_DAY_OF_WAIT, MOST_FOR_WAIT)
    return WAIT_NOT_SAID if state is CapacityState.ASSESSMENT else MOST_FOR_WAIT


def _serves(offers: Offers, rows: Ints, metres: Floats, where: Where) -> Flags:
    """Whether offers reach where somebody is; what is not known does not exclude."""
    with np.errstate(invalid="ignore"):
        serves = ~(metres > offers.reach_metres[rows])
    if where.region:
        limited = np.zeros(len(offers.keys), dtype=np.bool_)
        inside = np.zeros(len(offers.keys), dtype=np.bool_)
        limited[offers.serves_offer] = True
        covers = (offers.serves_first <= where.region) & (where.region <= offers.serves_last)
        inside[offers.serves_offer[covers]] = True
        serves &= ~limited[rows] | inside[rows]
    return serves


def _fits(offers: Offers, rows: Ints, metres: Floats, wishes: Wishes) -> Flags:
    fits: npt.NDArray[np.bool_] = np.ones(len(rows), dtype=np.bool_)
    if wishes.free_of_charge:
        fits &= offers.price_minor[rows] == 0
    if wishes.within_metres is not None:
        with np.errstate(invalid="ignore"):
            fits &= metres <= wishes.within_metres
    if wishes.step_free:
        fits &= offers.step_free[rows] == 1
    if wishes.kinds:
        fits &= np.isin(offers.kind[rows], [KINDS.index(kind) for kind in wishes.kinds if kind in KINDS])
    if wishes.spoken:
        fits &= offers.languages[rows] & offers.languages_of([wishes.spoken]) != 0
    return fits
