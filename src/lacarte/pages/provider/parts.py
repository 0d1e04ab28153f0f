"""What other bodies ask a provider to do of their orders: its parts. For its members alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from lacarte.loop.needs.understanding.privacy import is_public
from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.delivery.lights import light_of_part
from lacarte.loop.orders.delivery.reasons import LONGEST_WORDS
from lacarte.loop.orders.delivery.seeing import LIVING, bodies_of, contributions_of, notes_for, read_for_part
from lacarte.loop.orders.delivery.together import after, change_part
from lacarte.loop.orders.models import Contribution
from lacarte.pages.delivering.light_words import TONES
from lacarte.pages.delivering.together_notes import NoteForm, add_note
from lacarte.pages.delivering.together_parts import others_at, shown_parts
from lacarte.pages.design.forms import WordsForm
from lacarte.pages.desk.forms import Reveal
from lacarte.pages.provider.access import is_member, page, provider_of, who
from lacarte.pages.provider.queries import counts

_PAGE = 30
State = Contribution.State
#: What a body does to take its part to a state, and whether it may say something, or has to.
_VERBS: dict[str, tuple[str | Promise, str | Promise, str]] = {
    State.ACCEPTED: (gettext_lazy("Accept it"), "", ""),
    State.IN_PROGRESS: (gettext_lazy("We have begun"), "", ""),
    State.COMPLETED: (gettext_lazy("It is done"), gettext_lazy("What was done"), ""),
    State.REJECTED: (gettext_lazy("Decline it"), gettext_lazy("Why"), "grave"),
}


class Say(WordsForm):
    """What becomes of a part, and words about it."""

    to = forms.ChoiceField(choices=[(state, state) for state in _VERBS], widget=forms.HiddenInput())
    words = forms.CharField(required=False, max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 3}))


@dataclass(frozen=True)
class PartTab:
    """One list of parts."""

    key: str
    label: str | Promise
    condition: Q


@dataclass(frozen=True)
class Step:
    """What may be done with a part now; with a form where something is said."""

    to: str
    label: str | Promise
    tone: str
    form: Say | None


def part_tabs() -> list[PartTab]:
    """The lists of parts."""
    runs = Q(state__in=LIVING) & ~Q(state=State.REQUESTED)
    return [
        PartTab("answer", gettext_lazy("To answer"), Q(state=State.REQUESTED)),
        PartTab("running", gettext_lazy("In progress"), runs),
        PartTab("ended", gettext_lazy("Ended"), ~Q(state__in=LIVING)),
    ]


@login_required
@require_GET
def parts(request: HttpRequest, code: str) -> HttpResponse:
    """The parts that the provider was asked to do: first those that wait for its answer."""
    provider = provider_of(request, code)
    if not is_member(request, provider):
        raise Http404(_("Only members of the provider see what it is asked to do."))
    tabs = part_tabs()
    chosen = next((tab for tab in tabs if tab.key == request.GET.get("list")), tabs[0])
    ours = _with_order(contributions_of(who(request)).filter(provider=provider))
    rows = ours.filter(chosen.condition).order_by("-asked_at" if chosen.key == "ended" else "due", "pk")
    listed = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    shown = [(one, light := light_of_part(one), TONES[light]) for one in listed]
    return page(
        request, provider, "parts", "parts", tabs=counts(ours, tabs), chosen=chosen, page=listed, rows=shown
    )


@login_required
@require_GET
def part(request: HttpRequest, key: UUID) -> HttpResponse:
    """One part: what is asked, what is lent for it, notes, and what now."""
    return _show(request, _ours(request, key))


@login_required
@require_POST
def change(request: HttpRequest, key: UUID) -> HttpResponse:
    """Accept the part, decline it, say that it is begun or done."""
    found, form = _ours(request, key), Say(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            change_part(found, to=said["to"], actor=who(request), words=said["words"])
        except OrderRefusedError as error:
            if State(said["to"]) not in after(_ours(request, key)):  # somebody was quicker
                messages.warning(request, str(error))
                return redirect("provider-part", found.pk)
            form.add_error("words", str(error))
        else:
            messages.success(request, _("Written down. Whoever leads the order sees it."))
            return redirect("provider-part", found.pk)
    return _show(request, found, status=422, said=form, errors_on_page=True)


@login_required
@require_POST
def reveal(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show as much of whose it is as the part allows, and write down for them that it was read."""
    found, form = _ours(request, key), Reveal(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        told = read_for_part(found, reader=who(request), purpose=form.cleaned_data["purpose"])
    except PermissionDenied as error:  # the part has ended since the page was opened
        messages.warning(request, str(error))
        return redirect("provider-part", found.pk)
    return _show(request, found, told=told)


@login_required
@require_POST
def write_note(request: HttpRequest, key: UUID) -> HttpResponse:
    """Note something for the others that work on the order."""
    found = _ours(request, key)
    if not _works(found):
        messages.warning(request, _("This part has ended."))
        return redirect("provider-part", found.pk)
    form = NoteForm(request.POST, bodies=_others(found))
    if add_note(form, found.order, actor=who(request), body=found.provider):
        messages.success(request, _("The note is kept."))
        return redirect("provider-part", found.pk)
    return _show(request, found, status=422, note_form=form, errors_on_page=True)


def _with_order(rows: QuerySet[Contribution]) -> QuerySet[Contribution]:
    return rows.select_related(
        *("provider", "asked_by", "order__service_type", "order__need__service_type", "order__need__region"),
        *("order__need__understanding", "order__offer_at_place__offer__provider"),
    )


def _ours(request: HttpRequest, key: UUID) -> Contribution:
    """The part, if a body of theirs is asked to do it."""
    ours = contributions_of(who(request)).filter(provider__in=bodies_of(who(request)).values("pk"))
    found = _with_order(ours).filter(pk=key).first()
    if found is None:
        raise Http404(_("There is no such part, or another provider was asked to do it."))
    return found


def _works(found: Contribution) -> bool:
    return found.state in LIVING and found.order.ended_at is None


def _others(found: Contribution) -> list[tuple[str, str]]:
    """Whom a note can be for: the others that work on the order, who may know of each other."""
    rows = Contribution.objects.filter(order=found.order_id, state__in=LIVING).select_related("provider")
    return others_at(found.order, shown_parts(rows, [], manages=False), [found.provider_id])


def _show(request: HttpRequest, found: Contribution, status: int = 200, **more: Any) -> HttpResponse:
    user, works = who(request), _works(found)
    reads = works and found.order.need.person_id is not None and found.sees != Contribution.Sees.NONE
    shown: dict[str, Any] = {
        "one": shown_parts([found], [found.provider_id], manages=False)[0],
        "part": found,
        "need": found.order.need,
        "lead": found.order.offer_at_place.offer.provider,
        "where_to": found.order.need.address if is_public(found.order.need) else "",
        "steps": _steps(found, more.get("said")) if works else [],
        "works": works,
        "reveal": Reveal() if reads else None,
        "notes": list(notes_for(user, found.order)),
        "note_form": NoteForm(None, bodies=_others(found)) if works else None,
    }
    return page(request, found.provider, "parts", "part", status=status, **shown | more)


def _steps(found: Contribution, said: Say | None) -> list[Step]:
    """What may be done now; what was said in vain stands in its form again."""
    steps = []
    for to, (label, ask, tone) in _VERBS.items():
        if to not in after(found):
            continue
        form = None
        if ask:
            again = said is not None and said.data.get("to") == to
            form = said if again and said is not None else Say(None, initial={"to": to}, auto_id=f"id_{to}-%s")
            form.fields["words"].label = ask  # type: ignore[assignment]
        steps.append(Step(to, label, tone, form))
    return steps
