"""Whether what was found is taken up afterwards, and within which time."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from lacarte.kernel import clock
from lacarte.loop.needs.models import Need
from lacarte.loop.takeup.models import Finding, Measure
from lacarte.registers.menu.models import Subject

#: What is taken up within this time after it was found counts as taken up by it.
WITHIN = timedelta(days=60)
#: A finding that has led to something is forgotten after this time.
KEPT_AFTER = timedelta(days=90)
_BATCH = 500
_COMES = (Need.State.ORDERED, Need.State.MET)


def note_taken() -> int:
    """Note which findings were taken up since: asked for, or on its way where it was granted. Returns how many."""
    noted = 0
    while found := list(_taken()[:_BATCH]):
        with transaction.atomic():
            for one in found:
                take_up(one)
        noted += len(found)
    return noted


def take_up(finding: Finding) -> None:
    """They have it now, or have asked for it: within the caller's transaction."""
    now = clock.now()
    if not Finding.objects.filter(pk=finding.pk, taken_at=None).update(taken_at=now):
        return
    if finding.run_id is not None and now - finding.found_at <= WITHIN:
        count(finding, "taken_up")


def count(finding: Finding, what: str) -> None:
    """One more of the people who were found in a run was invited, granted the service, or took it up."""
    theirs = Measure.objects.filter(
        run=finding.run_id, service_type=finding.service_type_id, region=finding.region_id
    )
    theirs.update(**{what: F(what) + 1})


def _taken() -> QuerySet[Finding]:
    same = Need.objects.filter(service_type=OuterRef("service_type"), received_at__gte=OuterRef("found_at"))
    same = same.exclude(state=Need.State.WITHDRAWN)
    own = Exists(same.filter(person=OuterRef("person")))
    shared = Exists(same.filter(household=OuterRef("person__household")))
    of_household = Q(service_type__subject=Subject.HOUSEHOLD, person__household__isnull=False)
    granted = Q(need__state__in=_COMES)
    asked = Q(need=None) & (Q(own) | (of_household & Q(shared)))
    return Finding.objects.filter(granted | asked, taken_at=None).order_by("pk")
