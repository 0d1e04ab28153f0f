"""Who has something open at the moment, so that two people do not do the same thing without knowing."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from lacarte.kernel import clock
from lacarte.kernel.models import Presence, User

#: An open page says this often that it is open; who has said nothing for :data:`GONE` is not there any more.
BEAT, GONE = timedelta(seconds=20), timedelta(seconds=50)
_KEPT = timedelta(hours=1)


def be_at(user: User, stream: UUID) -> None:
    """Note that ``user`` has ``stream`` open now; written at most once a beat."""
    now = clock.now()
    mine = Presence.objects.filter(user=user, stream=stream)
    if not mine.filter(at__gt=now - BEAT / 2).exists():
        Presence.objects.update_or_create(user=user, stream=stream, defaults={"at": now})


def others_at(user: User, stream: UUID) -> list[User]:
    """Who else has ``stream`` open, in the order of their names. The caller has checked who may know that."""
    here = Presence.objects.filter(stream=stream, at__gt=clock.now() - GONE).exclude(user=user)
    return sorted((one.user for one in here.select_related("user")), key=str)


def forget() -> None:
    """Nobody is to be followed through their day by this."""
    Presence.objects.filter(at__lt=clock.now() - _KEPT).delete()
