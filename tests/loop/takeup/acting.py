"""A child or a ward who may be found, and who acts for them by law."""

from __future__ import annotations

from typing import Any

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.registers.people.consenting import give
from lacarte.registers.people.models import Circumstance, Household, Mandate, Person
from tests.city import City
from tests.loop.takeup.reaching import SUPPORT


def holder_of(principal: Person, name: str = "lin", kind: str = "parent", **more: Any) -> Mandate:
    """A mandate of somebody with an account and an e-mail address, entered by an official."""
    entered_by = User.objects.get_or_create(username="registrar")[0]
    user = User.objects.create_user(name)
    holder = Person.objects.create(user=user, name=name.title(), email=f"{name}@example.org", language="en")
    more.setdefault("entered_by", entered_by)
    return Mandate.objects.create(holder=holder, principal=principal, kind=kind, **more)


def child(city: City, name: str = "Bao", **more: Any) -> Person:
    """A child of four of a low income, whom nothing reaches."""
    home = Household.objects.create(region=city.west, longitude=122.04, latitude=28.04)
    said: dict[str, Any] = {"name": name, "birth_year": clock.now().year - 4, "household": home, **more}
    made = Person.objects.create(**said)
    Circumstance.objects.create(person=made, kind="low-income", value=True, since=clock.now().date())
    return made


def child_found(city: City, **more: Any) -> Mandate:
    """And whose parent has consented for it."""
    mandate = holder_of(child(city, **more))
    assert mandate.holder.user is not None
    give(mandate.principal, [SUPPORT], actor=mandate.holder.user)
    return mandate
