"""The weights in force, read once and used by everybody, and what makes weights acceptable."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.text import in_language
from lacarte.kernel.versions import remembered
from lacarte.loop.priority.models import Weights
from lacarte.registers.people.circumstances import FACTS, Datatype

SHIPPED = Path(__file__).parent / "content" / "weights.toml"
#: The parts of the index, in the order in which they are shown.
PARTS = ("urgency", "vulnerability", "deprivation", "waiting")
MOST_DIMENSIONS, MOST_INDICATORS, LONGEST_WAIT = 12, 20, 3650.0
_NEAR = 1e-6


class WeightsRefusedError(ValueError):
    """Weights cannot be set like this; the message says what and why, ``field`` where."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Indicator:
    """A kind of circumstance, and which of its values deprive: some (``among``), or from or up to a number."""

    kind: str
    among: tuple[Any, ...] = ()
    least: float | None = None
    most: float | None = None

    def deprives(self, value: Any) -> bool | None:
        """Whether ``value`` deprives; ``None`` for what is no value of this kind: it is not known then."""
        fact = FACTS.get(self.kind)
        if fact is None or fact.datatype is Datatype.BOOL:
            return value in self.among if isinstance(value, bool) else None
        if fact.datatype is Datatype.NUMBER:
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                return None
            return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)
        return value in self.among if isinstance(value, str) else None

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        bounds = {"from": self.least, "to": self.most}
        found = {name: bound for name, bound in bounds.items() if bound is not None}
        return {"kind": self.kind, **({"is": list(self.among)} if self.among else {}), **found}


@dataclass(frozen=True)
class Dimension:
    """One way in which a household is deprived: where any of its indicators says so."""

    code: str
    name: Mapping[str, str]
    weight: float
    indicators: tuple[Indicator, ...]

    def __str__(self) -> str:
        return in_language(self.name) or self.code


@dataclass(frozen=True)
class Scheme:
    """All by which needs are weighed. From ``cutoff`` on a household surely deprived goes one class earlier."""

    version: str
    since: datetime
    weights: Mapping[str, float]
    full_wait_days: float
    cutoff: float
    dimensions: tuple[Dimension, ...]
    seed: str

    @property
    def indicators(self) -> list[tuple[int, Indicator]]:
        """Each with the number of its dimension."""
        return [(d, one) for d, dimension in enumerate(self.dimensions) for one in dimension.indicators]

    def household(self) -> dict[str, Any]:
        """The household's part as it is kept."""
        return {
            "cutoff": self.cutoff,
            "dimensions": [
                {
                    "code": one.code,
                    "name": dict(one.name),
                    "weight": one.weight,
                    "indicators": [indicator.as_json() for indicator in one.indicators],
                }
                for one in self.dimensions
            ],
        }


@lru_cache(maxsize=1)
def shipped() -> dict[str, Any]:
    """The weights that come with the program, as columns."""
    return tomllib.loads(SHIPPED.read_text(encoding="utf-8"))


def scheme(said: Mapping[str, Any]) -> Scheme:
    """Weights as the program uses them, from columns."""
    return Scheme(
        version=said["version"],
        since=said["since"],
        weights={part: float(said["weights"][part]) for part in PARTS},
        full_wait_days=float(said["full_wait_days"]),
        cutoff=float(said["household"]["cutoff"]),
        dimensions=tuple(_dimension(one) for one in said["household"]["dimensions"]),
        seed=said["seed"],
    )


def _dimension(said: Mapping[str, Any]) -> Dimension:
    indicators = tuple(
        Indicator(one["kind"], tuple(one.get("is", ())), one.get("from"), one.get("to"))
        for one in said["indicators"]
    )
    return Dimension(said["code"], said["name"], float(said["weight"]), indicators)


#: What a scheme is read from.
COLUMNS = ("version", "since", "weights", "full_wait_days", "household", "seed")


@remembered(Weights)
def _kept() -> tuple[Scheme, ...]:
    """All versions, the newest first."""
    return tuple(scheme(one) for one in Weights.objects.values(*COLUMNS)) or (scheme(shipped()),)


