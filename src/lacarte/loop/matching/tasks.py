"""Matching runs by themselves: urgent needs every few minutes, all needs every night."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from lacarte.kernel.jobs import job
from lacarte.kernel.models import User
from lacarte.kernel.schedule import every
from lacarte.loop.matching import nights
from lacarte.loop.matching.actions import COMPUTE, compute, match_urgent
from lacarte.loop.matching.lease import RunUnderwayError
from lacarte.loop.matching.models import MatchingRun
from lacarte.loop.matching.publishing import TAKE, take

logger = logging.getLogger(__name__)


@every(timedelta(minutes=settings.CONFIGURED["match_minutes"]), "matching.urgent")
def run_urgent() -> None:
    """Match the urgent needs; when another run is under way, it sees them or the next one does."""
    try:
        match_urgent()
    except RunUnderwayError as error:
        logger.info("urgent needs wait for the next run: %s", error)


@every(timedelta(minutes=5), "matching.nightly")
def run_nightly() -> None:
    """Compute the run of the night when its hour has come, and publish it when that hour has come."""
    try:
        nights.compute_due()
    except RunUnderwayError as error:
        logger.info("the run of the night waits: %s", error)
    nights.publish_due()
    nights.forget_old()


@job(TAKE, own_transactions=True)
def take_units(payload: dict[str, Any]) -> None:
    """Hold a unit for each decision of a run that is being published."""
    take(UUID(payload["run"]))


@job(COMPUTE, own_transactions=True)
def compute_preview(payload: dict[str, Any]) -> None:
    """Compute the preview that a planner has asked for."""
    asked_by = User.objects.filter(pk=payload["asked_by"]).first()
    balance = payload.get("balance_districts", False)
    compute(MatchingRun.Kind.BY_HAND, seed=payload["seed"], balance_districts=balance, asked_by=asked_by)
