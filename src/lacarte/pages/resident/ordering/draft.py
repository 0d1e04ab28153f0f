"""An order that is being put together: kept on the server from page to page until it is sent, or seven days."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from lacarte.kernel import clock
from lacarte.loop.needs.models import Attachment, KeptDraft
from lacarte.loop.needs.uploads.attachments import discard
from lacarte.loop.orders.bundles.queries import proofs_for
from lacarte.loop.orders.bundles.questions import Asked, questions_for
from lacarte.pages.resident.draft import KEPT_FOR
from lacarte.registers.entitlement.models import EvidenceType
from lacarte.registers.menu.answering import Answers
from lacarte.registers.menu.bundles import waits_for
from lacarte.registers.menu.capacity.holding import release_many
from lacarte.registers.menu.models import BundleItem, Hold, LifeEvent, ServiceType

#: Where the session keeps the token of its order.
SESSION_KEY = "order-draft"
#: The pages, in their order.
STEPS = ("parts", "who", "offers", "questions", "proofs", "check")
#: For whom: whoever asks, the principal of a mandate by its key, somebody an official writes it down for,
#: or a person whom they have found, as ``person:KEY``.
ME, SOMEBODY, PERSON = "me", "somebody", "person:"


@dataclass
class OrderDraft:
    """What was said so far; ``None`` is "not asked yet"."""

    event: str = ""  # code of a life event
    services: list[str] = field(default_factory=list)  # codes, in their order
    proposed: dict[str, str] = field(default_factory=dict)  # code -> offer at place, as chosen on the list
    whose: str | None = None
    found: list[str] = field(default_factory=list)  # keys of persons that an official has found
    name: str = ""
    phone: str = ""
    email: str = ""
    home: bool = False  # at the home of whoever it is for
    region: str = ""  # code
    address: str = ""
    offers: dict[str, str] | None = None  # code -> offer at place; "": let the city find one
    holds: dict[str, str] = field(default_factory=dict)  # code -> unit that is held
    notes: dict[str, str] = field(default_factory=dict)  # code -> words for who provides it
    answers: Answers | None = None
    proofs: bool = False  # were asked for
    trap: bool = False
    token: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    began: str = field(default_factory=lambda: clock.now().isoformat())

    @classmethod
    def of(cls, session: SessionBase) -> OrderDraft:
        """The order of this session; a new one when there is none."""
        token = session.get(SESSION_KEY)
        living = KeptDraft.objects.filter(token=token, changed_at__gt=clock.now() - KEPT_FOR)
        kept = living.first() if token else None
        if kept is None:
            return cls()
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in kept.said.items() if name in known})

    def __post_init__(self) -> None:
        self._menu: tuple[list[str], list[ServiceType]] | None = None
        self._asked: list[Asked] | None = None

    def keep(self, session: SessionBase) -> None:
        """Remember it for as long again, with what was uploaded for it."""
        now = clock.now()
        with transaction.atomic():
            KeptDraft.objects.update_or_create(
                token=self.token,
                defaults={"said": asdict(self), "changed_at": now},
                create_defaults={"said": asdict(self), "changed_at": now},
            )
            self._uploads().update(created_at=now)
        session[SESSION_KEY] = self.token

    def forget(self, session: SessionBase) -> None:
        """Drop it with what was uploaded for it."""
        for upload in self._uploads():
            discard(upload)
        KeptDraft.objects.filter(token=self.token).delete()
        if session.get(SESSION_KEY) == self.token:
            del session[SESSION_KEY]

    def give_back(self) -> None:
        """Let go of the times that are held."""
        release_many(Hold.objects.filter(holder=self.holder, state=Hold.State.HELD).values_list("pk", flat=True))

    @property
    def begun(self) -> bool:
        """Whether something was chosen."""
        return bool(self.services)

    @property
    def sent_with(self) -> str:
        """By this an order that is sent twice is one."""
        return f"web:{self.token}"

    @property
    def holder(self) -> str:
        """Whose the units are that are held meanwhile (``Hold.holder``)."""
        return f"order:{self.token}"

    @property
    def seconds(self) -> float:
        """How long ago it was begun."""
        return (clock.now() - datetime.fromisoformat(self.began)).total_seconds()

    def missing(self) -> str:
        """The first page without an answer; ``"check"`` when all have one."""
        answered = {
            "parts": self.begun,
            "who": self.whose is not None,
            "offers": self.offers is not None,
            "questions": self.answers is not None or not self.asked(),
            "proofs": self.proofs or not self.evidence(),
            "check": False,
        }
        return next(step for step in STEPS if not answered[step])

    def steps(self) -> tuple[str, ...]:
        """The pages that this order has."""
        left = {"questions": bool(self.asked()), "proofs": bool(self.evidence())}
        return tuple(step for step in STEPS if left.get(step, True))

    def life_event(self) -> LifeEvent | None:
        """What happened, if that is how it began."""
        return LifeEvent.objects.filter(code=self.event, active=True).first() if self.event else None

    def chosen(self) -> list[ServiceType]:
        """The service types, in their order; what is not on the menu any more is left out."""
        if self._menu is None or self._menu[0] != self.services:
            found = ServiceType.objects.filter(code__in=self.services, orderable=True).in_bulk(field_name="code")
            self._menu = list(self.services), [found[code] for code in self.services if code in found]
            self._asked = None
        return self._menu[1]

    def asked(self) -> list[Asked]:
        """What has to be known for all of them."""
        services = self.chosen()
        if self._asked is None:
            self._asked = questions_for(services)
        return self._asked

    def after(self) -> dict[int, set[int]]:
        """For which of the chosen each of them waits, by the numbers of service types."""
        items = BundleItem.objects.filter(life_event__code=self.event).prefetch_related("after")
        graph = {item.service_type_id: [one.service_type_id for one in item.after.all()] for item in items}
        return waits_for(graph, [service.number for service in self.chosen()])

    def evidence(self) -> list[tuple[EvidenceType, list[ServiceType]]]:
        """What can prove something, each kind once, with the services that ask for it."""
        found: dict[int, tuple[EvidenceType, list[ServiceType]]] = {}
        for rule, service in proofs_for(self.chosen()):
            for kind in rule.proofs.all():
                services = found.setdefault(kind.pk, (kind, []))[1]
                if service not in services:
                    services.append(service)
        return list(found.values())

    def draft_of(self, kind: EvidenceType) -> str:
        """Where the uploads for a kind of proof wait (``Attachment.draft``)."""
        return f"{self.token}:{kind.pk}"

    def uploads(self) -> dict[str, list[Attachment]]:
        """What was uploaded, by where it waits."""
        found: dict[str, list[Attachment]] = {}
        for upload in self._uploads().order_by("created_at", "id"):
            found.setdefault(upload.draft, []).append(upload)
        return found

    def _uploads(self) -> Any:
        return Attachment.objects.filter(draft__startswith=f"{self.token}:", need=None)
