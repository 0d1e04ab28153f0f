"""How the pages of the rates write their drawings."""

from __future__ import annotations

from django import template

from lacarte.pages.design.percents import percents

register = template.Library()


@register.filter
def hundredths(share: float | None) -> str:
    """A share from 0 to 1 as a coordinate from 0 to 100."""
    return f"{100 * (share or 0.0):.2f}"


@register.filter
def up_to(low: float | None, high: float | None) -> str:
    """The width from one share to another, as a coordinate."""
    return f"{max(100 * ((high or 0.0) - (low or 0.0)), 0.5):.2f}"


@register.filter
def to(low: float | None, high: float | None) -> str:
    """From one share to another, in percent."""
    return "–" if low is None or high is None else percents(low, high)
