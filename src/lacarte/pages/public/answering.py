"""Whoever has the link of a message says how it went, without an account, once."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lacarte.kernel.rate_limit import allowed
from lacarte.loop.orders.models import Order
from lacarte.loop.voice.actions import RatingRefusedError, rate
from lacarte.loop.voice.asking import order_of
from lacarte.loop.voice.checking import RefusedError
from lacarte.loop.voice.models import Heard, Rating
from lacarte.pages.resident.forms import Rate


@never_cache
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """The three questions, or why they cannot be answered here."""
    try:
        order = order_of(token)
    except RefusedError as error:
        return _say(request, str(error), status=404)
    if Rating.objects.filter(order=order).exists():
        return _say(request, _told_already(order), good=True)
    if request.method == "GET":
        return _ask(request, order, Rate())
    form = Rate(request.POST)
    if form.is_valid():
        if not allowed("how", request):
            form.add_error(None, _("That was a lot at once. Please wait a minute and try again."))
        else:
            try:
                rate(order, heard=Heard.LINK, **form.cleaned_data)
            except RatingRefusedError as error:
                return _say(request, str(error), status=409)
            thanks = _("Thank you. Your word counts in the rates that everybody can see.")
            return _say(request, thanks, good=True)
    return _ask(request, order, form, status=422)


def _told_already(order: Order) -> str:
    if order.need.joined.exists():
        return _("You, or somebody who told of the same thing, have already told us how this went. Thank you.")
    return _("You have already told us how this went. Thank you.")


def _ask(request: HttpRequest, order: Order, form: Rate, status: int = 200) -> HttpResponse:
    shown = {"order": order, "form": form, "errors_on_page": bool(form.errors)}
    return _hidden(render(request, "public/how.html", shown, status=status))


def _say(request: HttpRequest, words: str, *, good: bool = False, status: int = 200) -> HttpResponse:
    return _hidden(render(request, "public/how.html", {"said": words, "good": good}, status=status))


def _hidden(answer: HttpResponse) -> HttpResponse:
    """The address opens something: no search engine keeps it. Other sites are told no address of ours anyway."""
    answer["X-Robots-Tag"] = "noindex"
    return answer
