"""How plans are written: numbers of people as far as they may be told, and ways in minutes."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from lacarte.loop.planning.few import Told, told
from lacarte.loop.voice.queries import SMALLEST_GROUP

register = template.Library()


@register.filter
def people(told: Told) -> str:
    """A number of people; where it is not exact, that there are so many or more."""
    return _written(told, _("%(n)s or more"))


@register.filter
def people_of(n: int) -> str:
    """A number of people by itself, as far as it may be told."""
    return people(told(n))


@register.filter
def people_left(told: Told) -> str:
    """A number of people that has fallen; where it is not exact, that there are so many or fewer."""
    return _written(told, _("%(n)s or fewer"))


@register.filter
def points(change: float | None) -> str:
    """A change of a share, in percentage points; a dash where it is not known."""
    if change is None:
        return "–"
    n = round(change * 100)
    words = _("%(n)s points") % {"n": number_format(abs(n))}
    return words if not n else f"{'+' if n > 0 else '−'}{words}"


def _written(told: Told, not_exact: str) -> str:
    if not told.exact and not told.people:
        return _("fewer than %(n)s") % {"n": SMALLEST_GROUP}
    number = number_format(told.people, force_grouping=True)
    return number if told.exact else not_exact % {"n": number}
