"""A need that is being told: kept on the server from question to question until it is sent, or for seven days."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.loop.needs.models import Attachment, KeptDraft
from lacarte.loop.needs.uploads.attachments import discard, waiting
from lacarte.registers.menu.answering import Answers, questions_of
from lacarte.registers.menu.models import Attribute, ServiceType, Subject
from lacarte.registers.people.models import Household, Person
from lacarte.registers.places.models import NamedPlace, Region

KEPT_FOR = timedelta(days=7)
#: Where the session keeps the token of its draft.
SESSION_KEY = "draft"
#: The questions, in their order; which of them are asked depends on the answers.
STEPS = ("what", "kind", "where", "which", "same", "more", "when", "photos", "contact", "check")


@dataclass
class Draft:
    """What was said so far; ``None`` is "not asked yet", an empty text "nothing to say"."""

    text: str | None = None
    service: str | None = None  # code of a service type; "": let a person look at it
    from_menu: bool = False  # the service was chosen before the words
    home: bool = False
    region: str | None = None  # code
    address: str = ""
    nearby: str = ""  # where it is, in words
    longitude: float | None = None
    latitude: float | None = None
    unclear: bool = False  # the words for the place are to be asked about
    place: str = ""  # code of a place of the gazetteer
    different: list[str] | None = None  # references of needs that this one is not
    look_again: bool = False  # photos came since, which may be like those of others
    answers: Answers | None = None
    since: str | None = None  # ISO date
    times: str = ""
    photos: bool = False  # were asked for
    name: str | None = None
    phone: str = ""
    email: str = ""
    trap: bool = False  # the field that people do not see was filled in
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    began: str = field(default_factory=lambda: clock.now().isoformat())

    @classmethod
    def of(cls, session: SessionBase) -> Draft:
        """The draft of this session; a new one when there is none."""
        token = session.get(SESSION_KEY)
        kept = (
            KeptDraft.objects.filter(token=token, changed_at__gt=clock.now() - KEPT_FOR).first() if token else None
        )
        if kept is None:
            return cls()
        known = {one.name for one in fields(cls)}
        draft = cls(**{name: value for name, value in kept.said.items() if name in known})
        draft._before = asdict(draft)
        return draft

    def __post_init__(self) -> None:
        self._before: dict[str, Any] = {}
        self._menu: tuple[str, ServiceType | None, list[Attribute]] | None = None

    def keep(self, session: SessionBase) -> None:
        """Remember what has changed, for as long again; what another window answered meanwhile stays."""
        said, now = asdict(self), clock.now()
        changed = {name: value for name, value in said.items() if self._before.get(name, ...) != value}
        with transaction.atomic():
            row = KeptDraft.objects.select_for_update().filter(token=self.token).first() or KeptDraft(
                token=self.token
            )
            row.said, row.changed_at = {**row.said, **changed}, now
            row.save()
            Attachment.objects.filter(draft=self.token, need=None).update(created_at=now)  # swept with the draft
        session[SESSION_KEY] = self.token

    def forget(self, session: SessionBase) -> None:
        """Drop it with what was uploaded for it, and start afresh next time."""
        for upload in waiting(self.token):
            discard(upload)
        KeptDraft.objects.filter(token=self.token).delete()
        if session.get(SESSION_KEY) == self.token:
            del session[SESSION_KEY]

    @property
    def external_id(self) -> str:
        """By this a need that is sent twice is one need."""
        return f"web:{self.token}"

    @property
    def seconds(self) -> float:
        """How long ago its first answer was given."""
        return (clock.now() - datetime.fromisoformat(self.began)).total_seconds()

    def steps(self, *, signed_in: bool) -> tuple[str, ...]:
        """The questions that are asked of this draft, as far as that is known now."""
        of_place = self._of_place()
        asked = {
            "kind": not self.from_menu,
            "which": self.unclear,
            "same": of_place,
            "more": bool(self.questions()),
            "when": of_place or self.since is not None,
            "photos": of_place or self.photos,
            "contact": not signed_in,
        }
        return tuple(step for step in STEPS if asked.get(step, True))

    def missing(self, *, signed_in: bool) -> str:
        """The first question without an answer, ``"check"`` when all have one. Who signed in is known already."""
        answered = {
            "what": self.text is not None,
            "kind": self.service is not None,
            "where": self.home or self.region is not None,
            "which": not self.unclear,
            "same": self.different is not None and not self.look_again,
            "more": self.answers is not None,
            "when": self.since is not None,
            "photos": self.photos,
            "contact": self.name is not None,
            "check": False,
        }
        return next(step for step in self.steps(signed_in=signed_in) if not answered[step])

    def _of_place(self) -> bool:
        """Whether it is about a place, as far as is known; what nobody knows yet may be."""
        kind = self.service_type()
        return kind.subject == Subject.PLACE if kind else self.service is not None and not self.home

    def service_type(self) -> ServiceType | None:
        """The service type that was chosen."""
        return self._chosen()[0]

    def questions(self) -> list[Attribute]:
        """The follow-up questions of that service type."""
        return self._chosen()[1]

    def _chosen(self) -> tuple[ServiceType | None, list[Attribute]]:
        """Both, read once for each choice: every page asks for them several times."""
        code = self.service or ""
        if self._menu is None or self._menu[0] != code:
            kind = ServiceType.objects.filter(code=code, orderable=True).first() if code else None
            self._menu = code, kind, questions_of(kind)
        return self._menu[1:]

    def chosen_region(self) -> Region | None:
        """The region that was chosen from the list, or that the place is in."""
        if self.region:
            return Region.objects.filter(code=self.region).first()
        named = self.named_place()
        return named.region if named else None

    def named_place(self) -> NamedPlace | None:
        """The place of the gazetteer that is meant."""
        return NamedPlace.objects.select_related("region").filter(code=self.place).first() if self.place else None

    def point(self) -> tuple[float | None, float | None]:
        """Longitude and latitude in degrees (WGS84): as pointed at, or of the place that was named."""
        if self.longitude is not None and self.latitude is not None:
            return self.longitude, self.latitude
        named = self.named_place()
        return (named.longitude, named.latitude) if named else (None, None)

    def told_place(self) -> str:
        """Address and words for the place, as one line."""
        return " – ".join(part for part in (self.address, self.nearby) if part)

    def uploads(self) -> list[Attachment]:
        """The photos and documents that wait to be sent along."""
        return waiting(self.token)


def person_of(user: Any) -> Person | None:
    """The person behind a signed-in user."""
    return Person.objects.select_related("household__region").filter(user=user).first() if user.pk else None


def account_person(user: User) -> Person:
    """The person behind an account, made on the first need."""
    known = {"name": user.get_full_name(), "language": user.language}
    return person_of(user) or Person.objects.get_or_create(user=user, defaults=known)[0]


def home_of(user: Any) -> Household | None:
    """Where a signed-in user lives, if they have told us."""
    person = person_of(user)
    return person.household if person else None
