"""Matching runs by itself."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from lacarte.kernel.schedule import every
from lacarte.loop.matching.actions import match


@every(timedelta(minutes=settings.CONFIGURED["match_minutes"]), "matching.run")
def run_matching() -> None:
    """Match what waits with what is free."""
    match()
