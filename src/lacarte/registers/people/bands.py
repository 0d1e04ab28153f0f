"""Ages in bands, as tables about groups count them: the year of birth itself is not read."""

from __future__ import annotations

from datetime import date

from django.db.models import Case, CharField, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: From which age on, and what the band is called.
BANDS: tuple[tuple[int, str, Promise], ...] = (
    (80, "80", _("80 and older")),
    (65, "65", _("65 to 79")),
    (40, "40", _("40 to 64")),
    (18, "18", _("18 to 39")),
    (0, "0", _("Under 18")),
)
NOT_KNOWN = ""


def age_band(today: date, at: str = "person__birth_year") -> Case:
    """An expression: the code of the band of the year of birth at ``at``, by the age reached this year."""
    bands = [When(**{f"{at}__lte": today.year - least, "then": Value(code)}) for least, code, _name in BANDS]
    return Case(*bands, default=Value(NOT_KNOWN), output_field=CharField())
