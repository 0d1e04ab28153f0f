"""Which needs the visitor may open: their own, and those whose private link they have."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from lacarte.kernel.rate_limit import allowed
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.queries import by_reference, own
from lacarte.pages.design.views import too_many
from lacarte.pages.resident.draft import SESSION_KEY
from lacarte.pages.resident.ordering.draft import SESSION_KEY as ORDER_KEY
from lacarte.registers.people.mandates import ended, note_act

_KEY = "opened"
_FOLLOWED = "followed"
_MOST = 50


def opens(request: HttpRequest, need: Need) -> None:
    """Let this session open ``need``, because it sent it or has its private link."""
    opened = [reference for reference in request.session.get(_KEY, []) if reference != need.reference]
    request.session[_KEY] = [*opened, need.reference][-_MOST:]


def may_open(request: HttpRequest, need: Need) -> bool:
    """Whether the visitor may see all of ``need``."""
    if need.reference in request.session.get(_KEY, []) and not (need.mandate and ended(need.mandate)):
        return True
    return request.user.is_authenticated and own(request.user).filter(pk=need.pk).exists()


def note_on_behalf(request: HttpRequest, need: Need, purpose: str) -> None:
    """Write down for whoever has ``need`` what somebody who told it for them does with it (``mandates``)."""
    user, mandate = request.user, need.mandate
    if mandate is not None and user.is_authenticated and mandate.holder.user_id == user.pk:
        note_act(mandate, actor=user, purpose=purpose)


def may_see_draft(request: HttpRequest, draft: str) -> bool:
    """Whether what waits for ``draft`` (``Attachment.draft``) was uploaded in this session."""
    told, ordered = request.session.get(SESSION_KEY), request.session.get(ORDER_KEY)
    return bool(draft) and (told == draft or (bool(ordered) and draft.startswith(f"{ordered}:")))


def need_or_404(reference: str) -> Need:
    """The need with a public reference. Raises ``Http404`` when there is none, or the reference is mistyped."""
    try:
        need = by_reference(reference)
    except ValueError as error:
        raise Http404(str(error)) from error
    if need is None:
        raise Http404(_("There is no request with this reference."))
    return need


def counted(view: Callable[[HttpRequest, str], HttpResponse]) -> Callable[[HttpRequest, str], HttpResponse]:
    """A page of a need by its reference, which is not tried out at will.

    Who asks for what is not theirs is counted before they hear whether there is such a need.
    """

    @wraps(view)
    def page(request: HttpRequest, reference: str) -> HttpResponse:
        try:
            need = by_reference(reference)
        except ValueError:
            need = None
        theirs = need is not None and may_open(request, need)
        return view(request, reference) if theirs or allowed("find", request) else too_many(request)

    return page


def follows(request: HttpRequest, need: Need) -> None:
    """Remember in this browser that its user follows ``need``, which somebody else has told."""
    followed = [reference for reference in request.session.get(_FOLLOWED, []) if reference != need.reference]
    request.session[_FOLLOWED] = [*followed, need.reference][-_MOST:]


def stops_following(request: HttpRequest, need: Need) -> None:
    """Forget in this browser that its user follows ``need``."""
    request.session[_FOLLOWED] = [r for r in request.session.get(_FOLLOWED, []) if r != need.reference]


def followed_here(request: HttpRequest) -> list[Need]:
    """The needs that are followed in this browser, the last one first."""
    references: list[str] = request.session.get(_FOLLOWED, [])
    found = Need.objects.filter(reference__in=references).select_related("service_type", "region")
    return sorted(found, key=lambda need: -references.index(need.reference))
