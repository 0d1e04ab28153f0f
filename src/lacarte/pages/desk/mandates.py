"""Who acts for whom by law or by office: entered and ended at the desk, and objections to it decided."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action
from lacarte.loop.needs.queries import people_seen_by
from lacarte.pages.design.forms import Choices, WordsForm
from lacarte.pages.desk.access import official
from lacarte.pages.desk.finding import FindPerson
from lacarte.registers.people import entering, mandates
from lacarte.registers.people.finding import Found, show
from lacarte.registers.people.models import Mandate, Person


class Enter(WordsForm):
    """What somebody is to somebody else, from when until when, and what proves it."""

    short = ("since", "until")
    marks_optional = False
    kind = forms.ChoiceField(
        label=gettext_lazy("They act as"),
        choices=[(kind, mandates.KINDS[kind]) for kind in mandates.ENTERED],
        widget=Choices(),
        error_messages={"required": gettext_lazy("Please choose one.")},
    )
    since = forms.DateField(
        label=gettext_lazy("From which day?"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": gettext_lazy("Please write the day as year-month-day, such as 2026-11-28."),
            "invalid": gettext_lazy("Please write the day as year-month-day, such as 2026-11-28."),
        },
    )
    until = forms.DateField(
        label=gettext_lazy("Until which day? Empty: until an official ends it"),
        help_text=gettext_lazy("A parent acts at the latest until the child is of age."),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("Please write the day as year-month-day, such as 2026-11-28.")},
    )
    evidence = forms.CharField(
        label=gettext_lazy("What proves it?"),
        help_text=gettext_lazy("The document that you have seen: who issued it, when, its number. They read it."),
        max_length=entering.LONGEST_EVIDENCE,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Please write what proves it.")},
    )


class Answer(WordsForm):
    """Whether an objection is right, and why."""

    upheld = forms.ChoiceField(
        label=gettext_lazy("What is decided?"),
        choices=[
            ("yes", gettext_lazy("They are right: the mandate ends")),
            ("no", gettext_lazy("The mandate stands")),
        ],
        widget=Choices(),
        error_messages={"required": gettext_lazy("Please choose one.")},
    )
    words = forms.CharField(
        label=gettext_lazy("Why? They read it"),
        max_length=entering.LONGEST_OBJECTION,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Please say why.")},
    )


def _keeper(request: HttpRequest) -> tuple[User, Q]:
    """Who asks, and the persons for whom they enter mandates. Raises ``PermissionDenied``."""
    user = official(request, Action.KEEP_MANDATES)
    return user, people_seen_by(user, Action.KEEP_MANDATES, Action.KEEP_MANDATES)


@login_required
@require_http_methods(["GET", "POST"])
def found(request: HttpRequest) -> HttpResponse:
    """The way to a person, and the objections that wait."""
    user, within = _keeper(request)
    form = FindPerson(request.POST if request.method == "POST" else None)
    search = form.search(within=within, reader=user, purpose=mandates.ENTER) if form.is_bound else None
    waiting = list(entering.objections(within))
    show({one.principal_id for one in waiting}, within=within, reader=user, purpose=mandates.ENTER)
    shown = {"form": form, "search": search, "objections": waiting, "errors_on_page": bool(form.errors)}
    return render(request, "desk/mandates.html", shown, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def of_person(request: HttpRequest, key: UUID) -> HttpResponse:
    """Who acts for a person and for whom they act; the way to somebody who shall act for them."""
    user, within = _keeper(request)
    who = _shown(key, within, user)
    form = FindPerson(request.POST if request.method == "POST" else None)
    others = people_seen_by(user) & ~Q(pk=key)
    search = form.search(within=others, reader=user, purpose=mandates.ENTER) if form.is_bound else None
    about = list(entering.mandates_about(_person(key)))
    shown = {
        "who": who,
        "given": [(one, Answer(prefix=str(one.pk))) for one in about if one.principal_id == key],
        "held": [one for one in about if one.holder_id == key],
        "form": form,
        "search": search,
        "errors_on_page": bool(form.errors),
    }
    return render(request, "desk/mandates_of.html", shown, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, key: UUID, holder: UUID) -> HttpResponse:
    """What somebody is to a person, and what proves it."""
    user, within = _keeper(request)
    who, by = _shown(key, within, user), _shown(holder, people_seen_by(user), user)
    form = Enter(request.POST if request.method == "POST" else None, initial={"since": timezone.localdate()})
    acting = _person(holder)
    if form.is_bound and form.is_valid() and _entered(form, _person(key), acting, user, within):
        messages.success(request, _("They may act for them now. Both see it on their own pages."))
        return redirect("desk-mandates-of", key)
    shown = {"who": who, "by": by, "form": form, "errors_on_page": bool(form.errors)}
    shown["without_account"] = acting.user_id is None
    return render(request, "desk/mandate_enter.html", shown, status=422 if form.errors else 200)


def _entered(form: Enter, principal: Person, holder: Person, user: User, within: Q) -> bool:
    said: dict[str, Any] = dict(form.cleaned_data)
    try:
        said["since"], said["until"] = _begin_of(said["since"]), _end_of(said["until"])
        entering.enter(principal, holder, **said, actor=user, within=within)
    except mandates.MandateRefusedError as error:
        form.add_error(None, str(error))
        return False
    return True


def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _end_of(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59))) if day is not None else None


@login_required
@require_POST
def end(request: HttpRequest, mandate: UUID) -> HttpResponse:
    """End a mandate."""
    user, within = _keeper(request)
    found = _mandate(mandate)
    entering.end(found, actor=user, within=within)
    messages.success(request, _("It has ended."))
    return redirect("desk-mandates-of", found.principal_id)


@login_required
@require_POST
def answer(request: HttpRequest, mandate: UUID) -> HttpResponse:
    """Decide an objection."""
    user, within = _keeper(request)
    found = _mandate(mandate)
    form = Answer(request.POST, prefix=str(mandate))
    if not form.is_valid():
        messages.warning(request, _("Please choose what is decided, and say why."))
        return redirect("desk-mandates-of", found.principal_id)
    upheld, words = form.cleaned_data["upheld"] == "yes", form.cleaned_data["words"]
    try:
        entering.answer(found, upheld=upheld, words=words, actor=user, within=within)
        messages.success(request, _("They read your answer on their own page."))
    except mandates.MandateRefusedError as error:
        messages.warning(request, str(error))
    return redirect("desk-mandates-of", found.principal_id)


def _shown(key: UUID, within: Q, user: User) -> Found:
    """A person as far as ``user`` may see them, which is logged. Raises ``Http404``."""
    seen = show([key], within=within, reader=user, purpose=mandates.ENTER)
    if not seen:
        raise Http404(_("There is no such person, or your mandate does not cover them."))
    return seen[0]


def _person(key: UUID) -> Person:
    return Person.objects.select_related("household__region").get(pk=key)


def _mandate(key: UUID) -> Mandate:
    found = Mandate.objects.filter(pk=key).first()
    if found is None:
        raise PermissionDenied(_("Your mandate does not cover this person."))
    return found
