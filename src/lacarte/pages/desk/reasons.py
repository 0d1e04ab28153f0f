"""The reasons why orders are returned, held, cancelled, extended or handed over: read by all who work on them.

Those who set the rules for all keep them: other words, one more, one that is not chosen any more.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lacarte.kernel import tree
from lacarte.kernel.permissions import Action, may_over, require_over
from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.delivery.reasons import LONGEST_NAME, NEEDED, save_reason
from lacarte.loop.orders.models import Reason
from lacarte.pages.design.forms import WordsForm
from lacarte.pages.desk.access import reader_of_rules

_EVERYTHING = {"services": tree.ROOT, "regions": tree.ROOT}


class ReasonForm(WordsForm):
    """A reason in the words of every language of the site."""

    marks_optional = False
    of = forms.ChoiceField(label=gettext_lazy("What it is a reason for"), choices=Reason.Of.choices)
    code = forms.SlugField(
        label=gettext_lazy("Code"),
        max_length=40,
        help_text=gettext_lazy("Small letters and hyphens, such as no-material."),
        error_messages={"required": gettext_lazy("Please give it a code.")},
    )
    active = forms.BooleanField(label=gettext_lazy("In use"), required=False)

    def __init__(self, data: Any, *, reason: Reason, new: bool) -> None:
        words = {f"name-{code}": reason.name.get(code, "") for code, _name in settings.LANGUAGES}
        super().__init__(data, initial={"active": reason.active, **words})
        if not new:  # orders are counted by both, so these stay
            del self.fields["of"], self.fields["code"]
        if reason.code in NEEDED:
            del self.fields["active"]
        for code, _name in settings.LANGUAGES:
            self.fields[f"name-{code}"] = forms.CharField(
                label=_("In %(language)s") % {"language": get_language_info(code)["name_translated"]},
                max_length=LONGEST_NAME,
                widget=forms.TextInput(attrs={"lang": code}),
                error_messages={"required": _("Please write it in every language of this site.")},
            )

    def clean_code(self) -> str:
        """A code that no other reason has."""
        code = str(self.cleaned_data["code"])
        if code == "new" or Reason.objects.filter(pk=code).exists():
            raise forms.ValidationError(_("There is a reason with this code already."))
        return code

    def fill(self, reason: Reason) -> None:
        """Put what was said into the reason; languages that the site does not speak stay as they are."""
        for name in ("of", "code", "active"):
            if name in self.cleaned_data:
                setattr(reason, name, self.cleaned_data[name])
        said = {code: self.cleaned_data[f"name-{code}"] for code, _name in settings.LANGUAGES}
        reason.name = reason.name | said


@login_required
@require_GET
def reasons(request: HttpRequest) -> HttpResponse:
    """All reasons, by what they are for."""
    user = reader_of_rules(request, Action.WORK)
    shown = {"reasons": Reason.objects.all(), "may_edit": may_over(user, Action.SET_RULES, **_EVERYTHING)}
    return render(request, "desk/reasons.html", shown)


@login_required
@require_http_methods(["GET", "POST"])
def reason(request: HttpRequest, code: str) -> HttpResponse:
    """One of them."""
    return _edit(request, get_object_or_404(Reason, code=code), new=False)


@login_required
@require_http_methods(["GET", "POST"])
def new_reason(request: HttpRequest) -> HttpResponse:
    """One that is not there yet."""
    return _edit(request, Reason(), new=True)


def _edit(request: HttpRequest, edited: Reason, *, new: bool) -> HttpResponse:
    user = reader_of_rules(request)
    require_over(user, Action.SET_RULES, **_EVERYTHING)
    called = "" if new else str(edited)
    form = ReasonForm(request.POST if request.method == "POST" else None, reason=edited, new=new)
    if request.method == "POST" and form.is_valid():
        form.fill(edited)
        try:
            save_reason(edited, actor=user)
        except OrderRefusedError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The reason is kept."))
            return redirect("reasons")
    shown = {
        "reason": edited,
        "called": called,
        "form": form,
        "needed": edited.code in NEEDED and not new,
        "errors_on_page": bool(form.errors),
    }
    return render(request, "desk/reason.html", shown, status=422 if form.errors else 200)
