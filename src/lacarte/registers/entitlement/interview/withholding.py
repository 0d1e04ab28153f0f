"""What somebody would rather not say: an answer like any other, remembered so that nobody asks again."""

from __future__ import annotations

from django.db import transaction

from lacarte.registers.entitlement.models import Withheld
from lacarte.registers.people.models import Person


@transaction.atomic
def withhold(person: Person, kind: str) -> None:
    """Remember that ``person`` would rather not say a fact. Said twice it is the same."""
    Withheld.objects.get_or_create(person=person, kind=kind)


@transaction.atomic
def ask_again(person: Person, kind: str) -> None:
    """Forget it: they may be asked again."""
    Withheld.objects.filter(person=person, kind=kind).delete()


def withheld_by(person: Person) -> tuple[str, ...]:
    """The kinds of facts that ``person`` would rather not say, in the order in which they said so."""
    return tuple(Withheld.objects.filter(person=person).order_by("since", "pk").values_list("kind", flat=True))
