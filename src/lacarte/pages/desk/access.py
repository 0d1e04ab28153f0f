"""Who may open which page of the desk."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from lacarte.kernel.ids import read_reference
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, may_anywhere, require_anywhere
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.queries import visible
from lacarte.registers.people.queries import note_look


def official(request: HttpRequest, action: Action) -> User:
    """Who asks. Raises ``PermissionDenied`` for one without any mandate for ``action``."""
    assert request.user.is_authenticated  # login_required
    require_anywhere(request.user, action)
    return request.user


def reader_of_rules(request: HttpRequest, otherwise: Action = Action.READ) -> User:
    """Who asks: one who sets or audits rules, or who may do ``otherwise``.

    Raises ``PermissionDenied`` for anybody else.
    """
    assert request.user.is_authenticated  # login_required
    if not any(may_anywhere(request.user, action) for action in (Action.SET_RULES, Action.AUDIT)):
        require_anywhere(request.user, otherwise)
    return request.user


def looked_at(need: Need, user: User) -> None:
    """Whoever has the need sees on their page that ``user`` has opened it."""
    if need.person is not None:
        note_look(need.person, reader=user, purpose="work on this need")


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
