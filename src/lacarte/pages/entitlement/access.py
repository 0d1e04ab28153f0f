"""Who may read tables of rules, and who may change them."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, QueryDict
from django.utils.translation import gettext as _

from lacarte.kernel.models import User
from lacarte.pages.desk.access import reader_of_rules
from lacarte.registers.entitlement.models import TableDraft
from lacarte.registers.entitlement.tables.keeping import may_keep


def reader(request: HttpRequest) -> User:
    """Who asks: anybody at the desk, and those who set rules. Raises ``PermissionDenied``."""
    return reader_of_rules(request)


def keeper(request: HttpRequest) -> User:
    """Who asks, one who sets rules for all services everywhere. Raises ``PermissionDenied``."""
    user = reader_of_rules(request)
    if not may_keep(user):
        raise PermissionDenied(_("Tables of rules hold for all services, everywhere. Your mandate does not."))
    return user


def draft_of(request: HttpRequest, code: str) -> TableDraft:
    """The draft of a table on which somebody works; ``Http404`` where they do not."""
    user = keeper(request)
    draft = TableDraft.objects.filter(owner=user, code=code).first()
    if draft is None:
        raise Http404(_("You have no draft of this table. Open the table, and press “Change it”."))
    return draft


def key_in(said: QueryDict, name: str) -> UUID:
    """A key that was sent; ``Http404`` for what is none."""
    try:
        return UUID(said.get(name, ""))
    except ValueError as error:
        raise Http404(str(error)) from error
