"""Who opens the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # what needs the settings is imported where it is used
    from django.test import Client

    from lacarte.kernel.models import User
    from lacarte.registers.menu.models import LifeEvent
    from tests.city import City
    from tests.loop.bundled import Menu


@pytest.fixture
def desk(city: City) -> Client:
    """A call-taker of the whole city, signed in."""
    from lacarte.kernel.models import Role
    from tests.city import official, signed_in

    return signed_in(official(Role.CALL_TAKER))


@pytest.fixture
def menu(city: City) -> Menu:
    """What is called for when a child is born."""
    from tests.pages.ordering import menu_for_a_child

    return menu_for_a_child(city)


@pytest.fixture
def event(city: City) -> LifeEvent:
    """Somebody has had a fall."""
    from tests.pages.listing import a_fall

    return a_fall(city)


@pytest.fixture
def member(city: City) -> User:
    """Of the city's one provider."""
    from lacarte.kernel.models import User

    user = User.objects.create_user("member", first_name="Wen", last_name="Li")
    city.offer.offer.provider.members.add(user)
    return user


@pytest.fixture
def browser(member: User) -> Client:
    """A member of the city's one provider, signed in."""
    from tests.city import signed_in

    return signed_in(member)
