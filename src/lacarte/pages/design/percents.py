"""How shares are written: in percent, with the sign as each language sets it."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _


def percent(share: float) -> str:
    """A share from 0 to 1 in whole percent."""
    return _signed(_whole(share))


def exact_percent(share: float) -> str:
    """A share from 0 to 1, with a tenth of a percent where there is one."""
    tenths = round(1000 * share)
    return _signed(number_format(tenths / 10, decimal_pos=1 if tenths % 10 else 0))


def percents(low: float, high: float) -> str:
    """From one share to another."""
    return _signed(f"{_whole(low)}–{_whole(high)}")


def _whole(share: float) -> str:
    return str(number_format(round(100 * share), decimal_pos=0))


def _signed(number: str) -> str:
    return _("%(n)s %%") % {"n": number}
