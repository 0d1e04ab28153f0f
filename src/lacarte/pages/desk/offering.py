"""Beside a case that waits: the best offers for it, each with its reason, and sending it to one of them."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lacarte.kernel.permissions import Action, require
from lacarte.loop.matching.next_best import Alternative
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.delivery.dispatching import dispatch, proposals
from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.pages.delivering.forms import name_of
from lacarte.pages.design.forms import Choices, WordsForm
from lacarte.pages.desk.access import official, readable


class SendTo(WordsForm):
    """To which of the best offers a need is sent."""

    offer_at_place = forms.ChoiceField(
        label=gettext_lazy("The best offers"),
        widget=Choices(),
        error_messages={
            "required": gettext_lazy("Please choose an offer."),
            "invalid_choice": gettext_lazy("This offer has been taken meanwhile. Please choose another."),
        },
    )

    def __init__(self, data: QueryDict | None, *, found: list[Alternative]) -> None:
        super().__init__(data, auto_id="send_%s")
        self.places = {str(one.offer_at_place.pk): one.offer_at_place for one in found}
        self.offer("offer_at_place", [(key, name_of(place)) for key, place in self.places.items()])
        widget = self.fields["offer_at_place"].widget
        assert isinstance(widget, Choices)
        widget.hints = {str(one.offer_at_place.pk): one.in_words() for one in found}


def may_be_sent(need: Need) -> bool:
    """Whether the page of a need has a place for its offers: it waits, and what it calls for is known."""
    return need.state == Need.State.OPEN and bool(need.service_type_id)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def offers(request: HttpRequest, reference: str) -> HttpResponse:
    """The best offers for a need that waits, and sending it to one of them."""
    user = official(request, Action.WORK)
    need = readable(user, reference)
    require(user, Action.WORK, need)
    if not may_be_sent(need):
        if request.method == "POST":
            messages.warning(request, _("This need does not wait for an offer."))
        return redirect("desk-need", need.reference)
    form = SendTo(request.POST if request.method == "POST" else None, found=proposals(need, actor=user))
    if request.method == "POST" and form.is_valid():
        try:
            dispatch(need, form.places[form.cleaned_data["offer_at_place"]], actor=user)
        except OrderRefusedError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("It is on its way to the provider."))
            return redirect("desk-need", need.reference)
    shown = {"need": need, "send": form, "errors_on_page": bool(form.errors)}
    return render(request, "desk/offers.html", shown, status=422 if form.errors else 200)
