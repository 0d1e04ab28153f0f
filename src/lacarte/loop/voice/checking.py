"""What people write is checked in one way."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lacarte.kernel.models import User
from lacarte.kernel.text import storable
from lacarte.loop.orders.models import Order
from lacarte.loop.orders.queries import orders_of_members

LONGEST = 2000


class RefusedError(ValueError):
    """It cannot be done; the message says why and what to do."""


def checked(words: str, *, optional: bool = False) -> str:
    """The words, trimmed. Raises :class:`RefusedError` where there are none, too many or what is no text."""
    words = words.strip()
    if not words and not optional:
        raise RefusedError(_("Please say it in a few words."))
    if len(words) > LONGEST:
        raise RefusedError(_("Please use at most %(n)d characters.") % {"n": LONGEST})
    if not storable(words):
        raise RefusedError(_("This holds a character that is no text. Please type it again."))
    return words


def is_of_provider(user: User, order: Order) -> bool:
    """Whether ``user`` is a member of whom the order was sent to: who is rated decides nothing about it."""
    return orders_of_members(user).filter(pk=order.pk).exists()
