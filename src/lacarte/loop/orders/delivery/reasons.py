"""Coded reasons: shipped ones are added after each migration; what officials made of their words stays."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.kernel import tree
from lacarte.kernel.events import DomainEvent, publish
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, require_over
from lacarte.kernel.text import in_language, storable
from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.models import Reason

SHIPPED = Path(__file__).parent / "content" / "reasons.toml"
LONGEST_WORDS, LONGEST_NAME = 2000, 200
#: The reason of an order that was taken back because an objection to it was upheld.
OBJECTED = "objection"
#: What the program says by itself.
NEEDED = frozenset({OBJECTED})
_STREAMS = UUID("2f0d5a44-6a0e-4d2a-8d8e-0a51c6c7f1d2")


@dataclass(frozen=True, kw_only=True)
class ReasonChanged(DomainEvent):
    """A reason got other words, came into use or went out of it."""

    name: ClassVar[str] = "order-reason.changed"
    sentence: ClassVar[str | Promise] = gettext_lazy("The reason “%(reason)s” was changed.")
    reason: str
    active: bool


@lru_cache(maxsize=1)
def shipped() -> list[dict[str, Any]]:
    """The reasons that come with the program, as columns."""
    return list(tomllib.loads(SHIPPED.read_text(encoding="utf-8"))["reason"])


def add_shipped() -> int:
    """Add the shipped reasons whose code is not there yet."""
    known = set(Reason.objects.values_list("code", flat=True))
    missing = [Reason(**one) for one in shipped() if one["code"] not in known]
    Reason.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)


@transaction.atomic
def save_reason(reason: Reason, *, actor: User) -> Reason:
    """Keep a reason, new or with other words. Raises ``PermissionDenied``, :class:`OrderRefusedError`."""
    require_over(actor, Action.SET_RULES, services=tree.ROOT, regions=tree.ROOT)
    if reason.of not in Reason.Of.values or not reason.code.strip():
        raise OrderRefusedError(_("A reason has a code, and says what it is a reason for."))
    if not any(words.strip() for words in reason.name.values()):
        raise OrderRefusedError(_("A reason needs words in one language at least."))
    if reason.code in NEEDED and not reason.active:
        raise OrderRefusedError(_("The program gives this reason by itself, so it stays in use."))
    for words in reason.name.values():
        checked(words, most=LONGEST_NAME)
    reason.save()
    said = ReasonChanged(reason=reason.code, active=reason.active)
    publish(said, stream=uuid5(_STREAMS, reason.code), actor=actor)
    return reason


def reasons_of(of: str) -> QuerySet[Reason]:
    """The reasons to choose from, in their order."""
    return Reason.objects.filter(of=of, active=True)


def given(code: str, of: str) -> Reason | None:
    """The reason with that code; ``None`` for no code.

    Raises :class:`OrderRefusedError` for one that is not in use or is a reason for something else.
    """
    if not code:
        return None
    found = reasons_of(of).filter(code=code).first()
    if found is None:
        raise OrderRefusedError(_("“%(code)s” is not one of the reasons. Please choose one.") % {"code": code})
    return found


def in_words(code: str) -> str:
    """A reason as people call it; the bare code of one that is gone, nothing for none."""
    if not code:
        return ""
    found = Reason.objects.filter(pk=code).first()
    return in_language(found.name) if found else code


def checked(words: str, *, empty: str = "", most: int = LONGEST_WORDS) -> str:
    """What somebody wrote, without blanks around it.

    Raises :class:`OrderRefusedError` with ``empty``, if that is said, for nothing; for too much; for no text.
    """
    words = words.strip()
    if not words and empty:
        raise OrderRefusedError(empty)
    if len(words) > most:
        raise OrderRefusedError(_("Please use at most %(n)d characters.") % {"n": most})
    if not storable(words):
        raise OrderRefusedError(_("This holds a character that is no text. Please type it again."))
    return words
