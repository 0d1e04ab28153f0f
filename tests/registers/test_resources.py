"""A provider says what it lends: who may, what is refused, and that nothing is taken from whoever has it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from lacarte.kernel import clock
from lacarte.kernel.models import Event, Role, User
from lacarte.registers.providers.models import Provider, Resource
from lacarte.registers.providers.resources.holding import ResourceRefusedError, free, hold
from lacarte.registers.providers.resources.keeping import add_resource, change_resource, pause_resource
from tests.city import City, official

HOUR = timedelta(hours=1)


@pytest.fixture
def member(city: City) -> User:
    """Somebody of the only provider."""
    user = User.objects.create_user("member")
    city.offer.offer.provider.members.add(user)
    return user


def vans(provider: Provider, actor: User | None, **said: object) -> Resource:
    """Three vans."""
    values = {"kind": "equipment", "name": {"en": "Van"}, "quantity": 3, **said}
    return add_resource(provider, actor=actor, **values)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_members_and_officials_with_a_mandate_keep_them(city: City, member: User) -> None:
    ours = city.offer.offer.provider
    for keeper in (member, official(Role.ADMINISTRATOR, city.west)):
        van = vans(ours, keeper)
        change_resource(van, name={"en": "Bus"}, quantity=4, actor=keeper)
        pause_resource(van, paused=True, actor=keeper)
        assert [str(Resource.objects.get(pk=van.pk)), Event.objects.filter(stream=van.pk).count()] == [
            "Bus × 4",
            3,
        ]
    for stranger in (
        User.objects.create_user("x"),
        official(Role.CASE_WORKER),
        official(Role.ADMINISTRATOR, city.east),
    ):
        with pytest.raises(PermissionDenied):
            vans(ours, stranger)
        with pytest.raises(PermissionDenied):
            change_resource(van, name={"en": "Bus"}, quantity=9, actor=stranger)
        with pytest.raises(PermissionDenied):
            pause_resource(van, paused=False, actor=stranger)
    assert Resource.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("kind", {"kind": "ship"}),
        ("name", {"name": {"en": " "}}),
        ("name", {"name": {"en": "x" * 201}}),
        ("name", {"name": {"en": "\0"}}),
        ("quantity", {"quantity": 0}),
        ("currency", {"kind": "funds", "currency": "XYZ"}),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    city: City, member: User, field: str, wrong: dict[str, object]
) -> None:
    with pytest.raises(ValidationError) as refused:
        vans(city.offer.offer.provider, member, **wrong)
    assert list(refused.value.message_dict) == [field]


@pytest.mark.django_db
def test_of_what_is_paused_no_more_is_lent_and_what_is_lent_stands(city: City, member: User) -> None:
    van, now = vans(city.offer.offer.provider, member), clock.now()
    hold(van, units=1, since=now, until=now + HOUR, holder="a")
    pause_resource(van, paused=True, actor=member)
    with pytest.raises(ResourceRefusedError, match="paused"):
        hold(van, units=1, since=now, until=now + HOUR, holder="b")
    assert free(van, now, now + HOUR) == 2
    pause_resource(van, paused=False, actor=member)
    hold(van, units=2, since=now, until=now + HOUR, holder="b")


@pytest.mark.django_db
def test_there_are_never_fewer_than_are_promised(city: City, member: User) -> None:
    van, now = vans(city.offer.offer.provider, member), clock.now()
    hold(van, units=2, since=now + 9 * HOUR, until=now + 10 * HOUR, holder="a")
    with pytest.raises(ResourceRefusedError, match="2 of it are lent or promised"):
        change_resource(van, name=van.name, quantity=1, actor=member)
    change_resource(van, name=van.name, quantity=2, actor=member)
    fund = vans(city.offer.offer.provider, member, kind="funds", name={"en": "Fund"}, quantity=100)
    hold(fund, units=60, since=now, until=None, holder="a")
    with pytest.raises(ResourceRefusedError, match="60 CNY of it"):
        change_resource(fund, name=fund.name, quantity=59, actor=member)


@pytest.mark.django_db
def test_of_two_who_change_it_at_once_the_second_is_told(city: City, member: User) -> None:
    van = vans(city.offer.offer.provider, member)
    seen = van.changed_at
    change_resource(van, name=van.name, quantity=5, actor=member, seen=seen)
    with pytest.raises(ResourceRefusedError, match="it is “Van × 5” by now"):
        change_resource(van, name=van.name, quantity=4, actor=member, seen=seen)
