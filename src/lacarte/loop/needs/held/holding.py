"""Needs that a person reads first: passed on, or turned away; either can be taken back."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.kernel.models import Event, User
from lacarte.kernel.permissions import Action, require
from lacarte.loop.needs.actions import NeedRefusedError
from lacarte.loop.needs.events import NeedHeld, NeedReleased, NeedTurnedAway
from lacarte.loop.needs.models import Need, Understanding


@transaction.atomic
def release(need: Need, *, actor: User) -> Need:
    """Pass on a need that was held or turned away: from now on it is one like any other.

    Raises :class:`NeedRefusedError` when it is neither, ``PermissionDenied`` without a mandate to work on it.
    """
    need = _locked(need, actor)
    if need.state != Need.State.HELD and not turned_away(need):
        raise NeedRefusedError(_("This need is not held."))
    Understanding.objects.filter(need=need).update(held="")
    _set(need, Need.State.OPEN)
    publish(NeedReleased(need=need.pk), stream=need.pk, actor=actor)
    return need


@transaction.atomic
def turn_away(need: Need, *, actor: User) -> Need:
    """Close a held need in which there is nothing to be done. Raises as :func:`release`."""
    need = _locked(need, actor)
    if need.state != Need.State.HELD:
        raise NeedRefusedError(_("This need is not held."))
    _set(need, Need.State.WITHDRAWN)
    publish(NeedTurnedAway(need=need.pk), stream=need.pk, actor=actor)
    return need


@transaction.atomic
def hold_again(need: Need, reason: str, *, actor: User) -> Need:
    """Have a person read a need first after all: passing it on, or turning it away, was a mistake.

    ``reason`` is a code of ``needs.abuse``. Raises :class:`NeedRefusedError` once it has gone on, else as
    :func:`release`.
    """
    need = _locked(need, actor)
    if need.state != Need.State.OPEN and not turned_away(need):
        raise NeedRefusedError(_("It has gone on since."))
    Understanding.objects.filter(need=need).update(held=reason)
    _set(need, Need.State.HELD)
    publish(NeedHeld(need=need.pk, reason=reason), stream=need.pk, actor=actor)
    return need


def why(need: Need) -> str:
    """The code for which a need is held, or was turned away; empty for others."""
    return Understanding.objects.filter(need=need).values_list("held", flat=True).first() or ""


def turned_away(need: Need) -> bool:
    """Whether a need ended because a person found nothing in it to be done; its sender did not withdraw it."""
    if need.state != Need.State.WITHDRAWN or not why(need):
        return False
    return Event.objects.filter(stream=need.pk, name=NeedTurnedAway.name).exists()


def _locked(need: Need, actor: User) -> Need:
    need = Need.objects.select_for_update().get(pk=need.pk)
    require(actor, Action.WORK, need)
    return need


def _set(need: Need, state: str) -> None:
    need.state, need.changed_at = state, clock.now()
    need.closed_at = need.changed_at if state == Need.State.WITHDRAWN else None
    need.save(update_fields=["state", "changed_at", "closed_at"])
