"""Verbs of people who want to hear how a need goes that somebody else has told."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.loop.needs.events import NeedFollowed, NeedUnfollowed
from lacarte.loop.needs.models import Follower, Need
from lacarte.loop.needs.understanding.privacy import is_public
from lacarte.registers.people.models import Person


class FollowingRefusedError(ValueError):
    """This need cannot be followed; the message says why."""


@transaction.atomic
def follow(need: Need, person: Person, *, actor: User | None = None) -> Follower:
    """Have ``person`` told how ``need`` goes; asked twice it is once. Raises :class:`FollowingRefusedError`.

    They follow the need itself: taken out of a case, it takes its followers along.
    """
    if not is_public(need):
        raise FollowingRefusedError(_("Only needs of places that everybody may see can be followed."))
    if need.person_id is not None and need.person_id == person.pk:
        raise FollowingRefusedError(_("You have told us this yourself: you are told how it goes in any case."))
    following, new = Follower.objects.get_or_create(need=need, person=person)
    if new:
        publish(NeedFollowed(need=need.pk), stream=need.pk, actor=actor)
    return following


@transaction.atomic
def unfollow(need: Need, person: Person, *, actor: User | None = None) -> None:
    """Do not tell ``person`` of ``need`` any more; harmless where they do not follow it."""
    gone, _rows = Follower.objects.filter(need=need, person=person).delete()
    if gone:
        publish(NeedUnfollowed(need=need.pk), stream=need.pk, actor=actor)
