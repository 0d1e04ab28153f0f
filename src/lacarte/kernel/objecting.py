"""What objections of all kinds have in common: words of whoever objects, and of whoever answers."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lacarte.kernel.text import storable

#: So many characters say why, on either side.
LONGEST = 2000


class ObjectionRefusedError(ValueError):
    """The objection, or the answer, cannot be taken; the message says why."""


def checked(words: str, *, empty: str) -> str:
    """Words as they are kept; ``empty`` is said where there are none. Raises :class:`ObjectionRefusedError`."""
    if not words.strip():
        raise ObjectionRefusedError(empty)
    if len(words) > LONGEST:
        raise ObjectionRefusedError(_("Please use at most %(n)d characters.") % {"n": LONGEST})
    if not storable(words):
        raise ObjectionRefusedError(_("This holds a character that is no text. Please type it again."))
    return words.strip()
