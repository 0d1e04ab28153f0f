"""What a visitor said about themselves for their list: kept on the server for seven days, under no name.

Who is signed in is not asked what they said once: their circumstances, their year of birth and their home are
taken from the register. What they say here comes first, and stays in this session.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from lacarte.kernel import clock
from lacarte.pages.resident.draft import KEPT_FOR, person_of
from lacarte.registers.entitlement.interview.withholding import withheld_by
from lacarte.registers.entitlement.judging import Between, Grown
from lacarte.registers.entitlement.knowing import facts_of
from lacarte.registers.menu.personal import Where
from lacarte.registers.people.mandates import CHOOSE, held_by, note_act
from lacarte.registers.people.models import Mandate, Person

_KEY = "menu"


@dataclass
class Said:
    """Facts by kind, those asked for without an answer, and where the visitor is, in words and as a point."""

    facts: dict[str, Any] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    where: str = ""
    longitude: float | None = None
    latitude: float | None = None
    region: int | None = None
    nowhere: bool = False  # asked, and not said
    whose: str = ""  # the key of the mandate under which the list is made; empty: one's own
    at: str = ""

    @classmethod
    def of(cls, session: SessionBase) -> Said:
        """What this session has said within seven days."""
        kept = session.get(_KEY)
        if not isinstance(kept, dict) or not kept.get("at"):
            return cls()
        if datetime.fromisoformat(kept["at"]) < clock.now() - KEPT_FOR:
            return cls()
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in kept.items() if name in known})

    def keep(self, session: SessionBase) -> None:
        """Remember it for as long again."""
        self.at = clock.now().isoformat()
        session[_KEY] = asdict(self)

    @staticmethod
    def forget(session: SessionBase) -> None:
        """Drop it."""
        session.pop(_KEY, None)

    def answer(self, kind: str, value: Any) -> None:
        """A fact; ``None`` is “I would rather not say”."""
        self.facts.pop(kind, None)
        self.skipped = [one for one in self.skipped if one != kind]
        if value is None:
            self.skipped.append(kind)
        else:
            self.facts[kind] = value

    def ask_again(self, kind: str) -> None:
        """Somebody may be asked for a fact again that they would rather not say before."""
        self.skipped = [one for one in self.skipped if one != kind]

    @property
    def empty(self) -> bool:
        """Whether nothing was said."""
        return not (self.facts or self.skipped or self.where or self.nowhere or self.whose)


@dataclass(frozen=True)
class Known:
    """What a list goes by: said here or once before, or brought along by a link (``by_link``).

    ``withheld`` are facts that were asked for and that they would rather not say, here or once before.
    """

    said: Said
    facts: dict[str, Any]
    where: Where
    where_words: str
    by_link: bool = False
    mandate: Mandate | None = None  # under which it is made for somebody else
    withheld: tuple[str, ...] = ()
    person: Person | None = None  # whom it is made for, if the city knows them


def known_of(request: HttpRequest, linked: dict[str, Any] | None = None) -> Known:
    """What is known of who asks; of a link that brings facts (``linked``) those alone: it is shown as it was.

    Under a mandate it is what is known of the principal, for whom that is written down.
    """
    said = Said.of(request.session)
    mandate = _mandate(request, said)
    person = mandate.principal if mandate is not None else person_of(request.user)
    registered = facts_of(person) if person is not None else {}
    where, words = _where(said, person)
    facts = {**registered, **said.facts} if linked is None else linked
    before = withheld_by(person) if person is not None and mandate is None else ()
    withheld = tuple(kind for kind in dict.fromkeys((*before, *said.skipped)) if not is_told(facts.get(kind)))
    return Known(said, facts, where, words, linked is not None, mandate, withheld, person)


def is_told(value: Any) -> bool:
    """Whether a fact was told, and is not only known by bounds."""
    return value is not None and (not isinstance(value, Between) or isinstance(value, Grown))


def _mandate(request: HttpRequest, said: Said) -> Mandate | None:
    """The mandate under which the list is made, if it (still) holds."""
    if not said.whose or not request.user.is_authenticated:
        return None
    mandate = held_by(request.user).filter(pk=said.whose).first()
    if mandate is not None:
        note_act(mandate, actor=request.user, purpose=CHOOSE, fields="facts")
    return mandate


def _where(said: Said, person: Person | None) -> tuple[Where, str]:
    if said.where or said.nowhere:
        return Where(said.longitude, said.latitude, said.region), said.where
    home = person.household if person is not None else None
    if home is None:
        return Where(), ""
    return Where(home.longitude, home.latitude, home.region_id), home.address or str(home.region)
