"""An order is split, or others are asked to help: several parts on one page, all of them kept or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from lacarte.kernel import clock
from lacarte.kernel.currencies import CURRENCIES
from lacarte.kernel.money import Money
from lacarte.kernel.text import storable
from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.delivery.seeing import contributions_of
from lacarte.loop.orders.delivery.together import LONGEST_WHAT, Part, change_part, split
from lacarte.loop.orders.models import Contribution
from lacarte.loop.orders.states import ENDED
from lacarte.pages.delivering.access import Seen, order_of
from lacarte.pages.delivering.together_bodies import MOST_LISTED, bodies_to_ask
from lacarte.pages.design.forms import Choices, WordsForm
from lacarte.registers.providers.models import Provider

MOST_AT_ONCE = 8
LOCAL_MINUTE = "%Y-%m-%dT%H:%M"
Posted = Mapping[str, Any] | None


class AskFor(WordsForm):
    """One part: who does what, by when, for how much, and what they may read of whose it is."""

    short = ("due", "cost", "currency")
    provider = forms.ChoiceField(
        label=gettext_lazy("Who"),
        error_messages={
            "required": gettext_lazy("Please choose who is asked."),
            "invalid_choice": gettext_lazy("There is no such provider. Please choose one of the list."),
        },
    )
    what = forms.CharField(
        label=gettext_lazy("What they are asked to do"),
        help_text=gettext_lazy("In plain words: the resident reads it too."),
        max_length=LONGEST_WHAT,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Please say what is to be done.")},
    )
    due = forms.DateTimeField(
        label=gettext_lazy("Done by"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL_MINUTE),
        error_messages={
            "required": gettext_lazy("Please say by when."),
            "invalid": gettext_lazy("Please choose a day and a time."),
        },
    )
    cost = forms.DecimalField(
        label=gettext_lazy("What it costs"),
        help_text=gettext_lazy("Empty where it costs nothing."),
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(2_000_000),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={
            "invalid": gettext_lazy("An amount is a number such as 75 or 12.50."),
            "min_value": gettext_lazy("An amount is 0 or more."),
        },
    )
    currency = forms.CharField(label=gettext_lazy("Currency"), max_length=3, required=False)
    sees = forms.ChoiceField(
        label=gettext_lazy("What they may read of whose it is"),
        choices=Contribution.Sees.choices,
        initial=Contribution.Sees.NONE,
        widget=Choices(
            hints={
                Contribution.Sees.NONE: gettext_lazy("They do their part without knowing who it is for."),
                Contribution.Sees.PART: gettext_lazy("To call before they come."),
                Contribution.Sees.ALL: gettext_lazy("Also e-mail, year of birth and address."),
            }
        ),
        error_messages={"required": gettext_lazy("Please choose how much they may read.")},
    )
    marks_optional = False

    def __init__(self, data: Posted, *, number: int, groups: list[Any], initial: dict[str, Any]) -> None:
        super().__init__(data, prefix=str(number), initial=initial)
        self.number = number
        self.offer("provider", [("", _("Please choose")), *groups])

    def clean(self) -> dict[str, Any]:
        """The cost as money; a time to come."""
        said = super().clean()
        said["money"], currency = None, said.get("currency", "").strip().upper() or "CNY"
        if currency not in CURRENCIES:
            wrong = _("“%(code)s” is no currency. Codes have three letters, such as CNY or EUR.")
            self.add_error("currency", wrong % {"code": currency})
        elif said.get("cost"):
            try:
                said["money"] = Money.of(currency, said["cost"])
            except ValueError:
                self.add_error("cost", _("Nobody can pay this exactly: it is finer than the smallest coin."))
        if said.get("due") and said["due"] <= clock.now():
            self.add_error("due", _("A part is due at a time to come."))
        return said

    def part(self, bodies: Mapping[str, Provider]) -> Part:
        """What was said, as the verb takes it."""
        said = self.cleaned_data
        return Part(bodies[said["provider"]], said["what"], said["due"], said["money"], said["sees"])


class Parts:
    """The parts on one page, which looks like one form to the summary of what is wrong."""

    def __init__(self, forms: list[AskFor]) -> None:
        self.forms = forms

    def __iter__(self) -> Iterator[Any]:
        return (field for form in self.forms for field in form)

    @property
    def errors(self) -> bool:
        """Whether anything is wrong with any of them."""
        return any([bool(form.errors) for form in self.forms])  # noqa: C419 (all of them say what)

    def non_field_errors(self) -> list[Any]:
        """What is wrong with all of it."""
        return [error for form in self.forms for error in form.non_field_errors()]


@login_required
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, key: UUID) -> HttpResponse:
    """Ask others to do parts of an order."""
    seen = order_of(request, key)
    if not seen.works or seen.order.state in ENDED:
        raise PermissionDenied(_("While an order runs, its provider or an official asks others to help."))
    words = request.GET.get("words", "").strip()[:100]
    words = words if storable(words) else ""
    rows = _rows(request)
    parts = _parts(request, seen, words, rows)
    sent = request.method == "POST" and "more" not in request.POST and not parts.errors
    if sent and _asked(request, seen, parts):
        return redirect(f"{seen.page}#together")
    shown = {
        "seen": seen,
        "parts": parts,
        "words": words,
        "finds": bool(words) or Provider.objects.count() > MOST_LISTED,
        "may_add": rows < MOST_AT_ONCE,
        "errors_on_page": parts.errors,
    }
    return render(request, "delivering/together_ask.html", shown, status=422 if parts.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def call_off(request: HttpRequest, key: UUID) -> HttpResponse:
    """A part is not needed any more; its body reads why."""
    assert request.user.is_authenticated  # login_required
    part = contributions_of(request.user).select_related("provider").filter(pk=key).first()
    if part is None:
        raise Http404(_("There is no such part, or it is not yours to work on."))
    seen = order_of(request, part.order_id)
    form = CallOff(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            change_part(part, to=Contribution.State.CANCELLED, actor=seen.user, words=form.cleaned_data["words"])
        except OrderRefusedError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The part is called off. Nothing is lent for it any more."))
            return redirect(f"{seen.page}#together")
    shown = {"seen": seen, "part": part, "form": form, "errors_on_page": bool(form.errors)}
    return render(request, "delivering/together_call_off.html", shown, status=422 if form.errors else 200)


class CallOff(WordsForm):
    """Why a part is called off."""

    words = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=LONGEST_WHAT,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Please say why.")},
    )


def _rows(request: HttpRequest) -> int:
    """How many parts are on the page."""
    said = request.POST.get("rows", "1")
    rows = int(said) if said.isascii() and said.isdigit() and len(said) < 3 else 1
    return max(1, min(rows + ("more" in request.POST), MOST_AT_ONCE))


def _parts(request: HttpRequest, seen: Seen, words: str, rows: int) -> Parts:
    """The forms: as posted, or with what was written so far in one more part's company."""
    posted = request.POST if request.method == "POST" else None
    chosen = [posted.get(f"{n}-provider", "") for n in range(1, rows + 1)] if posted else []
    groups = bodies_to_ask(seen.order, words, chosen)
    due = seen.order.resolution_due if seen.order.resolution_due > clock.now() else None
    initial = {"due": due, "currency": seen.order.offer_at_place.offer.currency}
    if posted is not None and "more" not in posted:
        return Parts([AskFor(posted, number=n, groups=groups, initial=initial) for n in range(1, rows + 1)])
    made = []
    for n in range(1, rows + 1):
        keys = {name: f"{n}-{name}" for name in AskFor.base_fields} if posted is not None else {}
        said = {name: posted[key] for name, key in keys.items() if posted is not None and key in posted}
        made.append(AskFor(None, number=n, groups=groups, initial=initial | said))
    return Parts(made)


def _asked(request: HttpRequest, seen: Seen, parts: Parts) -> bool:
    codes = [form.cleaned_data["provider"] for form in parts.forms]
    bodies = {one.code: one for one in Provider.objects.filter(code__in=codes)}
    try:
        made = split(seen.order, [form.part(bodies) for form in parts.forms], actor=seen.user)
    except OrderRefusedError as error:
        parts.forms[0].add_error(None, str(error))
        return False
    said = ngettext("%(n)d part is asked for.", "%(n)d parts are asked for.", len(made))
    messages.success(request, said % {"n": len(made)})
    return True
