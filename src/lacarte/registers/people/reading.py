"""What is read about people, and for what, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from lacarte.kernel.text import listed

FIELDS: dict[str, str | Promise] = {
    "name": gettext_lazy("name"),
    "birth_year": gettext_lazy("year of birth"),
    "email": gettext_lazy("e-mail"),
    "phone": gettext_lazy("phone"),
    "need": gettext_lazy("what you need, and where"),
    "facts": gettext_lazy("what is known about you"),
    "home": gettext_lazy("home"),
    "reference": gettext_lazy("reference of a need"),
    "consents": gettext_lazy("what your data may be used for"),
}
#: The purposes an official chooses from; another module may give one of its own.
PURPOSES: dict[str, str | Promise] = {
    "call back about this need": gettext_lazy("Call back about this need"),
    "arrange the service": gettext_lazy("Arrange the service"),
    "check that this is the right person": gettext_lazy("Check that this is the right person"),
}
#: And those that pages give by themselves.
_OTHER_PURPOSES: dict[str, str | Promise] = {
    "work on this need": gettext_lazy("Work on this need"),
    "find who calls": gettext_lazy("Find who calls"),
    "answer a call": gettext_lazy("Answer a call"),
    "enter who acts for whom": gettext_lazy("Enter who acts for whom"),
    "order for you at the desk": gettext_lazy("Order for you, at the desk"),
    "see what was ordered for you at the desk": gettext_lazy("See what was ordered for you, at the desk"),
    "write a letter": gettext_lazy("Write a letter"),
    "answer your objection": gettext_lazy("Answer your objection"),
    "ask how it went": gettext_lazy("Ask how it went"),
    "order for you": gettext_lazy("Order for you, under a mandate"),
    "see what was ordered for you": gettext_lazy("See what was ordered for you, under a mandate"),
    "write for you": gettext_lazy("Write to us for you, under a mandate"),
    "cancel for you": gettext_lazy("Cancel for you, under a mandate"),
    "find services for you": gettext_lazy("Find services for you, under a mandate"),
    "see what was found for you": gettext_lazy("See what the city found out about you, under a mandate"),
    "delete what was found for you": gettext_lazy("Delete what the city found out about you, under a mandate"),
    "say for you what your data may be used for": gettext_lazy(
        "Say for you what your data may be used for, under a mandate"
    ),
}


def fields_in_words(fields: str) -> str:
    """The fields of a log entry as people call them."""
    return listed(FIELDS.get(name, name) for name in fields.split(", "))


def purpose_in_words(purpose: str) -> str:
    """A purpose as people call it."""
    return str((PURPOSES | _OTHER_PURPOSES).get(purpose, purpose))
