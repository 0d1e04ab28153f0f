"""Needs are weighed as they arrive, and again when they are corrected or more is known of people."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from lacarte.kernel.events import subscribe, subscribe_many
from lacarte.kernel.models import Event
from lacarte.loop.needs.events import (
    NeedClassified,
    NeedCounted,
    NeedDiscounted,
    NeedFollowed,
    NeedReceived,
    NeedWorsened,
)
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.urgency.dangers import NeedUrgencySet
from lacarte.loop.priority import analysing, anew
from lacarte.loop.priority.actions import weigh
from lacarte.loop.priority.weights import in_force
from lacarte.registers.people.events import CircumstancesChanged
from lacarte.registers.people.models import Circumstance
from lacarte.registers.places.events import DeprivationSet

__all__ = ["analysing", "anew"]  # whose jobs are registered with these


@subscribe_many(NeedReceived)
def weigh_new(events: list[NeedReceived]) -> None:
    """Weigh the needs that came in."""
    _weigh(event.need for event in events)


@subscribe_many(NeedClassified)
def weigh_again(events: list[NeedClassified]) -> None:
    """Another type may be another urgency."""
    _weigh(event.need for event in events)


@subscribe_many(NeedUrgencySet)
def weigh_corrected(events: list[NeedUrgencySet]) -> None:
    """A person said how urgent it is."""
    _weigh(event.need for event in events)


@subscribe_many(NeedWorsened)
def weigh_worsened(events: list[NeedWorsened]) -> None:
    """What the resident added makes it a matter of life or safety."""
    _weigh(event.need for event in events)


@subscribe_many(NeedCounted)
def weigh_with_more(events: list[NeedCounted]) -> None:
    """Somebody else told of the same thing, perhaps that it is more urgent."""
    _weigh(event.need for event in events)


@subscribe_many(NeedDiscounted)
def weigh_with_fewer(events: list[NeedDiscounted]) -> None:
    """One of those who told of it told of something else."""
    _weigh(pk for event in events for pk in (event.need, event.parted))


@subscribe_many(NeedFollowed)
def weigh_followed(events: list[NeedFollowed]) -> None:
    """Somebody else waits for it, or for what it is joined to."""
    followed = Need.objects.filter(pk__in={event.need for event in events})
    _weigh(lead or pk for pk, lead in followed.values_list("pk", "lead"))


@subscribe_many(CircumstancesChanged)
def weigh_known_better(events: list[CircumstancesChanged]) -> None:
    """More is known of somebody: the open needs that it speaks for, and no others."""
    kinds = {one.kind for _, one in in_force().indicators}
    facts = {fact for event in events for fact in event.facts}
    changed = Circumstance.objects.filter(pk__in=facts, kind__in=kinds)
    theirs = Q(person__in=changed.filter(household=None).values("person"))
    for path in ("household", "person__household"):
        theirs |= Q(**{f"{path}__in": changed.filter(person=None).values("household")})
    _weigh(Need.objects.filter(theirs, state=Need.State.OPEN).values_list("pk", flat=True))


@subscribe(DeprivationSet)
def weigh_places_anew(event: DeprivationSet, record: Event) -> None:
    """Places are known to be otherwise deprived, and all ranks with them: all open needs, slice by slice."""
    anew.weigh_anew(str(record.pk))


def _weigh(needs: Iterable[UUID]) -> None:
    weigh(Need.objects.filter(pk__in=set(needs)).select_related("service_type", "region"))
