"""Why a need stands where it stands, in words, with what is not known."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.engines.needindex.multidimensional import CANNOT_SAY, POOR
from lacarte.loop.needs.models import Need
from lacarte.loop.priority.models import Weighing
from lacarte.loop.priority.weights import PARTS, Scheme, scheme_of

PART_NAMES: dict[str, str | Promise] = {
    "urgency": gettext_lazy("Urgency of the service"),
    "said": gettext_lazy("Urgency of what was said"),
    "vulnerability": gettext_lazy("Circumstances of the household"),
    "deprivation": gettext_lazy("Deprivation of the region"),
    "waiting": gettext_lazy("Time waited"),
}


@dataclass(frozen=True)
class Part:
    """One part of the need index: what it adds, of how much it could; from ``low`` to ``high`` if not known."""

    label: str
    adds: float
    most: float
    low: float
    high: float

    @property
    def open(self) -> bool:
        """Whether it is not known for sure."""
        return self.high - self.low > 1e-9


@dataclass(frozen=True)
class Side:
    """One dimension of the household: deprived in it (``True``), not (``False``), or not known (``None``)."""

    label: str
    deprived: bool | None


@dataclass(frozen=True)
class Weight:
    """The index of a need with its parts, and what is known of the household; ``version`` names the weights."""

    index: float
    low: float
    high: float
    parts: list[Part]
    sides: list[Side]
    class_by_household: str
    version: str

    @property
    def open(self) -> bool:
        """Whether the index is shown as an interval."""
        return f"{self.low:.2f}" != f"{self.high:.2f}"


def weight_of(need: Need) -> Weight | None:
    """What to tell of a need's weight; ``None`` while it has not been weighed."""
    weighing = getattr(need, "weighing", None)
    if weighing is None:
        return None
    scheme = scheme_of(weighing.rules_version)
    return Weight(
        index=weighing.index,
        low=weighing.index_low,
        high=weighing.index_high,
        parts=_parts(weighing, scheme),
        sides=_sides(weighing, scheme),
        class_by_household=_lifted(weighing),
        version=weighing.rules_version,
    )


def _parts(weighing: Weighing, scheme: Scheme) -> list[Part]:
    most: dict[str, float] = {part: scheme.weights[part] for part in PARTS}
    if "said" in weighing.parts:  # it shares in what urgency can add
        most = {"urgency": most["urgency"], "said": most["urgency"], **most}
    return [_part(weighing, name, share) for name, share in most.items() if share]


def _part(weighing: Weighing, name: str, most: float) -> Part:
    adds = float(weighing.parts.get(name, 0))
    low, high = weighing.between.get(name, (adds, adds))
    return Part(str(PART_NAMES.get(name, name)), adds, most, float(low), float(high))


def _sides(weighing: Weighing, scheme: Scheme) -> list[Side]:
    known = weighing.household
    return [
        Side(str(one), None if known[one.code] is None else bool(known[one.code]))
        for one in scheme.dimensions
        if one.code in known
    ]


def _lifted(weighing: Weighing) -> str:
    if weighing.poor == POOR:
        return _("It is in difficulty in several ways: the need goes one class earlier, never into the first.")
    if weighing.poor == CANNOT_SAY:
        return _("Not enough is known to say whether it is in difficulty in several ways.")
    return ""
