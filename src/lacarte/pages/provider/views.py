"""A provider at a glance, what it says of itself, and its offers."""

from __future__ import annotations

from functools import partial
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lacarte.pages.provider.access import kept_well, offer_of, page, provider_of, who
from lacarte.pages.provider.forms import OfferForm, ProviderForm
from lacarte.pages.provider.meanwhile import keep
from lacarte.pages.provider.queries import counts, first_due, kept_offers, offer_tabs, overview
from lacarte.pages.provider.words import Told, hours_in_words
from lacarte.registers.menu import keeping
from lacarte.registers.menu.keeping.noting import Record, record_of
from lacarte.registers.menu.models import Offer
from lacarte.registers.providers.models import Provider

_PAGE = 30


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The providers whose offers one keeps; of one alone, that one."""
    user = who(request)
    mine = keeping.providers_of(user).select_related("region").order_by("code")
    words = request.GET.get("words", "").strip()[:100]
    if not words:
        first = list(mine[:2])
        if len(first) == 1:
            return redirect("provider-overview", first[0].code)
    else:
        mine = mine.filter(Q(code__icontains=words) | Q(name__icontains=words))
    listed = Paginator(mine, _PAGE).get_page(request.GET.get("page"))
    waits = first_due(user, mine)
    rows = [(provider, *waits.get(provider.pk, (0, None))) for provider in listed]
    return render(request, "provider/home.html", {"page": listed, "rows": rows, "words": words})


@login_required
@require_GET
def at_a_glance(request: HttpRequest, code: str) -> HttpResponse:
    """What waits for an answer, what is full, what is paused, what is not shown yet."""
    provider = provider_of(request, code)
    seen = overview(who(request), provider)
    return page(request, provider, "overview", "overview", overview=seen)


@login_required
@require_http_methods(["GET", "POST"])
def about(request: HttpRequest, code: str) -> HttpResponse:
    """What the provider says of itself."""
    provider = provider_of(request, code)
    form = ProviderForm(request.POST if request.POST else None, initial=ProviderForm.initial_of(provider))
    others: list[Told] = []
    if request.method == "POST" and form.is_valid():
        said = {"actor": who(request), "seen": form.version(), **form.values(provider)}
        change = partial(keeping.change_provider, provider, **said)
        again = keep(form, change, ProviderForm.initial_of, _provider_then)
        if again is None:
            return kept_well(request, "provider-about", provider.code)
        form, others = again
        provider.refresh_from_db()
    return _edited(request, provider, "about", "about", form, others)


@login_required
@require_GET
def offers(request: HttpRequest, code: str) -> HttpResponse:
    """All offers of the provider."""
    provider = provider_of(request, code)
    tabs = offer_tabs()
    chosen = next((tab for tab in tabs if tab.key == request.GET.get("list")), tabs[0])
    mine = kept_offers(who(request), provider)
    listed = Paginator(mine.filter(chosen.condition), _PAGE).get_page(request.GET.get("page"))
    return page(
        request,
        provider,
        "offers",
        "offers",
        tabs=counts(mine, tabs),
        chosen=chosen,
        page=listed,
    )


@login_required
@require_http_methods(["GET", "POST"])
def new_offer(request: HttpRequest, code: str) -> HttpResponse:
    """An offer that is not there yet; it is a draft until it has a place."""
    provider = provider_of(request, code)
    last = provider.offers.order_by("-changed_at").first()
    draft = Offer(provider=provider, languages=["zh"], currency=last.currency if last else "CNY")
    said = OfferForm.initial_of(draft) | {"charge": ""}  # nobody has said it yet
    form = OfferForm(request.POST if request.POST else None, initial=said, new=True)
    if request.method == "POST" and form.is_valid():
        try:
            made = keeping.add_offer(
                provider, service_type=form.chosen(), actor=who(request), **form.values(draft)
            )
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The offer is kept as a draft. People see it once it has a place."))
            return redirect("provider-place-new", made.pk)
    return _edited(request, provider, "offers", "offer", form, [], new=True)


@login_required
@require_http_methods(["GET", "POST"])
def offer(request: HttpRequest, key: UUID) -> HttpResponse:
    """One offer: what it says, and its places."""
    kept = offer_of(request, key)
    form = OfferForm(request.POST if request.POST else None, initial=OfferForm.initial_of(kept))
    others: list[Told] = []
    if request.method == "POST" and form.is_valid():
        said = {"actor": who(request), "seen": form.version(), **form.values(kept)}
        again = keep(form, partial(keeping.change_offer, kept, **said), OfferForm.initial_of, _offer_then)
        if again is None:
            return kept_well(request, "provider-offer", kept.pk)
        form, others = again
        kept = offer_of(request, key)
    places = kept.places.select_related("region").prefetch_related("serves").order_by("pk")
    shown = [(place, hours_in_words(place.hours), list(place.serves.all())) for place in places]
    return _edited(request, kept.provider, "offers", "offer", form, others, offer=kept, places=shown)


@login_required
@require_http_methods(["GET", "POST"])
def pause(request: HttpRequest, key: UUID) -> HttpResponse:
    """Pause an offer or resume it; what that does is said before."""
    kept = offer_of(request, key)
    if request.method == "POST":
        if request.POST.get("to") == "resume":
            keeping.resume(kept, actor=who(request))
            messages.success(request, _("The offer is there again."))
        else:
            keeping.pause(kept, actor=who(request))
            messages.success(request, _("The offer is paused. What is booked stands."))
        return redirect("provider-offer", kept.pk)
    effect = keeping.effect_of_pause(kept)
    return page(request, kept.provider, "offers", "pause", offer=kept, effect=effect)


def _edited(
    request: HttpRequest,
    provider: Provider,
    section: str,
    template: str,
    form: Any,
    others: list[Any],
    **more: Any,
) -> HttpResponse:
    wrong = bool(form.is_bound and form.errors)
    status = 409 if others else 422 if wrong else 200
    return page(
        request, provider, section, template, status=status, form=form, others=others, errors_on_page=wrong, **more
    )


def _provider_then(values: dict[str, Any]) -> dict[str, Any]:
    return ProviderForm.initial_of(cast(Provider, record_of(Record.PROVIDER, values)))


def _offer_then(values: dict[str, Any]) -> dict[str, Any]:
    return OfferForm.initial_of(cast(Offer, record_of(Record.OFFER, values)))
