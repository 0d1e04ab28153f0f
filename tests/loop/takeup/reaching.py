"""A city in which some services reach out, and people who may be found."""

from __future__ import annotations

from typing import Any

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.loop.takeup.models import Finding, Reach
from lacarte.loop.takeup.reach import set_reach
from lacarte.registers.entitlement.models import Requirement
from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.people.consenting import give
from lacarte.registers.people.models import Circumstance, Household, Person
from tests.city import City

SUPPORT, CARE = "find-support", "find-care"


def service(city: City, code: str, *rules: tuple[str, str, Any], **more: Any) -> ServiceType:
    """A service with requirements: fact, comparison, value."""
    kind = add_service_type(city.area, code=code, name={"en": code.replace("-", " ").capitalize()}, **more)
    for n, (fact, comparison, value) in enumerate(rules):
        Requirement.objects.create(
            service_type=kind, code=f"r{n}", circumstance=fact, comparison=comparison, value=value, order=n + 1,
            text={"en": f"The {fact} is right."}, legal_basis="Rules, section 1",
        )  # fmt: skip
    return kind


def rent_help(city: City, how: str = "invite", **more: Any) -> ServiceType:
    """Help with the rent, for low incomes, that reaches out."""
    kind = service(city, "rent-help", ("low-income", "is", True))
    reaches(kind, how, **more)
    return kind


def reaches(kind: ServiceType, how: str = "invite", **more: Any) -> Reach:
    """It reaches out from today on."""
    said = {"purpose": SUPPORT, "legal_basis": "City code 7", "actor": None, **more}
    return set_reach(kind, how, **said)


def somebody(
    city: City, name: str = "mo", *consents: str, facts: dict[str, Any] | None = None, **more: Any
) -> Person:
    """A person with an account and a home in the west, who lets themselves be found."""
    user = User.objects.create_user(name)
    more.setdefault("household", Household.objects.create(region=city.west, longitude=122.04, latitude=28.04))
    person = Person.objects.create(user=user, name=name.title(), **{"email": f"{name}@example.org", **more})
    for kind, value in (facts or {"low-income": True}).items():
        Circumstance.objects.create(person=person, kind=kind, value=value, since=clock.now().date())
    give(person, consents or [SUPPORT], actor=user)
    return person


def found() -> set[tuple[str, str, str]]:
    """Who was found, for which service, and what came of it."""
    rows = Finding.objects.values_list("person__user__username", "service_type__code", "state")
    return {(name, code, state) for name, code, state in rows}
