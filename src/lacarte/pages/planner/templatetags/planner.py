"""How plans are written: numbers of people as far as they may be told, and ways in minutes."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from lacarte.loop.planning.few import Told, told
from lacarte.loop.voice.queries import SMALLEST_GROUP

register = template.Library()

#: What is missing where needs wait, by why they found nothing.
_MISSING = {
    "full": gettext_lazy("more capacity"),
    "type": gettext_lazy("a provider"),
    "agreement": gettext_lazy("an agreement with another city"),
    "deadline": gettext_lazy("places on earlier days"),
    "refused": gettext_lazy("another offer than those refused"),
    "reach": gettext_lazy("an offer nearby"),
}


@register.simple_tag
def missing(reason: str, needs: int | None) -> str:
    """What is missing, and for how many needs, where that may be told."""
    words = str(_MISSING.get(reason, _MISSING["reach"]))
    if needs is None:
        return words
    # Translators: how many needs, and what is missing for them, such as “12: more capacity”.
    return _("%(n)s: %(what)s") % {"n": number_format(needs, force_grouping=True), "what": words}


@register.filter
def people(told: Told) -> str:
    """A number of people; where it is not exact, that there are so many or more."""
    return _written(told, _("%(n)s or more"))


@register.filter
def people_of(n: int) -> str:
    """A number of people by itself, as far as it may be told."""
    return people(told(n))


@register.filter
def at_least(told: Told | None) -> str:
    """A number of needs; where it is not exact, that there are so many or more; a word where it is not told."""
    return pgettext("number", "few") if told is None else _written(told, _("%(n)s or more"))


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
