"""What the city found out about somebody, and what their data may be used for: theirs to see, use and delete.

Who acts for somebody by law opens these pages for them by ``whose``, the key of the mandate. Each look and act
is written down for whom they are about.
"""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
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
from lacarte.pages.resident.draft import account_person
from lacarte.pages.resident.menu.said import Said
from lacarte.registers.entitlement.judging import Between
from lacarte.registers.people import mandates
from lacarte.registers.people.circumstances import in_words, value_in_words
from lacarte.registers.people.consenting import ConsentRefusedError, consents_of, give
from lacarte.registers.people.models import Mandate, Person

logger = logging.getLogger(__name__)


@login_required
@require_GET
def found(request: HttpRequest) -> HttpResponse:
    """Each thing that was found: why, by which facts and rules, and what it would give."""
    user = _user(request)
    mandate, person = _whose(request)
    if mandate is not None:
        mandates.note_act(mandate, actor=user, purpose=mandates.SEE_FOUND, fields="facts")
    shown = {
        "mandate": mandate,
        "principals": list(mandates.held_by_law(user)),
        "acted_for": mandates.given_by(person).filter(mandates.acting_by_law()).exists(),
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


def _whose(request: HttpRequest) -> tuple[Mandate | None, Person]:
    """Whom it is about: whoever asks, or the principal of a mandate by law that they hold.

    Raises ``PermissionDenied`` for any other mandate.
    """
    user, said = _user(request), (request.POST if request.method == "POST" else request.GET).get("whose", "")
    if not said:
        return None, account_person(user)
    try:
        mandate = mandates.mandate_by_law(user, UUID(said))
    except ValueError as error:
        raise Http404(_("There is no such page.")) from error
    return mandate, mandate.principal


def _address(mandate: Mandate | None) -> str:
    """The page of whom it is about."""
    return reverse("my-found") + (f"?{urlencode({'whose': str(mandate.pk)})}" if mandate is not None else "")


def _finding(request: HttpRequest, key: UUID) -> tuple[Finding, Mandate | None]:
    """One of their own, or about somebody for whom they act by law, and that mandate.

    Raises ``Http404``: that there is one about somebody else is nobody's business.
    """
    user = _user(request)
    theirs = Q(person__user=user) | Q(person__in=mandates.held_by_law(user).order_by().values("principal"))
    one = Finding.objects.filter(theirs, pk=key).select_related("person__household", "service_type").first()
    if one is None:
        raise Http404(_("There is nothing like this (any more)."))
    return one, mandates.right_over(one.person, user)


@login_required
@require_POST
def order(request: HttpRequest, key: UUID) -> HttpResponse:
    """Order what was found in one step, with what is known; what must be asked first, the order asks."""
    one, mandate = _finding(request, key)
    if own.missing_for(one):
        if mandate is not None:
            Said(whose=str(mandate.pk)).keep(request.session)
        messages.info(request, _("A few things have to be asked first. What we know is filled in."))
        return redirect(f"{reverse('order-new')}?{urlencode({'service': one.service_type.code})}")
    try:
        bundle = own.order(one, actor=_user(request))
    except (BundleRefusedError, PermissionDenied) as error:
        messages.warning(request, str(error))
        return redirect(_address(mandate))
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
    one, mandate = _finding(request, key)
    own.not_so(one, actor=_user(request))
    messages.success(request, _("It is deleted, and will not be found again from the same facts."))
    return redirect(_address(mandate))


@login_required
@require_POST
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Look again for what they said was not so."""
    mandate, person = _whose(request)
    if not NotSo.objects.filter(person=person, service_type=number, rules="").exists():
        raise Http404(_("There is nothing like this (any more)."))
    seen = own.look_again(person, number, actor=_user(request))
    words = _("We have looked again: it is shown here.") if seen else _("We have looked again and found nothing.")
    messages.success(request, words)
    return redirect(_address(mandate))


@login_required
@require_POST
def consent(request: HttpRequest, purpose: str) -> HttpResponse:
    """Give a consent, or take it back: one press each."""
    user = _user(request)
    mandate, person = _whose(request)
    try:
        if request.POST.get("act") == "withdraw":
            own.withdraw_consent(person, purpose, actor=user)
            messages.success(request, _("Taken back. What was found under it is deleted."))
        else:
            give(person, [purpose], actor=user)
            messages.success(request, _("Thank you. We look within minutes, and then every night."))
    except ConsentRefusedError as error:
        raise Http404(str(error)) from error
    here = mandate is not None or request.POST.get("next") == "found"
    return redirect(f"{_address(mandate) if here else reverse('my-page')}#consents")
