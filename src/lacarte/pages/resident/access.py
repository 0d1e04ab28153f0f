"""Which needs the visitor may open: their own, and those whose private link they have."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from lacarte.loop.needs.models import Need
from lacarte.loop.needs.queries import by_reference, own

_KEY = "opened"
_DRAFT = "uploads"
_MOST = 50


def opens(request: HttpRequest, need: Need) -> None:
    """Let this session open ``need``, because it sent it or has its private link."""
    opened = [reference for reference in request.session.get(_KEY, []) if reference != need.reference]
    request.session[_KEY] = [*opened, need.reference][-_MOST:]


def may_open(request: HttpRequest, need: Need) -> bool:
    """Whether the visitor may see all of ``need``."""
    if need.reference in request.session.get(_KEY, []):
        return True
    return request.user.is_authenticated and own(request.user).filter(pk=need.pk).exists()


def opens_draft(request: HttpRequest, draft: str) -> None:
    """Let this session see what was uploaded for ``draft`` (``Attachment.draft``), which is its own."""
    request.session[_DRAFT] = draft


def may_see_draft(request: HttpRequest, draft: str) -> bool:
    """Whether what waits for ``draft`` was uploaded in this session."""
    return bool(draft) and request.session.get(_DRAFT) == draft


def need_or_404(reference: str) -> Need:
    """The need with a public reference. Raises ``Http404`` when there is none, or the reference is mistyped."""
    try:
        need = by_reference(reference)
    except ValueError as error:
        raise Http404(str(error)) from error
    if need is None:
        raise Http404(_("There is no request with this reference."))
    return need