def in_force() -> Scheme:
    """The weights that hold now: of the last version whose day has come, else of the first there is."""
    now, versions = clock.now(), _kept()
    return next((one for one in versions if one.since <= now), versions[-1])


def scheme_of(version: str) -> Scheme:
    """The weights of a version; those in force where there is none of that name, as of before they were kept."""
    return next((one for one in _kept() if one.version == version), None) or in_force()


def next_version(now: datetime) -> str:
    """The name of the next version: the month, and which it is in it; nobody chooses it."""
    month = f"{now.astimezone(UTC):%Y-%m}"
    taken = Weights.objects.filter(version__startswith=f"{month}.").values_list("version", flat=True)
    numbers = [int(end) for one in taken if (end := one.rpartition(".")[2]).isdigit()]
    return f"{month}.{max(numbers, default=0) + 1}"


def check(proposed: Scheme) -> None:
    """Raise :class:`WeightsRefusedError` for weights that cannot be."""
    for part, weight in proposed.weights.items():
        if not 0 <= weight <= 1:
            raise WeightsRefusedError(part, _("A weight is from 0 to 100 percent."))
    _sums(
        "weights", list(proposed.weights.values()), _("The four weights must make 100 percent; they make %(sum)s.")
    )
    if not 0 < proposed.full_wait_days <= LONGEST_WAIT:
        raise WeightsRefusedError("full_wait_days", _("Waiting counts in full after 1 to 3,650 days."))
    if not 0 < proposed.cutoff <= 1:
        raise WeightsRefusedError("cutoff", _("The cut-off is above 0 and at most 100 percent."))
    if not 1 <= len(proposed.dimensions) <= MOST_DIMENSIONS:
        raise WeightsRefusedError(
            "dimensions", _("A household has 1 to %(n)d dimensions.") % {"n": MOST_DIMENSIONS}
        )
    codes = [one.code for one in proposed.dimensions]
    if twice := next((code for code in codes if codes.count(code) > 1), ""):
        raise WeightsRefusedError("dimensions", _("The dimension “%(code)s” is there twice.") % {"code": twice})
    for one in proposed.dimensions:
        _check_dimension(one)
    words = _("The weights of the dimensions must make 100 percent; they make %(sum)s.")
    _sums("dimensions", [one.weight for one in proposed.dimensions], words)


def _sums(field: str, weights: list[float], words: str) -> None:
    total = math.fsum(weights)
    if abs(total - 1) > _NEAR:
        raise WeightsRefusedError(field, words % {"sum": f"{total * 100:.4g}"})


def _check_dimension(one: Dimension) -> None:
    if not any(one.name.values()):
        raise WeightsRefusedError("dimensions", _("The dimension “%(code)s” needs a name.") % {"code": one.code})
    if not 0 <= one.weight <= 1:
        raise WeightsRefusedError("dimensions", _("A weight is from 0 to 100 percent."))
    if not 1 <= len(one.indicators) <= MOST_INDICATORS:
        words = _("“%(name)s” needs 1 to %(n)d circumstances.") % {"name": one, "n": MOST_INDICATORS}
        raise WeightsRefusedError("dimensions", words)
    for indicator in one.indicators:
        if not _fits(indicator):
            words = _("“%(kind)s” cannot deprive anybody like this: no such circumstance, or no such value of it.")
            raise WeightsRefusedError("dimensions", words % {"kind": indicator.kind[:60]})


def _fits(one: Indicator) -> bool:
    fact = FACTS.get(one.kind)
    if fact is None:
        return False
    bounds = [bound for bound in (one.least, one.most) if bound is not None]
    match fact.datatype:
        case Datatype.BOOL:
            return len(one.among) == 1 and isinstance(one.among[0], bool) and not bounds
        case Datatype.NUMBER:
            return bool(bounds) and not one.among and all(map(math.isfinite, bounds))
        case Datatype.CHOICE:
            return bool(one.among) and set(one.among) <= set(dict(fact.choices)) and not bounds
    return False


def columns_of(proposed: Scheme) -> dict[str, Any]:
    """What the record keeps of a scheme."""
    return cast(
        "dict[str, Any]",
        {
            "weights": dict(proposed.weights),
            "full_wait_days": proposed.full_wait_days,
            "household": proposed.household(),
        },
    )
