"""Who may open which page of the desk."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from lacarte.kernel.ids import read_reference
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, require_anywhere
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.queries import visible


def official(request: HttpRequest, action: Action) -> User:
    """Who asks. Raises ``PermissionDenied`` for one without any mandate for ``action``."""
    assert request.user.is_authenticated  # login_required
    require_anywhere(request.user, action)
    return request.user


def readable(user: User, reference: str) -> Need:
    """The need, if ``user`` may read it; ``Http404`` otherwise, so that nobody learns that it exists."""
    try:
        wanted = visible(user).filter(reference=read_reference(reference))
    except ValueError as error:
        raise Http404(str(error)) from error
    need = wanted.select_related("person", "weighing").first()
    if need is None:
        raise Http404(_("There is no such need, or your mandate does not cover it."))
    return need
