"""Notes about an order, for all who work on it or for some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lacarte.kernel.models import User
from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.delivery.reasons import LONGEST_WORDS
from lacarte.loop.orders.delivery.seeing import bodies_of, contributions_of, notes_for
from lacarte.loop.orders.delivery.together import note
from lacarte.loop.orders.models import Order
from lacarte.loop.orders.states import Who
from lacarte.pages.delivering.access import Seen, order_of
from lacarte.pages.delivering.together_parts import others_at, shown_parts
from lacarte.pages.design.forms import Choices, Ticks, WordsForm
from lacarte.registers.providers.models import Provider

ALL, SOME, US = "all", "some", "us"


class NoteForm(WordsForm):
    """A note, and who reads it. ``bodies``: the others that work on the order, as choices."""

    text = forms.CharField(
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("The resident does not read it."),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Please write what you want to note.")},
    )
    readers = forms.ChoiceField(
        label=gettext_lazy("Who reads it"),
        choices=[
            (ALL, gettext_lazy("Everybody who works on it")),
            (SOME, gettext_lazy("Only those chosen below")),
            (US, gettext_lazy("Only us and the officials in charge")),
        ],
        initial=ALL,
        widget=Choices(),
        error_messages={"required": gettext_lazy("Please choose who reads it.")},
    )
    bodies = forms.MultipleChoiceField(label=gettext_lazy("Those chosen"), required=False, widget=Ticks())

    def __init__(self, data: Any, *, bodies: Sequence[tuple[str, str]]) -> None:
        super().__init__(data, auto_id="id_note-%s")
        if bodies:
            self.fields["bodies"].choices = bodies  # type: ignore[attr-defined]
        else:
            del self.fields["bodies"]
            self.offer("readers", [one for one in self.fields["readers"].choices if one[0] != SOME])  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Some are some."""
        said = super().clean()
        if said.get("readers") == SOME and not said.get("bodies") and "bodies" not in self.errors:
            self.add_error("bodies", _("Please choose who reads it."))
        return said


def add_note(form: NoteForm, order: Order, *, actor: User, body: Provider | None) -> bool:
    """Keep a note that is valid. Returns whether it is kept; if not, the form says what is wrong."""
    if not form.is_valid():
        return False
    said = form.cleaned_data
    chosen = Provider.objects.filter(pk__in=said.get("bodies", [])) if said["readers"] == SOME else []
    try:
        note(order, said["text"], actor=actor, body=body, for_all=said["readers"] == ALL, bodies=list(chosen))
    except OrderRefusedError as error:
        form.add_error("text", str(error))
        return False
    return True


@login_required
@require_http_methods(["GET", "POST"])
def notes(request: HttpRequest, key: UUID) -> HttpResponse:
    """The notes of an order, and one more."""
    seen = order_of(request, key)
    ours = set(bodies_of(seen.user).values_list("pk", flat=True))
    rows = contributions_of(seen.user).filter(order=seen.order).select_related("provider")
    bodies = others_at(seen.order, shown_parts(rows, ours, manages=False), ours)
    form = NoteForm(request.POST if request.method == "POST" else None, bodies=bodies)
    if request.method == "POST" and add_note(form, seen.order, actor=seen.user, body=body_of(seen)):
        messages.success(request, _("The note is kept."))
        return redirect(f"{seen.page}#together")
    shown = {
        "seen": seen,
        "notes": list(notes_for(seen.user, seen.order)),
        "note_form": form if seen.works else None,
        "errors_on_page": bool(form.errors),
    }
    return render(request, "delivering/together_notes_page.html", shown, status=422 if form.errors else 200)


def body_of(seen: Seen) -> Provider | None:
    """For whom somebody writes: the lead's members for the lead, officials for the city."""
    return seen.order.offer_at_place.offer.provider if seen.who == Who.PROVIDER else None
