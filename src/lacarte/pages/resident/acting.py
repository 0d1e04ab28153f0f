"""Who may act for me, and for whom I may act: given, withdrawn and given up on one's own page."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from lacarte.kernel.models import User
from lacarte.kernel.rate_limit import allowed
from lacarte.pages.design.forms import Choices, WordsForm
from lacarte.pages.resident.draft import account_person
from lacarte.registers.people import mandates
from lacarte.registers.people.entering import LONGEST_OBJECTION, lately_ended, object_to
from lacarte.registers.people.models import Mandate


class Give(WordsForm):
    """Let somebody act for me."""

    short = ("until",)
    marks_optional = False
    prefix = "give"
    name = forms.CharField(
        label=gettext_lazy("Their name"),
        help_text=gettext_lazy("As it stands on their own page. They need an account."),
        max_length=200,
        error_messages={"required": gettext_lazy("Please write their name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    contact = forms.CharField(
        label=gettext_lazy("Their e-mail or phone"),
        max_length=254,
        error_messages={"required": gettext_lazy("Please write their e-mail address or phone number.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("They act as"),
        choices=[(kind, mandates.KINDS[kind]) for kind in mandates.GIVEN],
        widget=Choices(),
        error_messages={"required": gettext_lazy("Please choose one.")},
    )
    until = forms.DateField(
        label=gettext_lazy("Until which day? Empty: until you take it back"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("Please write the day as year-month-day, such as 2026-11-28.")},
    )


class Child(WordsForm):
    """A child of mine."""

    short = ("birth_year",)
    prefix = "child"
    name = forms.CharField(
        label=gettext_lazy("Name of the child"),
        max_length=200,
        error_messages={"required": gettext_lazy("Please write the name of the child.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    birth_year = forms.IntegerField(
        label=gettext_lazy("Year of birth"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Please write the year in four digits, such as 2024."),
            "invalid": gettext_lazy("Please write the year in four digits, such as 2024."),
        },
    )


class Objection(WordsForm):
    """Why somebody shall not act for me."""

    reason = forms.CharField(
        label=gettext_lazy("Why do you object?"),
        max_length=LONGEST_OBJECTION,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Please say in a few words why you object.")},
    )


@login_required
@require_http_methods(["GET", "POST"])
def acting(request: HttpRequest) -> HttpResponse:
    """Both lists, and the two forms under them."""
    assert request.user.is_authenticated
    act = request.POST.get("act", "")
    give, child = Give(request.POST if act == "give" else None), Child(request.POST if act == "child" else None)
    if act == "give" and give.is_valid() and _given(request, request.user, give):
        return redirect("acting")
    if act == "child" and child.is_valid() and _added(request, request.user, child):
        return redirect("acting")
    person = account_person(request.user)
    wrong = bool(give.errors or child.errors)
    shown = {
        "given": [(one, Objection(prefix=str(one.pk))) for one in mandates.given_by(person)],
        "ended": lately_ended(person),
        "held": list(mandates.held_by(request.user)),
        "held_by_law": set(mandates.held_by_law(request.user)),
        "give": give,
        "child": child,
        "errors_on_page": wrong,
    }
    return render(request, "resident/acting.html", shown, status=422 if wrong else 200)


def _given(request: HttpRequest, user: User, form: Give) -> bool:
    if not allowed("find", request, session=True):
        form.add_error(None, _("That was a lot at once. Please wait a minute and try again."))
        return False
    said = form.cleaned_data
    holder = mandates.with_account(said["name"], said["contact"])
    if holder is None:
        form.add_error("name", _("We know nobody with an account who has this name and can be reached like this."))
        return False
    try:
        mandates.give(account_person(user), holder, kind=said["kind"], until=_end_of(said["until"]), actor=user)
    except mandates.MandateRefusedError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("They may act for you now. You see here what they do in your name."))
    return True


def _end_of(day: date | None) -> datetime | None:
    """The end of a day here; a day beyond all calendars is no end."""
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))


def _added(request: HttpRequest, user: User, form: Child) -> bool:
    try:
        mandates.add_child(account_person(user), actor=user, **form.cleaned_data)
    except mandates.MandateRefusedError as error:
        form.add_error("birth_year", str(error))
        return False
    messages.success(request, _("You can order for your child now: you are asked for whom it is."))
    return True


@login_required
@require_POST
def end_mandate(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take a mandate back, or give it up."""
    assert request.user.is_authenticated
    mandate = Mandate.objects.filter(pk=key).first()
    try:
        if mandate is None:
            raise PermissionDenied
        mandates.withdraw(mandate, actor=request.user)
    except PermissionDenied as error:
        raise Http404(_("There is no such mandate, or it is not yours.")) from error
    except mandates.MandateRefusedError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("It has ended."))
    return redirect("acting")


@login_required
@require_POST
def object_to_mandate(request: HttpRequest, key: UUID) -> HttpResponse:
    """Object to a mandate that an official has entered."""
    assert request.user.is_authenticated
    mandate = Mandate.objects.filter(pk=key).first()
    form = Objection(request.POST, prefix=str(key))
    try:
        if mandate is None:
            raise PermissionDenied
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        objected = object_to(mandate, reason=reason, actor=request.user)
    except PermissionDenied as error:
        raise Http404(_("There is no such mandate, or it is not yours.")) from error
    except mandates.MandateRefusedError as error:
        messages.warning(request, str(error))
    else:
        words = _("An official looks at your objection, and you see the answer here.")
        then = _("Until then the mandate holds.") if mandates.by_law(objected) else _("It has ended.")
        messages.success(request, f"{then} {words}")
    return redirect("acting")
