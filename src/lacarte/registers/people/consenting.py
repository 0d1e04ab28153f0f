"""What people allow: for which purposes their data may be used, given and withdrawn at any time.

By themselves, or by who acts for them by law; a consent of those ends with their mandate.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.registers.people.events import ConsentGiven, ConsentWithdrawn
from lacarte.registers.people.mandates import CONSENT, PARENT, acting_by_law, note_act, of_age_on, right_over
from lacarte.registers.people.models import Consent, Mandate, Person

Words = str | Promise
#: Facts about somebody's health: only a purpose that says so uses them (GDPR, article 9).
HEALTH = frozenset({"disability", "chronic-illness", "pregnant", "needs-daily-help"})


class ConsentRefusedError(ValueError):
    """There is nothing like this to consent to; the message says so."""


@dataclass(frozen=True)
class Purpose:
    """What data may be used for: which data, what is done with them, for how many days, and what is left out."""

    name: Words
    data: Words
    use: Words
    days: int
    leaves_out: frozenset[str] = frozenset()


_LOOKS = gettext_lazy(
    "Every night a program compares it with the rules of our services. If you are entitled to one and do not have"
    " it, we tell you, or give it to you where nobody has to apply. Officials do not see what was found."
)
PURPOSES: dict[str, Purpose] = {
    "find-support": Purpose(
        gettext_lazy("Find money and help that I am entitled to"),
        gettext_lazy(
            "What we know about you and your household, such as income, work and children. Not your health."
        ),
        _LOOKS,
        365,
        HEALTH,
    ),
    "find-care": Purpose(
        gettext_lazy("Find health and care services that I am entitled to"),
        gettext_lazy(
            "The same, and what we know about your health: illness, disability, pregnancy, need of help."
        ),
        _LOOKS,
        365,
    ),
}


def name_of(purpose: str) -> str:
    """A purpose as people call it."""
    return str(PURPOSES[purpose].name) if purpose in PURPOSES else purpose


def living() -> Q:
    """A condition on consents: they hold now, and so does the mandate under which they were given."""
    now = clock.now()
    in_time = Q(Q(until=None) | Q(until__gt=now), given_at__lte=now, withdrawn_at=None)
    return in_time & (Q(mandate=None) | acting_by_law("mandate__"))


def consented(purpose: str, person_at: str = "pk") -> Q:
    """A condition for ``.filter()``: whoever it is about has consented to ``purpose``, and it holds now.

    ``person_at`` is the path to the key of the person.
    """
    return Q(Exists(Consent.objects.filter(living(), person=OuterRef(person_at), purpose=purpose)))


def consents_of(person: Person | None) -> list[tuple[str, Purpose, Consent | None]]:
    """Each purpose there is, and the consent to it that holds; one query."""
    theirs = Consent.objects.filter(living(), person=person) if person is not None else Consent.objects.none()
    rows = theirs.select_related("mandate__holder").order_by("given_at", "pk")
    given = {one.purpose: one for one in rows}
    return [(code, purpose, given.get(code)) for code, purpose in PURPOSES.items()]


@transaction.atomic
def give(person: Person, purposes: Collection[str], *, actor: User) -> list[Consent]:
    """Consent to ``purposes`` from now on; given again, it holds for as long again.

    Who acts for somebody by law leaves alone what they, or another who acts for them, consented to before.
    Raises ``PermissionDenied`` for anybody but those, and :class:`ConsentRefusedError`.
    """
    mandate = _right_of(actor, person)
    given = []
    for code in purposes:
        purpose = _known(code)
        consent = person.consents.filter(living(), purpose=code).first() or Consent(
            person=person, purpose=code, mandate=mandate
        )
        given.append(consent)
        if mandate is not None and consent.mandate_id != mandate.pk:
            continue
        consent.mandate, consent.until = mandate, _until(purpose, mandate)
        consent.save()
        publish(ConsentGiven(consent=consent.pk, purpose=code), stream=person.pk, actor=actor)
    return given


def _until(purpose: Purpose, mandate: Mandate | None) -> datetime:
    """How long a consent that is given now holds: no longer than the mandate, or than the principal is a child."""
    ends = [clock.now() + timedelta(days=purpose.days)]
    if mandate is not None and mandate.until is not None:
        ends.append(mandate.until)
    if mandate is not None and mandate.kind == PARENT and mandate.principal.birth_year is not None:
        ends.append(of_age_on(mandate.principal.birth_year))
    return min(ends)


@transaction.atomic
def withdraw(person: Person, purpose: str, *, actor: User) -> bool:
    """Take a consent back from now on. Returns whether there was one. Raises as :func:`give`."""
    _right_of(actor, person)
    _known(purpose)
    given = list(person.consents.select_for_update().filter(withdrawn_at=None, purpose=purpose))
    for consent in given:
        consent.withdrawn_at = clock.now()
        consent.save(update_fields=["withdrawn_at"])
        publish(ConsentWithdrawn(consent=consent.pk, purpose=purpose), stream=person.pk, actor=actor)
    return bool(given)


def _right_of(actor: User, person: Person) -> Mandate | None:
    """By what they say it, written down for whom they say it. Raises ``PermissionDenied``."""
    mandate = right_over(person, actor)
    Person.objects.select_for_update().get(pk=person.pk)  # pressed twice it is one consent
    if mandate is not None:
        note_act(mandate, actor=actor, purpose=CONSENT, fields="consents")
    return mandate


def _known(code: str) -> Purpose:
    if code not in PURPOSES:
        raise ConsentRefusedError(_("There is no such purpose."))
    return PURPOSES[code]
