"""Who may open which page of a provider; what is not theirs is not there, so that nobody learns of it."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from lacarte.kernel.models import User
from lacarte.registers.menu.keeping import offers_of, places_of, providers_of
from lacarte.registers.menu.models import CapacityRule, Offer, OfferAtPlace
from lacarte.registers.providers.models import Provider

R = TypeVar("R", bound=Model)


def who(request: HttpRequest) -> User:
    """Who asks; the page needs signing in."""
    assert request.user.is_authenticated  # login_required
    return request.user


def provider_of(request: HttpRequest, code: str) -> Provider:
    """The provider, if it is one of theirs."""
    return _found(providers_of(who(request)).filter(code=code).select_related("region").first())


def offer_of(request: HttpRequest, key: UUID) -> Offer:
    """The offer, if they keep it."""
    return _found(offers_of(who(request)).filter(pk=key).select_related("provider", "service_type").first())


def place_of(request: HttpRequest, key: UUID) -> OfferAtPlace:
    """The place, if they keep its offer."""
    mine = places_of(who(request)).select_related("offer__provider", "offer__service_type", "region")
    return _found(mine.filter(pk=key).first())


def times_of(request: HttpRequest, key: UUID) -> CapacityRule:
    """The times of a place, if they keep its offer."""
    rules = CapacityRule.objects.filter(offer_at_place__in=places_of(who(request)), pk=key)
    return _found(rules.select_related("offer_at_place__offer__provider", "offer_at_place__region").first())


def is_member(request: HttpRequest, provider: Provider) -> bool:
    """Whether they work there: only members see orders."""
    return provider.members.filter(pk=who(request).pk, is_active=True).exists()


def page(
    request: HttpRequest, provider: Provider, section: str, template: str, *, status: int = 200, **shown: Any
) -> HttpResponse:
    """A page of a provider, with the tabs to the others."""
    frame = {"provider": provider, "section": section, "is_member": is_member(request, provider)}
    return render(request, f"provider/{template}.html", frame | shown, status=status)


def kept_well(request: HttpRequest, name: str, key: object) -> HttpResponse:
    """Back to the page of what was changed, which says that it is kept."""
    messages.success(request, _("It is kept, and holds from now on."))
    return redirect(name, key)


def _found(record: R | None) -> R:
    if record is None:
        raise Http404(_("There is no such page, or it is not of a provider that you are a member of."))
    return record
