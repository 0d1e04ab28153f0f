"""Who keeps what of the menu: members of a provider, and officials whose mandate covers it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, may
from lacarte.registers.menu.models import Offer, OfferAtPlace
from lacarte.registers.providers.access import member_of


def offers_of(user: User | None) -> QuerySet[Offer]:
    """The offers that ``user`` keeps: of the providers they are a member of, and those in their mandate."""
    if user is None:
        return Offer.objects.all()
    return Offer.objects.filter(member_of(user, "provider__") | _mandate(user, ""))


def places_of(user: User | None) -> QuerySet[OfferAtPlace]:
    """The places of the offers that ``user`` keeps."""
    if user is None:
        return OfferAtPlace.objects.all()
    return OfferAtPlace.objects.filter(member_of(user, "offer__provider__") | _mandate(user, "offer__"))


def denied() -> PermissionDenied:
    """What is raised where somebody keeps nothing of what they ask for."""
    return PermissionDenied(_("You are not a member of this provider, and no mandate of yours covers it."))


def _mandate(user: User, at: str) -> Q:
    return may(user, Action.KEEP_MENU, at, region_at="provider__region_id")
