"""Who may open an order: who has its private link, unless the mandate it was made under has ended."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from lacarte.loop.orders.bundles.queries import by_secret, of_user, parts_of
from lacarte.loop.orders.models import BundleOrder, BundlePart
from lacarte.pages.resident.access import may_open, opens
from lacarte.registers.people.mandates import LOOK, LOOK_AT_DESK, ended, note_act
from lacarte.registers.people.queries import note_look

#: Where the session keeps the references of the orders that it may open.
_KEY = "orders"
_MOST = 50


def may_open_order(request: HttpRequest, bundle: BundleOrder) -> bool:
    """Whether the visitor has had the private link of an order, or it is theirs."""
    if bundle.reference in request.session.get(_KEY, []):
        return bundle.mandate is None or not ended(bundle.mandate)
    return request.user.is_authenticated and of_user(request.user).filter(pk=bundle.pk).exists()


def remember_opened(request: HttpRequest, bundle: BundleOrder) -> None:
    """Let this session see from the page of a need that it is a part of this order."""
    known: list[str] = request.session.get(_KEY, [])
    if bundle.reference not in known:
        request.session[_KEY] = [*known, bundle.reference][-_MOST:]


def opened(request: HttpRequest, secret: str) -> tuple[BundleOrder, list[BundlePart]]:
    """The order of a private link with its parts, whose pages this session may open from now on.

    A look by who acts under a mandate is written down for the principal. Raises ``Http404``.
    """
    bundle = by_secret(secret)
    if bundle is None:
        raise Http404(_("This link opens nothing."))
    person, user = bundle.person, request.user
    owner = person is not None and user.is_authenticated and person.user_id == user.pk
    if bundle.mandate is not None and not owner:
        if ended(bundle.mandate):
            raise Http404(_("This link opens nothing any more: the mandate that it was ordered under has ended."))
        if user.is_authenticated:
            note_act(bundle.mandate, actor=user, purpose=LOOK)
    if person is not None and user.is_authenticated and user.pk == bundle.registered_by_id:
        note_look(person, reader=user, purpose=LOOK_AT_DESK)
    remember_opened(request, bundle)
    parts = parts_of(bundle)
    for part in parts:
        if part.need is not None and not may_open(request, part.need):
            opens(request, part.need)
    return bundle, parts
