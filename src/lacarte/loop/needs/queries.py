"""Reading needs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from lacarte.kernel.ids import read_reference
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, AnyUser, may_there, permitted
from lacarte.loop.needs.models import Follower, Need
from lacarte.registers.menu.models import Subject
from lacarte.registers.people.mandates import valid

_BATCH = 500


def visible(user: AnyUser) -> QuerySet[Need]:
    """The needs an official may read."""
    return permitted(Need.objects.select_related("service_type", "region"), user, Action.READ)


def people_seen_by(user: User, act: Action = Action.REGISTER, on_needs: Action = Action.READ) -> Q:
    """The persons an official may see to ``act``: who live where their mandate is, or have a need that it covers.

    A need counts where they may do ``on_needs`` with it.
    """
    theirs = permitted(Need.objects.filter(person=OuterRef("pk")), user, on_needs)
    return may_there(user, act, "household__region_id") | Q(Exists(theirs))


def own(user: User) -> QuerySet[Need]:
    """A resident's own needs and those of their household, newest first.

    And those that they told for somebody else, as long as they may act for them.
    """
    mine = Q(person__user=user) | Q(household__members__user=user, person=None)
    mine |= Q(mandate__holder__user=user) & valid("mandate__")
    related = ("service_type", "region", "mandate__principal")
    return Need.objects.filter(mine).select_related(*related).distinct()


def by_secret(secret: str) -> Need | None:
    """The need that a private link opens."""
    return Need.objects.filter(secret=secret).first() if secret else None


def by_reference(reference: str) -> Need | None:
    """The need with a public reference: for its state alone, unless something else opens it.

    Raises ``ValueError`` when the reference is mistyped.
    """
    found = Need.objects.filter(reference=read_reference(reference))
    return found.select_related("service_type", "region").first()


def people_behind(needs: Iterable[Need]) -> dict[UUID, int]:
    """How many told of each need or follow it, over all of its case: at least 1. By key.

    Somebody who told it twice, or tells and follows, is one; a report of nobody known is somebody of their own.
    """
    keys = {need.pk: need.lead_id or need.pk for need in needs}
    counted: dict[UUID, set[UUID]] = {lead: set() for lead in keys.values()}
    leads = list(counted)
    for start in range(0, len(leads), _BATCH):
        some = leads[start : start + _BATCH]
        in_case = Need.objects.filter(Q(pk__in=some) | Q(lead__in=some)).order_by()
        for pk, lead, person in in_case.values_list("pk", "lead", "person"):
            counted[lead or pk].add(person or pk)
        following = Follower.objects.filter(Q(need__in=some) | Q(need__lead__in=some))
        for pk, lead, person in following.values_list("need", "need__lead", "person"):
            counted[lead or pk].add(person)
    return {pk: max(1, len(counted[lead])) for pk, lead in keys.items()}


def most_urgent(needs: Iterable[Need]) -> dict[UUID, int | None]:
    """The most urgent that was said of each need or of one that is joined to it (``Need.urgency``). By key."""
    said = {need.pk: [need.urgency] for need in needs}
    keys = list(said)
    for start in range(0, len(keys), _BATCH):
        joined = Need.objects.filter(lead__in=keys[start : start + _BATCH], state=Need.State.JOINED)
        for lead, urgency in joined.order_by().values_list("lead", "urgency"):
            if lead is not None:
                said[lead].append(urgency)
    return {pk: min((one for one in found if one is not None), default=None) for pk, found in said.items()}


def broken_cases() -> list[str]:
    """References of needs whose case does not hold together; empty in a sound installation.

    What is joined has a lead, a decision that did it, and a lead that is not joined itself; nothing else has a
    lead, but what was met together; all of a case are of a place. A lead that was closed this moment may still
    have to pass its case on.
    """
    joined = Q(state=Need.State.JOINED)
    wrong = (
        joined & (Q(lead=None) | Q(joining=None) | Q(lead=F("pk")))
        | Q(lead__lead__isnull=False)
        | (Q(lead__isnull=False) & ~joined & ~Q(state=Need.State.MET))
        | (Q(joining__isnull=False) & Q(lead=None))
        | (Q(lead__isnull=False) & ~Q(subject=Subject.PLACE, lead__subject=Subject.PLACE))
    )
    return list(Need.objects.filter(wrong).order_by("reference").values_list("reference", flat=True)[:_BATCH])


def late_cases(before: datetime) -> list[str]:
    """References of joined needs whose lead was closed before ``before`` and that nobody brought into step."""
    late = Need.objects.filter(state=Need.State.JOINED, lead__closed_at__lt=before)
    return list(late.order_by("reference").values_list("reference", flat=True)[:_BATCH])
