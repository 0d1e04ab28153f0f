"""Acting for somebody else: who may, as what, until when. Each act is written down for the principal."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.registers.people.events import MandateGiven, MandateWithdrawn
from lacarte.registers.people.models import Household, Mandate, Person, PersonalRead
from lacarte.registers.people.queries import NEED, ONE_LOOK

KINDS: dict[str, str | Promise] = {
    "parent": gettext_lazy("Parent"),
    "guardian": gettext_lazy("Guardian"),
    "family": gettext_lazy("Family"),
    "helper": gettext_lazy("Helper"),
    "case-worker": gettext_lazy("Case worker"),
}
#: What somebody may make of another by themselves; a guardian is one by a court.
GIVEN = ("family", "helper")
#: What an official enters, who has seen what proves it; the first two hold by law, whatever their principal says.
ENTERED = ("parent", "guardian", "helper", "case-worker")
_BY_LAW = PARENT, GUARDIAN = ENTERED[:2]
#: Purposes of reading, as they are written down.
ORDER, LOOK = "order for you", "see what was ordered for you"
ORDER_AT_DESK, LOOK_AT_DESK = "order for you at the desk", "see what was ordered for you at the desk"
ENTER = "enter who acts for whom"
WRITE, STOP = "write for you", "cancel for you"
CHOOSE = "find services for you"
SEE_FOUND, DELETE_FOUND = "see what was found for you", "delete what was found for you"
CONSENT = "say for you what your data may be used for"
#: Looking again and again is one look.
_LOOKS = (LOOK, CHOOSE, SEE_FOUND)
OF_AGE = 18
#: Digits of a phone number: so many at least, and so many at its end are compared.
_FEWEST_DIGITS, _TAIL = 5, 8


class MandateRefusedError(ValueError):
    """The mandate cannot be; the message says why and what to do."""


def in_words(kind: str) -> str:
    """A kind of mandate as people call it."""
    return str(KINDS.get(kind, kind))


def by_law(mandate: Mandate) -> bool:
    """Whether an official has entered it, and it holds whatever its principal says, until an official ends it.

    A parent acts by law for a child alone: who has come of age may take it back.
    """
    if mandate.entered_by_id is None or mandate.kind not in _BY_LAW:
        return False
    born = mandate.principal.birth_year
    return mandate.kind != PARENT or born is None or clock.now() < of_age_on(born)


def of_age_on(birth_year: int) -> datetime:
    """When everybody born in a year is of age: nobody says on which day they were born."""
    return timezone.make_aware(datetime(birth_year + OF_AGE + 1, 1, 1))


def acting_by_law(at: str = "") -> Q:
    """A condition for ``.filter()``: mandates by law that hold now. ``at`` is the path to the mandate.

    That of a parent holds for a child: one that is not of age, or, where nobody knows, until a day that was said.
    """
    child = Q(**{f"{at}principal__birth_year__gte": timezone.localtime(clock.now()).year - OF_AGE})
    child |= Q(**{f"{at}principal__birth_year": None, f"{at}until__isnull": False})
    kind = Q(**{f"{at}kind": GUARDIAN}) | (Q(**{f"{at}kind": PARENT}) & child)
    return valid(at) & Q(**{f"{at}entered_by__isnull": False}) & kind


def on_behalf(mandate: Mandate | None, *, official: bool = False) -> str:
    """Who told something for whom, for those two to read; empty for what somebody told for themselves."""
    if mandate is not None:
        names = {"by": mandate.holder.name or "–", "name": mandate.principal.name or "–"}
        said = {**names, "kind": in_words(mandate.kind)}
        return _("Told by %(by)s for %(name)s, under a mandate (%(kind)s).") % said
    return _("Written down by an official.") if official else ""


def told_as(mandate: Mandate | None, *, official: bool = False) -> str:
    """The same without any name, for those who work on it."""
    if mandate is not None:
        return _("It was told on behalf of somebody, under a mandate (%(kind)s).") % {
            "kind": in_words(mandate.kind)
        }
    return _("Written down by an official.") if official else ""


def valid(at: str = "") -> Q:
    """A condition for ``.filter()``: mandates that hold now. ``at`` is the path to the mandate."""
    now = clock.now()
    begun = Q(**{f"{at}since__lte": now})
    return begun & (Q(**{f"{at}until": None}) | Q(**{f"{at}until__gt": now}))


def held_by(user: User) -> QuerySet[Mandate]:
    """For whom ``user`` may act now."""
    mandates = Mandate.objects.filter(valid(), holder__user=user).select_related("principal__household__region")
    return mandates.order_by("since", "pk")


def given_by(person: Person) -> QuerySet[Mandate]:
    """Who may act for ``person`` now."""
    return person.mandates_given.filter(valid()).select_related("holder").order_by("since", "pk")


def mandate_of(user: User, key: UUID | str) -> Mandate:
    """A mandate that ``user`` holds now. Raises ``PermissionDenied``."""
    return _one_of(held_by(user).filter(pk=key))


def _one_of(mandates: QuerySet[Mandate]) -> Mandate:
    found = mandates.first()
    if found is None:
        raise PermissionDenied(_("You may not act for this person (any more)."))
    return found


def held_by_law(user: User) -> QuerySet[Mandate]:
    """For whom ``user`` acts by law now."""
    return held_by(user).filter(acting_by_law()).select_related("holder")


def mandate_by_law(user: User, key: UUID | str) -> Mandate:
    """A mandate by law that ``user`` holds now. Raises ``PermissionDenied``."""
    return _one_of(held_by_law(user).filter(pk=key))


def right_over(person: Person, actor: User) -> Mandate | None:
    """By what ``actor`` says what becomes of a person's data: a mandate by law, or ``None`` for themselves.

    Raises ``PermissionDenied`` for anybody else.
    """
    if person.user_id is not None and person.user_id == actor.pk:
        return None
    found = held_by_law(actor).filter(principal=person).first()
    if found is None:
        raise PermissionDenied(_("Only whom the data are about can do this, or who acts for them by law."))
    return found


@transaction.atomic
def give(principal: Person, holder: Person, *, kind: str, until: datetime | None, actor: User) -> Mandate:
    """Let ``holder`` act for ``principal``; given again it holds until the new end.

    ``actor`` is the principal's own account. Raises ``PermissionDenied`` for another, and
    :class:`MandateRefusedError` for oneself, an end that has passed, or a kind that nobody can give.
    """
    if principal.user_id != actor.pk:
        raise PermissionDenied(_("Only they themselves can say who acts for them."))
    if kind not in GIVEN:
        raise MandateRefusedError(_("This kind of mandate cannot be given here."))
    if holder.pk == principal.pk:
        raise MandateRefusedError(_("This is you yourself. Nobody needs a mandate for that."))
    if until is not None and until <= clock.now():
        raise MandateRefusedError(_("This day has passed. Until when may they act for you?"))
    Person.objects.select_for_update().get(pk=principal.pk)  # pressed twice it is one mandate
    found = given_by(principal).filter(holder=holder).first() or Mandate(holder=holder, principal=principal)
    found.kind, found.until = kind, until
    found.save()
    publish(MandateGiven(mandate=found.pk, kind=kind), stream=principal.pk, actor=actor)
    return found


@transaction.atomic
def withdraw(mandate: Mandate, *, actor: User) -> None:
    """End a mandate: its principal takes it back, or its holder gives it up. Ended twice changes nothing.

    Raises ``PermissionDenied`` for anybody else, and :class:`MandateRefusedError` for a principal whom it is by
    law: they can object.
    """
    mandate = (
        Mandate.objects.select_for_update(of=("self",)).select_related("holder", "principal").get(pk=mandate.pk)
    )
    if actor.pk not in (mandate.holder.user_id, mandate.principal.user_id):
        raise PermissionDenied(_("This mandate is not yours."))
    if by_law(mandate) and actor.pk != mandate.holder.user_id:
        raise MandateRefusedError(_("This mandate is by law. You can object to it."))
    if mandate.until is None or mandate.until > clock.now():
        mandate.until = clock.now()
        mandate.save(update_fields=["until"])
        publish(MandateWithdrawn(mandate=mandate.pk, kind=mandate.kind), stream=mandate.principal_id, actor=actor)


@transaction.atomic
def add_child(parent: Person, *, name: str, birth_year: int, actor: User) -> Mandate:
    """A child of whoever is signed in, and the mandate to act for it until it is of age; told twice it is one.

    Raises ``PermissionDenied`` for another's account and :class:`MandateRefusedError` for who is of age.
    """
    if parent.user_id != actor.pk:
        raise PermissionDenied(_("Only they themselves can say whose parent they are."))
    now = clock.now()
    if not name.strip() or not now.year - OF_AGE <= birth_year <= now.year:
        words = _("A child has a name, and was born within the last %(n)d years.")
        raise MandateRefusedError(words % {"n": OF_AGE})
    Person.objects.select_for_update().get(pk=parent.pk)
    same = Q(principal__name=name.strip(), principal__birth_year=birth_year, kind=PARENT)
    known = Mandate.objects.filter(valid(), same, holder=parent).first()
    if known is not None:
        return known
    household: Household | None = parent.household
    child = Person.objects.create(
        name=name.strip(), birth_year=birth_year, household=household, language=parent.language
    )
    until = of_age_on(birth_year)
    made = Mandate.objects.create(holder=parent, principal=child, kind=PARENT, until=until)
    publish(MandateGiven(mandate=made.pk, kind=PARENT), stream=child.pk, actor=actor)
    return made


def ended(mandate: Mandate) -> bool:
    """Whether a mandate holds no more."""
    return mandate.until is not None and mandate.until <= clock.now()


def note_act(mandate: Mandate, *, actor: User, purpose: str, fields: str = NEED) -> None:
    """Write down for the principal what was done in their name; looking again and again is one look."""
    since = clock.now() - ONE_LOOK
    done = PersonalRead.objects.filter(
        person=mandate.principal_id, reader=actor, fields=fields, purpose=purpose, at__gt=since
    )
    if purpose not in _LOOKS or not done.exists():
        PersonalRead.objects.create(person_id=mandate.principal_id, reader=actor, fields=fields, purpose=purpose)


def with_account(name: str, contact: str) -> Person | None:
    """Who has an account, this very name, and this e-mail address or phone number; ``None`` unless it is just one.

    Both are asked for, so that nobody finds out by one of them whether somebody has an account.
    """
    said, digits = " ".join(name.split()).casefold(), _digits(contact)
    by_mail = Q(email__iexact=contact.strip()) | Q(user__email__iexact=contact.strip())
    people = Person.objects.filter(user__is_active=True).exclude(name="")
    if "@" in contact:
        people = people.filter(by_mail)
    elif len(digits) >= _FEWEST_DIGITS:
        people = people.filter(name__iexact=name.strip())
    else:
        return None
    found = [
        one
        for one in people
        if " ".join(one.name.split()).casefold() == said and ("@" in contact or _same_number(one.phone, digits))
    ]
    return found[0] if len(found) == 1 else None


def _same_number(phone: str, digits: str) -> bool:
    return _digits(phone)[-_TAIL:] == digits[-_TAIL:]


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdecimal())
