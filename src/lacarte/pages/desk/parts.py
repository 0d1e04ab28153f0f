"""The words of the desk: why a need stands where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lacarte.kernel.text import in_language, listed
from lacarte.loop.needs.models import Danger, Need, UrgencyRule
from lacarte.loop.needs.urgency.judging import advice_of
from lacarte.loop.needs.urgency.learnt import LEARNT
from lacarte.loop.priority.actions import WEIGHTS

_NAMES: dict[str, str | Promise] = {
    "urgency": _("Urgency of the service"),
    "said": _("Urgency of what was said"),
    "vulnerability": _("Circumstances of the person"),
    "deprivation": _("Deprivation of the region"),
    "waiting": _("Time waited"),
}


@dataclass(frozen=True)
class Part:
    """One part of the need index: what it adds, of how much it could."""

    label: str
    adds: float
    most: float


@dataclass(frozen=True)
class Said:
    """Which rules of urgency spoke, in words; what was told at once; who has taken the danger on."""

    rules: str
    advice: str
    danger: Danger | None


def names_of_rules(codes: Iterable[str]) -> dict[str, str]:
    """The names of rules of urgency, by code."""
    names = {rule.code: in_language(rule.name) for rule in UrgencyRule.objects.filter(code__in=codes)}
    return {**names, LEARNT: str(_("It reads like earlier dangers"))}


def said_urgent(need: Need) -> Said | None:
    """How urgent a need is by what was said; ``None`` where nothing spoke for it."""
    understanding = getattr(need, "understanding", None)
    codes = [] if understanding is None else understanding.rules
    danger = Danger.objects.filter(need=need).select_related("seen_by").first()
    if not codes and danger is None and need.urgency is None:
        return None
    names = names_of_rules(codes)
    return Said(listed(names.get(code, code) for code in codes), advice_of(codes).advice, danger)


def weight_parts(need: Need) -> list[Part]:
    """The parts of a need's index; empty while it has not been weighed."""
    weighing = getattr(need, "weighing", None)
    if weighing is None:
        return []
    most = dict(WEIGHTS)
    if "said" in weighing.parts:  # it shares in what urgency can add
        most = {"urgency": WEIGHTS["urgency"], "said": WEIGHTS["urgency"], **WEIGHTS}
    return [
        Part(str(_NAMES.get(name, name)), float(weighing.parts.get(name, 0)), share)
        for name, share in most.items()
    ]
