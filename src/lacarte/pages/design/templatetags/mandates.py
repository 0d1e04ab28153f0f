"""What pages say of who acts for whom."""

from __future__ import annotations

from django import template

from lacarte.loop.needs.models import Channel, Need
from lacarte.registers.people.mandates import by_law as is_by_law
from lacarte.registers.people.mandates import told_as
from lacarte.registers.people.models import Mandate

register = template.Library()


@register.filter
def by_law(mandate: Mandate) -> bool:
    """Whether its principal cannot take it back, and may only object."""
    return is_by_law(mandate)


@register.filter
def told_on_behalf(need: Need) -> str:
    """As what somebody told a need, for those who work on it; empty for what somebody told for themselves."""
    if need.channel == Channel.CITY:  # nobody told it
        return ""
    return told_as(need.mandate, official=need.channel == Channel.PHONE and need.registered_by_id is not None)
