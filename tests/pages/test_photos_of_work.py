"""Photos that whoever did the work took: theirs and the desk's until an official lets the resident see them."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from lacarte.kernel.models import Role, User
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.messages.conversation import came_with
from lacarte.loop.needs.models import Attachment, Need
from lacarte.loop.needs.uploads.attachments import photos_of_work, release, store
from lacarte.loop.orders.actions import place_order
from lacarte.registers.people.models import Person
from tests.city import City, build, official, signed_in
from tests.pages.telling import photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(settings: LazySettings, tmp_path) -> City:  # type: ignore[no-untyped-def]
    settings.MEDIA_ROOT = tmp_path
    return build()


@pytest.fixture
def need(city: City) -> Need:
    """Somebody's, with a photo of its own, sent to the city's provider."""
    user = User.objects.create_user("resident")
    person = Person.objects.create(name="Lan", user=user)
    made = receive(text="Help", channel="web", service_type=city.care, region=city.west, person=person, actor=user)
    store(photo("mine.png", "red"), name="mine.png", need=made)
    place_order(made, offer_at_place=city.offer)
    return made


def page_of(need: Need) -> str:
    assert need.person is not None and need.person.user is not None
    return signed_in(need.person.user).get(reverse("need", args=[need.reference])).content.decode()


def test_the_resident_sees_them_once_an_official_has_looked(need: Need) -> None:
    after = store(photo("after.png", "green"), name="after.png", need=need, shows="after")
    before = store(photo("before.png", "blue"), name="before.png", need=need, shows="before")
    assert [str(one.likeness) for one in (before, after)] == ["None", "None"], "they say nothing of what is alike"
    assert len(came_with(need)) == 1
    assert "Photos of the work" not in page_of(need)
    worker = official(Role.CASE_WORKER)
    desk = signed_in(worker).get(reverse("desk-need", args=[need.reference])).content.decode()
    assert "Before the work" in desk and "After the work" in desk
    for one in (after, before):
        release(one, actor=worker)
    assert photos_of_work(need) == [before, after]
    shown = page_of(need)
    assert shown.index("Before the work") < shown.index("After the work")


def test_until_then_the_file_is_the_providers_and_the_desks(city: City, need: Need) -> None:
    kept = store(photo("after.png", "green"), name="after.png", need=need, shows="after")
    address = reverse("attachment", args=[kept.pk])
    member, stranger = User.objects.create_user("member"), User.objects.create_user("stranger")
    city.offer.offer.provider.members.add(member)
    assert need.person is not None and need.person.user is not None
    resident = signed_in(need.person.user)
    assert [who.get(address).status_code for who in (signed_in(member), resident)] == [200, 404]
    assert [who.get(address).status_code for who in (signed_in(stranger), Client())] == [404, 404]
    release(kept, actor=official(Role.CASE_WORKER))
    assert resident.get(address).status_code == 200
    assert Client().get(address).status_code == 404, "the need is somebody's"
    own = Attachment.objects.get(need=need, shows="")
    assert signed_in(member).get(reverse("attachment", args=[own.pk])).status_code == 404
