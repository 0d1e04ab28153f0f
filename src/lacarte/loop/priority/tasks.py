"""Needs are weighed as they arrive, and when their type is corrected."""

from __future__ import annotations

from lacarte.kernel.events import subscribe
from lacarte.kernel.models import Event
from lacarte.loop.needs.events import NeedClassified, NeedReceived
from lacarte.loop.needs.models import Need
from lacarte.loop.priority.actions import weigh


@subscribe(NeedReceived)
def weigh_new(event: NeedReceived, record: Event) -> None:
    """Weigh the need that came in."""
    weigh(Need.objects.filter(pk=event.need).select_related("service_type", "region"))


@subscribe(NeedClassified)
def weigh_again(event: NeedClassified, record: Event) -> None:
    """Another type may be another urgency."""
    weigh(Need.objects.filter(pk=event.need).select_related("service_type", "region"))
