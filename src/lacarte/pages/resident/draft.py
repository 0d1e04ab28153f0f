"""A need that is being told, kept in the session from question to question until it is sent."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from lacarte.registers.menu.models import ServiceType
from lacarte.registers.people.models import Household, Person
from lacarte.registers.places.models import Region

_KEY = "need"
#: The questions, in their order.
STEPS = ("what", "kind", "where", "contact", "check")


@dataclass
class Draft:
    """What was said so far; ``None`` is "not asked yet", an empty text "nothing to say"."""

    text: str | None = None
    service: str | None = None  # code of a service type; "": let a person look at it
    home: bool = False
    region: str | None = None  # code
    address: str = ""
    longitude: float | None = None
    latitude: float | None = None
    name: str | None = None
    phone: str = ""
    email: str = ""

    @classmethod
    def of(cls, session: SessionBase) -> Draft:
        """The draft of this session; a new one when there is none."""
        kept: dict[str, Any] = session.get(_KEY, {})
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in kept.items() if name in known})

    def keep(self, session: SessionBase) -> None:
        """Remember it."""
        session[_KEY] = asdict(self)

    @staticmethod
    def forget(session: SessionBase) -> None:
        """Start afresh next time."""
        session.pop(_KEY, None)

    def missing(self, *, signed_in: bool) -> str:
        """The first question without an answer, ``"check"`` when all have one. Who signed in is known already."""
        if self.text is None:
            return "what"
        if self.service is None:
            return "kind"
        if not (self.home or self.region is not None):
            return "where"
        if self.name is None and not signed_in:
            return "contact"
        return "check"

    def service_type(self) -> ServiceType | None:
        """The service type that was chosen."""
        return ServiceType.objects.filter(code=self.service, orderable=True).first() if self.service else None

    def place(self) -> Region | None:
        """The region that was chosen from the list."""
        return Region.objects.filter(code=self.region).first() if self.region else None


def person_of(user: Any) -> Person | None:
    """The person behind a signed-in user."""
    return Person.objects.select_related("household__region").filter(user=user).first() if user.pk else None


def home_of(user: Any) -> Household | None:
    """Where a signed-in user lives, if they have told us."""
    person = person_of(user)
    return person.household if person else None
