"""The kinds of circumstances that are known, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KINDS: dict[str, str | Promise] = {
    "low-income": _("Low income"),
    "disability": _("Disability"),
    "chronic-illness": _("Long illness"),
    "lives-alone-over-75": _("Over 75 and living alone"),
    "single-parent": _("Single parent"),
    "unemployed": _("Without work"),
    "pregnant": _("Pregnant"),
    "no-lift": _("Home without a lift"),
    "school-child": _("Child at school"),
    "infant": _("Baby or toddler"),
}


def in_words(kind: str) -> str:
    """A kind of circumstance as people call it."""
    return str(KINDS.get(kind, kind))
