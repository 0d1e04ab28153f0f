"""Places where an offer can be had, and the times at which they can be booked."""

from __future__ import annotations

from functools import partial
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from lacarte.pages.provider.access import kept_well, offer_of, page, place_of, times_of, who
from lacarte.pages.provider.meanwhile import changed_meanwhile, keep
from lacarte.pages.provider.place_form import PlaceForm, as_on_monday
from lacarte.pages.provider.times_form import TimesForm, new_rule
from lacarte.pages.provider.words import Told, lot_in_words, times_in_words
from lacarte.registers.menu import keeping
from lacarte.registers.menu.capacity.making import Standing, preview, standing_against
from lacarte.registers.menu.keeping.noting import Record, record_of
from lacarte.registers.menu.keeping.times import rules_of, standing_if
from lacarte.registers.menu.models import CapacityRule, Offer, OfferAtPlace
from lacarte.registers.places.models import Region
from lacarte.registers.places.queries import calendar_of


@login_required
@require_http_methods(["GET", "POST"])
def new_place(request: HttpRequest, key: UUID) -> HttpResponse:
    """A place that is not there yet."""
    offer = offer_of(request, key)
    form = _form(request, PlaceForm.initial_of(OfferAtPlace(offer=offer), []))
    if _is_kept(request) and form.is_valid():
        try:
            place = keeping.add_place(offer, actor=who(request), **form.values(OfferAtPlace()))
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The place is kept. Say next when people can come."))
            return redirect("provider-place", place.pk)
    return _shown(request, offer, form, [], new=True)


@login_required
@require_http_methods(["GET", "POST"])
def place(request: HttpRequest, key: UUID) -> HttpResponse:
    """One place: where, when it is open, for whom; and its times to book."""
    kept = place_of(request, key)
    form, others = _form(request, _initial(kept)), list[Told]()
    if _is_kept(request) and form.is_valid():
        said = {"actor": who(request), "seen": form.version(), **form.values(kept)}
        again = keep(form, partial(keeping.change_place, kept, **said), _initial, _then)
        if again is None:
            return kept_well(request, "provider-place", kept.pk)
        form, others = again
        kept = place_of(request, key)
    rules = [(rule, times_in_words(rule)) for rule in rules_of(kept.pk)]
    standing = standing_against([kept.pk])
    return _shown(request, kept.offer, form, others, place=kept, rules=rules, standing=standing)


@login_required
@require_POST
def remove_place(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take a place away where nobody ever ordered."""
    kept = place_of(request, key)
    try:
        keeping.remove_place(kept, actor=who(request))
    except keeping.KeepingRefusedError as error:
        messages.warning(request, str(error))
        return redirect("provider-place", kept.pk)
    messages.success(request, _("The place is taken away."))
    return redirect("provider-offer", kept.offer_id)


@login_required
@require_http_methods(["GET", "POST"])
def new_times(request: HttpRequest, key: UUID) -> HttpResponse:
    """Times to book that are not there yet."""
    kept = place_of(request, key)
    return _times(request, kept, new_rule(kept), new=True)


@login_required
@require_http_methods(["GET", "POST"])
def times(request: HttpRequest, key: UUID) -> HttpResponse:
    """Times to book: what they make is shown before it is kept."""
    rule = times_of(request, key)
    if request.method == "POST" and "end" in request.POST:
        try:
            _rule, standing = keeping.end_times(rule, actor=who(request))
        except keeping.KeepingRefusedError as error:
            messages.warning(request, str(error))
        else:
            _tell(request, _("These times have ended."), standing)
        return redirect("provider-place", rule.offer_at_place_id)
    return _times(request, rule.offer_at_place, rule, new=False)


def _times(request: HttpRequest, kept: OfferAtPlace, rule: CapacityRule, *, new: bool) -> HttpResponse:
    form = TimesForm(request.POST if request.POST else None, initial=TimesForm.initial_of(rule))
    shown: dict[str, Any] = {"place": kept, "rule": rule, "new": new, "zone": calendar_of(kept.region).zone}
    others, told = [], None
    if request.method == "POST" and form.is_valid():
        try:
            told = _tried(kept, rule, form, new=new)
            sure = not told["standing"] or request.POST.get("keep") == "sure"
            if "keep" in request.POST and sure:
                said = form.values()
                seen = form.version()
                _rule, standing = keeping.set_rule(
                    kept, actor=who(request), rule=None if new else rule, seen=seen, **said
                )
                _tell(request, _("The times are kept, and what can be booked is made."), standing)
                return redirect("provider-place", kept.pk)
        except keeping.ChangedMeanwhileError as error:
            seen = form.version()
            others = changed_meanwhile(rule if not new else error.record, seen)
            data = request.POST.copy()
            data["seen"] = error.record.changed_at.isoformat()
            form = TimesForm(data, initial=TimesForm.initial_of(rule))
            shown["meanwhile"] = True
        except keeping.KeepingRefusedError as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            form.refuse(error)
    wrong = bool(form.is_bound and form.errors)
    status = 409 if "meanwhile" in shown else 422 if wrong else 200
    shown |= {"form": form, "others": others, "tried": told, "errors_on_page": wrong}
    return page(request, kept.offer.provider, "offers", "times", status=status, **shown)


def _tried(kept: OfferAtPlace, rule: CapacityRule, form: TimesForm, *, new: bool) -> dict[str, Any]:
    """What the times in the form would make, and which bookings would stand against them."""
    tried = CapacityRule(pk=rule.pk, offer_at_place=kept, **form.values())
    tried._state.adding = new
    made = preview(tried)
    zone = calendar_of(kept.region).zone
    lots = [lot_in_words(tried, lot.starts_at.astimezone(zone), lot.ends_at.astimezone(zone)) for lot in made]
    return {"lots": lots, "standing": [] if new else standing_if(tried), "words": times_in_words(tried)}


def _tell(request: HttpRequest, words: str, standing: list[Standing]) -> None:
    if not standing:
        messages.success(request, words)
        return
    stand = ngettext(
        "%(n)d time has more bookings than places now: they stand, and nobody new is taken.",
        "%(n)d times have more bookings than places now: they stand, and nobody new is taken.",
        len(standing),
    )
    messages.warning(request, f"{words} {stand % {'n': len(standing)}}")


def _form(request: HttpRequest, initial: dict[str, Any]) -> PlaceForm:
    if request.method != "POST":
        return PlaceForm(None, initial=initial)
    return PlaceForm(request.POST if _is_kept(request) else as_on_monday(request.POST), initial=initial)


def _is_kept(request: HttpRequest) -> bool:
    """Whether it is to be kept: the other button writes Monday's hours on the other days."""
    return request.method == "POST" and "week" not in request.POST


def _initial(place: OfferAtPlace) -> dict[str, Any]:
    return PlaceForm.initial_of(place, list(place.serves.order_by("number").values_list("code", flat=True)))


def _then(values: dict[str, Any]) -> dict[str, Any]:
    served = Region.objects.filter(number__in=values["serves"]).order_by("number")
    then = cast(OfferAtPlace, record_of(Record.OFFER_AT_PLACE, values))
    return PlaceForm.initial_of(then, list(served.values_list("code", flat=True)))


def _shown(request: HttpRequest, offer: Offer, form: PlaceForm, others: list[Any], **more: Any) -> HttpResponse:
    wrong = _is_kept(request) and bool(form.errors)
    status = 409 if others else 422 if wrong else 200
    told = {"form": form, "others": others, "offer": offer, "errors_on_page": wrong}
    return page(request, offer.provider, "offers", "place", status=status, **told, **more)
