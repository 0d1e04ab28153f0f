"""What people say is shown to everybody only where a person has looked at it and released it."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet

from lacarte.kernel import clock, tree
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, permitted, require
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.understanding.privacy import without_personal
from lacarte.loop.voice.checking import checked
from lacarte.loop.voice.events import CommentReleased
from lacarte.loop.voice.models import Rating

_SHOWN = 12


def to_look_at(user: User) -> QuerySet[Rating]:
    """Comments that nobody has looked at, of the needs that ``user`` works on, newest first."""
    rows = Rating.objects.filter(released_at=None).exclude(comment="")
    rows = permitted(rows, user, Action.WORK, "order__need__")
    return rows.select_related("order__need__service_type", "order__need__person").order_by("-at", "pk")


def proposed_text(rating: Rating) -> str:
    """The comment with what the program takes for personal hidden; a person reads it before anybody else does."""
    return without_personal(rating.comment)


@transaction.atomic
def release(rating: Rating, *, text: str, actor: User) -> Rating:
    """Show ``text``, the comment without what is personal, to everybody; an empty one shows nothing.

    Raises :class:`~lacarte.loop.voice.checking.RefusedError` and ``PermissionDenied``.
    """
    need = Need.objects.select_for_update(of=("self",)).get(orders__rating=rating.pk)
    require(actor, Action.WORK, need)
    locked = Rating.objects.select_for_update(of=("self",)).get(pk=rating.pk)
    locked.released = checked(text, optional=True)
    locked.released_by, locked.released_at = actor, clock.now()
    locked.save(update_fields=["released", "released_by", "released_at"])
    said = CommentReleased(order=locked.pk, need=need.pk, shown=bool(locked.released))
    publish(said, stream=need.pk, actor=actor)
    return locked


def released(*, provider: str = "", region: tree.Interval | None = None) -> list[Rating]:
    """The newest released comments about a provider (its code) or from a region, without who said them."""
    where = Q(order__offer_at_place__offer__provider__code=provider) if provider else Q()
    if region is not None:
        where &= Q(order__region__gte=region.first, order__region__lte=region.last)
    rows = Rating.objects.filter(where, released_at__isnull=False).exclude(released="")
    return list(rows.only("released", "satisfaction", "at").order_by("-at", "pk")[:_SHOWN])
