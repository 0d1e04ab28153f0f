"""What is read about people, and for what, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

FIELDS: dict[str, str | Promise] = {
    "name": gettext_lazy("name"),
    "birth_year": gettext_lazy("year of birth"),
    "email": gettext_lazy("e-mail"),
    "phone": gettext_lazy("phone"),
}
#: The purposes an official chooses from; another module may give one of its own.
PURPOSES: dict[str, str | Promise] = {
    "call back about this need": gettext_lazy("Call back about this need"),
    "arrange the service": gettext_lazy("Arrange the service"),
    "check that this is the right person": gettext_lazy("Check that this is the right person"),
}


def fields_in_words(fields: str) -> str:
    """The fields of a log entry as people call them."""
    return _(", ").join(str(FIELDS.get(name, name)) for name in fields.split(", "))


def purpose_in_words(purpose: str) -> str:
    """A purpose as people call it."""
    return str(PURPOSES.get(purpose, purpose))
