"""Take-up: who is entitled and does not have it, in groups; runs, and how to take them back; who is looked for."""

from __future__ import annotations

import csv
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, may_anywhere, require_anywhere
from lacarte.kernel.text import in_language
from lacarte.loop.planning.few import told
from lacarte.loop.takeup.looking import TWICE
from lacarte.loop.takeup.measuring import WITHIN
from lacarte.loop.takeup.models import Reach, TakeUpRun
from lacarte.loop.takeup.queries import OfService, Row, left_out_by_reason, runs, shown_run, take_up
from lacarte.loop.takeup.reach import LONGEST_PERIOD, WHY, ReachRefusedError, set_reach
from lacarte.loop.takeup.undoing import Undone, UndoRefusedError, by_reference, undo_case
from lacarte.loop.takeup.undoing import undo_run as take_back
from lacarte.pages.design.forms import Choices, WordsForm
from lacarte.pages.planner.forms import by_area
from lacarte.registers.entitlement.models import Requirement
from lacarte.registers.menu.models import ServiceType, Subject
from lacarte.registers.people.circumstances import in_words
from lacarte.registers.people.consenting import PURPOSES, name_of

_PAGE = 20
_CONSENT, _LAW = "consent", "law"


class Case(WordsForm):
    """The number of a case, as somebody reads it out."""

    short = ("reference",)
    reference = forms.CharField(
        label=gettext_lazy("Number of the case"),
        help_text=gettext_lazy("It stands in what the person was written, such as 7KQ2-M4XD."),
        max_length=40,
        error_messages={"required": gettext_lazy("Please write the number of the case.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class SetReach(WordsForm):
    """Whether a service looks for those who are entitled, how and by what right."""

    marks_optional = False
    short = ("period_days", "since")
    service = forms.ChoiceField(
        label=gettext_lazy("Service"),
        help_text=gettext_lazy("Only services with requirements can look for people."),
    )
    how = forms.ChoiceField(
        label=gettext_lazy("What happens to those who are found"), choices=Reach.How.choices, widget=Choices()
    )
    purpose = forms.ChoiceField(
        label=gettext_lazy("Purpose that people consent to"),
        choices=[(code, purpose.name) for code, purpose in PURPOSES.items()],
        widget=Choices(),
    )
    right = forms.ChoiceField(
        label=gettext_lazy("Who is looked at"),
        choices=[
            (_CONSENT, gettext_lazy("Only those who have consented to the purpose")),
            (_LAW, gettext_lazy("Everybody: the law allows it without consent")),
        ],
        widget=Choices(hints={_LAW: gettext_lazy("The law is named in what they are written.")}),
    )
    legal_basis = forms.CharField(
        label=gettext_lazy("Legal basis"),
        help_text=gettext_lazy("Needed for a grant, and where nobody is asked for consent."),
        required=False,
        max_length=200,
    )
    period_days = forms.IntegerField(
        label=gettext_lazy("Had within so many days counts as having it"),
        min_value=1,
        max_value=LONGEST_PERIOD,
        initial=365,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    since = forms.DateField(
        label=gettext_lazy("From which day on"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        first = {
            "since": clock.now().date(),
            "how": Reach.How.INVITE,
            "purpose": next(iter(PURPOSES)),
            "right": _CONSENT,
        }
        super().__init__(data, initial=first | (initial or {}))
        ruled = Requirement.objects.values("service_type")
        kinds = ServiceType.objects.filter(pk__in=ruled, orderable=True).exclude(subject=Subject.PLACE)
        self.offer("service", by_area(kinds.select_related("parent")))


def _planner(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # login_required
    require_anywhere(request.user, Action.PLAN)
    return request.user


def _asked(request: HttpRequest) -> TakeUpRun | None:
    """The run that the address names, else the last."""
    try:
        key = UUID(request.GET.get("run", ""))
    except ValueError:
        return shown_run()
    return get_object_or_404(runs(), pk=key)


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The tables of a run, and all runs."""
    return _overview(request, Case())


def _overview(request: HttpRequest, case: Case, status: int = 200) -> HttpResponse:
    user, run = _planner(request), _asked(request)
    services = take_up(user, run) if run is not None else []
    code = request.GET.get("service", "")
    chosen = next((one for one in services if one.service_type.code == code), services[0] if services else None)
    shown = {
        "run": run,
        "services": services,
        "chosen": chosen,
        "days": WITHIN.days,
        "left_out": _left_out(run) if run is not None else [],
        "services_left_out": _services_left_out(run) if run is not None else [],
        "page": Paginator(runs(), _PAGE).get_page(request.GET.get("page")),
        "may_undo": may_anywhere(user, Action.REACH_OUT),
        "case": case,
        "errors_on_page": bool(case.errors),
    }
    return render(request, "planner/take_up.html", shown, status=status)


def _left_out(run: TakeUpRun) -> list[tuple[str, Any]]:
    """Why people were left out, and how many as far as that may be told."""
    return [
        (
            _("In two households at once")
            if why == TWICE
            else _("A fact cannot be as it is kept: %(fact)s") % {"fact": in_words(fact)},
            told(n),
        )
        for why, fact, n in left_out_by_reason(run)
    ]


def _services_left_out(run: TakeUpRun) -> list[tuple[ServiceType, str]]:
    kinds = ServiceType.objects.in_bulk([int(number) for number in run.services_left_out])
    return [(kinds[int(n)], str(WHY.get(why, why))) for n, why in run.services_left_out.items() if int(n) in kinds]


@login_required
@require_GET
def as_csv(request: HttpRequest) -> HttpResponse:
    """The same rows for a spreadsheet; what is hidden is empty, and says so."""
    user, run = _planner(request), _asked(request)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="take-up.csv"'
    answer.write("\ufeff")  # spreadsheets take it for UTF-8 then
    writer = csv.writer(answer)
    names = ("service_type", "service", "region", "region_name", "entitled", "receiving", "not_receiving")
    writer.writerow([*names, "share", "share_low", "share_high", "change", "hidden"])
    for one in take_up(user, run) if run is not None else []:
        for row in (*one.rows, one.total):
            writer.writerow(_line(one, row))
    return answer


def _line(one: OfService, row: Row) -> list[Any]:
    kind, place = one.service_type, row.region
    where = [place.code, in_language(place.name)] if place else ["", ""]
    if row is one.total:
        where = ["*", _("All")]
    numbers = [row.entitled, row.receiving, row.not_receiving]
    share = [f"{row.share.value:.4f}", f"{row.share.low:.4f}", f"{row.share.high:.4f}"] if row.share else [""] * 3
    change = "" if row.change is None else f"{row.change:.4f}"
    return [kind.code, in_language(kind.name), *where, *numbers, *share, change, int(None in numbers)]


@login_required
@require_POST
def undo(request: HttpRequest, run: UUID) -> HttpResponse:
    """Take a whole run back."""
    user, found = _planner(request), get_object_or_404(runs(), pk=run)
    try:
        take_back(found, actor=user)
    except UndoRefusedError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("The run is being taken back. Who was told hears that it was a mistake."))
    return redirect("take-up")


@login_required
@require_POST
def undo_one(request: HttpRequest) -> HttpResponse:
    """Take one case back, by the number that its person reads out."""
    user, form = _planner(request), Case(request.POST)
    require_anywhere(user, Action.REACH_OUT)
    if form.is_valid():
        try:
            outcome = undo_case(by_reference(form.cleaned_data["reference"]), actor=user)
        except UndoRefusedError as error:
            form.add_error("reference", str(error))
        except PermissionDenied:
            form.add_error("reference", _("Your mandate does not cover this case."))
        else:
            if outcome == Undone.BEGUN:
                messages.warning(request, _("The work has begun: it is not taken back from here any more."))
            else:
                messages.success(request, _("The case is taken back."))
            return redirect("take-up")
    return _overview(request, form, status=422)


@login_required
@require_http_methods(["GET", "POST"])
def reach(request: HttpRequest) -> HttpResponse:
    """Which services look for those who are entitled; and, for who may, to set it."""
    user = _planner(request)
    may_set = may_anywhere(user, Action.REACH_OUT)
    known = {one.service_type.code: one for one in Reach.objects.select_related("service_type", "changed_by")}
    form = SetReach(initial=_initial(known.get(request.GET.get("service", ""))))
    if request.method == "POST":
        require_anywhere(user, Action.REACH_OUT)
        form = SetReach(request.POST)
        if form.is_valid() and _set(form, user):
            messages.success(request, _("It is set. The next run goes by it."))
            return redirect("take-up-reach")
    rows = [(one, name_of(one.purpose)) for one in sorted(known.values(), key=lambda one: one.service_type_id)]
    shown = {"rows": rows, "form": form if may_set else None, "errors_on_page": bool(form.errors)}
    return render(request, "planner/take_up_reach.html", shown, status=422 if form.errors else 200)


def _initial(one: Reach | None) -> dict[str, Any]:
    if one is None:
        return {}
    names = ("how", "purpose", "legal_basis", "period_days", "since")
    right = _LAW if one.by_law else _CONSENT
    return {"service": one.service_type.code, "right": right, **{name: getattr(one, name) for name in names}}


def _set(form: SetReach, user: User) -> bool:
    said = dict(form.cleaned_data)
    kind = ServiceType.objects.get(code=said.pop("service"))
    try:
        set_reach(kind, said.pop("how"), by_law=said.pop("right") == _LAW, actor=user, **said)
    except (ReachRefusedError, PermissionDenied) as error:
        form.add_error(None, str(error))
    return not form.errors
