"""What the city found out about somebody, and what their data may be used for: theirs to see, use and delete."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lacarte.kernel.models import User
from lacarte.loop.orders.bundles.placing import BundleRefusedError
from lacarte.loop.orders.bundles.sending import send_part
from lacarte.loop.orders.models import BundleOrder, BundlePart
from lacarte.loop.takeup import own
from lacarte.loop.takeup.models import Finding, NotSo, Reach
from lacarte.loop.takeup.reach import in_force
from lacarte.pages.resident.draft import account_person, person_of
from lacarte.registers.entitlement.judging import Between
from lacarte.registers.people.circumstances import in_words, value_in_words
from lacarte.registers.people.consenting import ConsentRefusedError, consents_of, give
from lacarte.registers.people.models import Person

logger = logging.getLogger(__name__)


@login_required
@require_GET
def found(request: HttpRequest) -> HttpResponse:
    """Each thing that was found: why, by which facts and rules, and what it would give."""
    person = account_person(_user(request))
    shown = {
        "found": [_card(one) for one in own.own_findings(person)],
        "denied": own.denied(person),
        **consents(person),
    }
    return render(request, "resident/found.html", shown)


def consents(person: Person | None) -> dict[str, Any]:
    """What somebody's data may be used for, and which services look by law whether they consent or not."""
    by_law = in_force().filter(by_law=True).select_related("service_type").order_by("service_type")
    return {"consents": consents_of(person), "by_law": list(by_law)}


def to_see(person: Person | None) -> int:
    """How many things somebody has not used yet."""
    return Finding.objects.filter(person=person, taken_at=None, need=None).count() if person is not None else 0


def _card(one: own.Own) -> dict[str, Any]:
    """A finding as it is shown."""
    reach = Reach.objects.filter(service_type=one.finding.service_type_id).first()
    return {
        "finding": one.finding,
        "service": one.finding.service_type,
        "rules": one.judgement.holding,
        "facts": [(in_words(kind), _said(kind, value)) for kind, value in one.facts.items()],
        "law": reach.legal_basis if reach is not None and one.finding.by_law else "",
        "need": one.finding.need,
    }


def _said(kind: str, value: Any) -> str:
    if isinstance(value, Between):
        low, high = (value_in_words(kind, round(end)) for end in (value.low, value.high))
        return low if low == high else _("%(low)s or %(high)s") % {"low": low, "high": high}
    return value_in_words(kind, value)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # login_required
    return request.user


def _finding(request: HttpRequest, key: UUID) -> Finding:
    """One of their own. Raises ``Http404``: that there is one about somebody else is nobody's business."""
    person = person_of(_user(request))
    rows = Finding.objects.filter(person=person) if person is not None else Finding.objects.none()
    one = rows.select_related("person__household", "service_type").filter(pk=key).first()
    if one is None:
        raise Http404(_("There is nothing like this (any more)."))
    return one


@login_required
@require_POST
def order(request: HttpRequest, key: UUID) -> HttpResponse:
    """Order what was found in one step, with what is known; what must be asked first, the order asks."""
    one = _finding(request, key)
    if own.missing_for(one):
        messages.info(request, _("A few things have to be asked first. What we know is filled in."))
        return redirect(f"{reverse('order-new')}?{urlencode({'service': one.service_type.code})}")
    try:
        bundle = own.order(one, actor=_user(request))
    except (BundleRefusedError, PermissionDenied) as error:
        messages.warning(request, str(error))
        return redirect("my-found")
    _send_now(bundle)
    request.session["ordered-now"] = bundle.reference
    return redirect("order", bundle.secret)


def _send_now(bundle: BundleOrder) -> None:
    """So that they see it sent; a job does it again where this fails, and finds it done where not."""
    for key in BundlePart.objects.filter(bundle=bundle).values_list("pk", flat=True):
        try:
            send_part(key)
        except Exception:
            logger.warning("part %s could not be sent at once; its job tries again", key, exc_info=True)


@login_required
@require_POST
def not_so(request: HttpRequest, key: UUID) -> HttpResponse:
    """Delete it; it does not come back from the same facts."""
    own.not_so(_finding(request, key), actor=_user(request))
    messages.success(request, _("It is deleted, and will not be found again from the same facts."))
    return redirect("my-found")


@login_required
@require_POST
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Look again for what they said was not so."""
    person = account_person(_user(request))
    if not NotSo.objects.filter(person=person, service_type=number, rules="").exists():
        raise Http404(_("There is nothing like this (any more)."))
    seen = own.look_again(person, number, actor=_user(request))
    words = _("We have looked again: it is shown here.") if seen else _("We have looked again and found nothing.")
    messages.success(request, words)
    return redirect("my-found")


@login_required
@require_POST
def consent(request: HttpRequest, purpose: str) -> HttpResponse:
    """Give a consent, or take it back: one press each."""
    user = _user(request)
    person = account_person(user)
    try:
        if request.POST.get("act") == "withdraw":
            own.withdraw_consent(person, purpose, actor=user)
            messages.success(request, _("Taken back. What was found under it is deleted."))
        else:
            give(person, [purpose], actor=user)
            messages.success(request, _("Thank you. We look within minutes, and then every night."))
    except ConsentRefusedError as error:
        raise Http404(str(error)) from error
    back = "my-found" if request.POST.get("next") == "found" else "my-page"
    return redirect(f"{reverse(back)}#consents")
