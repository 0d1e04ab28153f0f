"""The words of the desk: how urgent a need is by what was said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lacarte.kernel.text import in_language, listed
from lacarte.loop.needs.models import Danger, Need, UrgencyRule
from lacarte.loop.needs.urgency.judging import advice_of
from lacarte.loop.needs.urgency.learnt import LEARNT


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
