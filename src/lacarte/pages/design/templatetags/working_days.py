"""The special days of a deadline, where the deadline is shown."""

from __future__ import annotations

from django import template

from lacarte.loop.orders.time_words import special_until

register = template.Library()

register.filter("special_days", special_until)
