"""The ready answers of the desk: read by whoever answers residents, kept by those who set rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language_info, gettext_lazy, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lacarte.kernel.permissions import Action, may_anywhere, require_anywhere
from lacarte.loop.needs.messages.ready import GAPS, LONGEST, ReadyAnswerRefusedError, save_answer
from lacarte.loop.needs.models import ReadyAnswer
from lacarte.pages.design.forms import WordsForm
from lacarte.pages.desk.access import reader_of_rules
from lacarte.pages.desk.forms import areas_and_services
from lacarte.registers.menu.models import ServiceType

_LONGEST_NAME = 120
_NEW = "new"  # the address of one that is not there yet


class AnswerForm(WordsForm):
    """A ready answer: its name and words in every language of the site."""

    marks_optional = False
    service = forms.ChoiceField(label=gettext_lazy("For which services"), required=False)
    active = forms.BooleanField(label=gettext_lazy("In use"), required=False)

    def __init__(self, data: Any, *, answer: ReadyAnswer, new: bool) -> None:
        service = answer.service_type.code if answer.service_type else ""
        initial: dict[str, Any] = {"service": service, "active": answer.active}
        for code, _name in settings.LANGUAGES:
            initial |= {f"name-{code}": answer.name.get(code, ""), f"text-{code}": answer.text.get(code, "")}
        super().__init__(data, initial=initial)
        self.new = new
        if new:
            self.fields["code"] = forms.SlugField(
                label=_("Code"), max_length=60, help_text=_("Small letters and hyphens, such as takes-longer.")
            )
        for code, _name in settings.LANGUAGES:
            self._add(code)
        self.offer("service", areas_and_services(_("All services"), service))

    def _add(self, language: str) -> None:
        self.fields[f"name-{language}"] = forms.CharField(
            label=pgettext("of a ready answer", "Name"),
            max_length=_LONGEST_NAME,
            widget=forms.TextInput(attrs={"lang": language}),
            error_messages={"required": _("Please give it a name.")},
        )
        self.fields[f"text-{language}"] = forms.CharField(
            label=_("Words"),
            max_length=LONGEST,
            widget=forms.Textarea(attrs={"rows": 5, "lang": language}),
            error_messages={"required": _("Please write what is answered.")},
        )

    def clean_code(self) -> str:
        """A code that no other answer has."""
        code = str(self.cleaned_data["code"])
        if code == _NEW or ReadyAnswer.objects.filter(pk=code).exists():
            raise forms.ValidationError(_("There is an answer with this code already."))
        return code

    def groups(self) -> list[tuple[str, str, list[Any]]]:
        """By language: its code, its name and its fields."""
        found = []
        for code, _name in settings.LANGUAGES:
            name = str(get_language_info(code)["name_translated"])
            found.append((code, name, [self[f"name-{code}"], self[f"text-{code}"]]))
        return found

    def general(self) -> list[Any]:
        """The fields that are there once."""
        return [self[name] for name in (*(["code"] if self.new else []), "service", "active")]

    def fill(self, answer: ReadyAnswer) -> None:
        """Put what was said into the answer; languages that the site does not speak stay as they are."""
        said = self.cleaned_data
        if self.new:
            answer.code = said["code"]
        answer.active = said["active"]
        answer.service_type = ServiceType.objects.filter(code=said["service"]).first() if said["service"] else None
        for code, _name in settings.LANGUAGES:
            answer.name = answer.name | {code: said[f"name-{code}"]}
            answer.text = answer.text | {code: said[f"text-{code}"]}


@login_required
@require_GET
def answers(request: HttpRequest) -> HttpResponse:
    """All ready answers."""
    shown = {
        "answers": ReadyAnswer.objects.select_related("changed_by", "service_type").order_by("-active", "code"),
        "may_edit": may_anywhere(reader_of_rules(request, Action.WORK), Action.SET_RULES),
    }
    return render(request, "desk/answers.html", shown)


@login_required
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """One of them."""
    reader_of_rules(request, Action.WORK)
    return _edit(request, get_object_or_404(ReadyAnswer, code=code), new=False)


@login_required
@require_http_methods(["GET", "POST"])
def new_answer(request: HttpRequest) -> HttpResponse:
    """One that is not there yet."""
    return _edit(request, ReadyAnswer(), new=True)


def _edit(request: HttpRequest, edited: ReadyAnswer, *, new: bool) -> HttpResponse:
    user = reader_of_rules(request, Action.WORK)
    may_edit = may_anywhere(user, Action.SET_RULES)
    if not may_edit and (new or request.method == "POST"):
        require_anywhere(user, Action.SET_RULES)
    form = AnswerForm(request.POST if request.method == "POST" else None, answer=edited, new=new)
    if request.method == "POST" and form.is_valid():
        form.fill(edited)
        try:
            save_answer(edited, actor=user, languages=[code for code, _name in settings.LANGUAGES])
        except ReadyAnswerRefusedError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The answer is kept."))
            return redirect("answers")
    shown = {
        "answer": edited,
        "new": new,
        "form": form,
        "may_edit": may_edit,
        "gaps": [f"{{{gap}}}" for gap in GAPS],
        "errors_on_page": bool(form.errors),
    }
    return render(request, "desk/answer.html", shown, status=422 if form.errors else 200)
