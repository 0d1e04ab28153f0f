"""Objecting to an answer: why, and which facts should be others; then where the objection stands."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lacarte.kernel.events import timeline
from lacarte.kernel.objecting import LONGEST, ObjectionRefusedError
from lacarte.kernel.rate_limit import allowed
from lacarte.kernel.text import FALLBACK
from lacarte.kernel.tree import ROOT_NUMBER
from lacarte.pages.design.forms import WordsForm
from lacarte.pages.resident.draft import account_person, person_of
from lacarte.pages.resident.menu.forms import FactForm
from lacarte.pages.resident.menu.said import Known, known_of
from lacarte.pages.resident.menu.service import service_of
from lacarte.pages.resident.menu.why import explained
from lacarte.registers.entitlement.explaining import objections
from lacarte.registers.entitlement.explaining.objections import object_to
from lacarte.registers.entitlement.explaining.rule_words import kept_in_words
from lacarte.registers.entitlement.models import AnswerObjection
from lacarte.registers.entitlement.queries import entitled
from lacarte.registers.people.circumstances import FACTS, FactWrongError, in_words, read_fact
from lacarte.registers.people.mandates import LOOK, WRITE, ended, note_act
from lacarte.registers.places.models import Region


class Object(WordsForm):
    """Why the answer is wrong; a field for each fact that was used, empty as long as that is right."""

    reason = forms.CharField(
        label=gettext_lazy("Why do you object?"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": gettext_lazy("Please say in a few words why you object.")},
    )
    contact = forms.CharField(
        label=gettext_lazy("Your e-mail or phone"),
        help_text=gettext_lazy("We write to you there when it is answered, or ask you something."),
        max_length=254,
        error_messages={
            "required": gettext_lazy("Please leave an e-mail address or a phone number, so that we can answer.")
        },
    )

    def __init__(self, data: Any, *, facts: dict[str, str], signed_in: bool) -> None:
        """``facts`` are those that were used, in words, by kind."""
        super().__init__(data)
        self.facts = [kind for kind in facts if kind in FACTS]
        if signed_in:
            del self.fields["contact"]
        for kind in self.facts:
            self.fields[f"fact-{kind}"] = _correction(kind, facts[kind])

    def clean(self) -> dict[str, Any]:
        """What is right instead, by kind of fact."""
        said = super().clean()
        corrections = {}
        for kind in self.facts:
            name = f"fact-{kind}"
            if words := (said.get(name) or "").strip():
                try:
                    corrections[kind] = read_fact(kind, words)
                except FactWrongError as error:
                    self.add_error(name, str(error))
        said["corrections"] = corrections
        return said

    def corrected(self) -> list[forms.BoundField]:
        """The fields of the facts."""
        return [self[f"fact-{kind}"] for kind in self.facts]


def _correction(kind: str, known: str) -> forms.Field:
    """The field of a question, with nothing chosen; of yes or no a list, as nothing is an answer here too."""
    asked = FactForm(kind)
    field = asked.fields["value"]
    if asked.yes_or_no:
        choices = [("", _("It is right")), ("yes", _("Yes")), ("no", _("No"))]
        field = forms.ChoiceField(required=False, choices=choices)
    elif isinstance(field, forms.ChoiceField):
        named = [(key, str(name)) for key, name in FACTS[kind].choices]
        field = forms.ChoiceField(required=False, choices=[("", _("It is right")), *named])
    field.label, field.required = in_words(kind), False
    field.help_text = _("We went by: %(value)s") % {"value": known}
    field.as_heading, field.short, field.marks_optional = False, True, False  # type: ignore[attr-defined]
    return field


@require_http_methods(["GET", "POST"])
def object_to_answer(request: HttpRequest, code: str) -> HttpResponse:
    """Say that an answer is wrong; what it rests on is shown above."""
    kind, known = service_of(code), known_of(request)
    told = explained(kind, known, request.get_full_path())
    used = told["used"]
    form = Object(
        request.POST if request.method == "POST" else None,
        facts=used,
        signed_in=request.user.is_authenticated,
    )
    if request.method == "POST" and form.is_valid():
        made = _objected(request, form, code, known)
        if made is not None:
            messages.success(request, _("Thank you. An official reads it and answers you here."))
            return redirect("answer-objection", made.secret)
    shown = {**told, "form": form, "errors_on_page": bool(form.errors)}
    return render(request, "resident/menu/object.html", shown, status=422 if form.errors else 200)


def _objected(request: HttpRequest, form: Object, code: str, known: Known) -> AnswerObjection | None:
    if not allowed("find", request, session=True):
        form.add_error(None, _("That was a lot at once. Please wait a minute and try again."))
        return None
    kind, user = service_of(code), request.user if request.user.is_authenticated else None
    person = known.person or (account_person(user) if user is not None else None)
    judged = entitled(known.facts)([kind.number])[kind.number]
    used = {one: known.facts[one] for one in form.facts if one in known.facts}
    try:
        made = object_to(
            kind,
            judged,
            used,
            reason=form.cleaned_data["reason"],
            corrections=form.cleaned_data["corrections"],
            person=person,
            contact=form.cleaned_data.get("contact", ""),
            region=Region.objects.get(number=known.where.region or ROOT_NUMBER),
            language=get_language() or FALLBACK,
            actor=user,
            mandate=known.mandate,
        )
    except ObjectionRefusedError as error:
        form.add_error("contact" if "contact" in form.fields and person is None else "reason", str(error))
        return None
    if known.mandate is not None and user is not None:
        note_act(known.mandate, actor=user, purpose=WRITE, fields="facts")
    return made


@require_GET
def objection(request: HttpRequest, secret: str) -> HttpResponse:
    """Where an objection stands, to whoever has its private link."""
    found = objections.by_secret(secret)
    if found is None or not _may_open(request, found):
        raise Http404(_("There is no such page."))
    mandate, user = found.mandate, request.user
    if mandate is not None and user.is_authenticated and mandate.holder.user_id == user.pk:
        note_act(mandate, actor=user, purpose=LOOK, fields="facts")
    shown = {
        "objection": found,
        "corrections": kept_in_words(found.corrections),
        "facts": kept_in_words(found.facts),
        "events": timeline(found.pk, inside=False),
        "link": request.build_absolute_uri(),
    }
    return render(request, "resident/menu/objection.html", shown)


def _may_open(request: HttpRequest, found: AnswerObjection) -> bool:
    """Whether the link opens it: of one under a mandate that has ended, to whom it is about alone."""
    if found.mandate is None or not ended(found.mandate):
        return True
    return person_of(request.user) == found.person
