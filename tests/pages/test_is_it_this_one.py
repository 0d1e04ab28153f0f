"""Before a need is sent, what others told of the same place is shown: follow it, or say that yours is another."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Attachment, Channel, Different, Follower, KeptDraft, Need
from lacarte.loop.needs.uploads.attachments import store
from lacarte.registers.people.models import Person
from tests.city import City
from tests.pages.telling import answer, send

pytestmark = pytest.mark.django_db
TOLD = "The lift in the house by the harbour steps is stuck, call 555 0100"
SAME = "/need/same/"


@pytest.fixture
def told(city: City) -> Need:
    """What somebody else told an hour ago."""
    return receive(text=TOLD, channel=Channel.PHONE, service_type=city.lift, longitude=122.05, latitude=28.05)


def ask(client: Client) -> str:
    answer(client, "what", text="lift stuck at the harbour steps, the house on the corner")
    answer(client, "kind", service="lift-repair")
    return answer(client, "where", longitude="122.05002", latitude="28.05001")


def test_what_everybody_may_know_of_it_is_shown(told: Need, client: Client) -> None:
    Attachment.objects.create(
        need=told, file="x.jpg", media_type="image/jpeg", size=1, width=4, height=3, released_at=clock.now()
    )
    hidden = Attachment.objects.create(need=told, file="y.jpg", media_type="image/jpeg", size=1, width=4, height=3)
    assert ask(client) == "same"
    page = client.get(SAME).content.decode()
    assert "Is it the same?" in page
    assert "harbour steps" in page
    assert "555 0100" not in page, "personal data is hidden"
    assert told.secret not in page
    assert page.count("<img ") == 1
    assert str(hidden.pk) not in page


def test_who_says_no_goes_on_and_is_not_joined_by_itself(told: Need, client: Client) -> None:
    ask(client)
    assert answer(client, "same", same="-") == "when"
    answer(client, "when")
    answer(client, "photos", go="yes")
    answer(client, "contact")
    need = send(client)
    pair = Different.objects.get()
    assert {pair.one, pair.other} == {told, need}


def test_who_says_nothing_is_asked_again(told: Need, client: Client) -> None:
    ask(client)
    for said in ({}, {"same": "XXXX-XXXX"}):
        assert "Please choose one, or say that yours is another." in client.post(SAME, said).content.decode()


def test_a_stranger_follows_with_a_phone_number(told: Need, client: Client) -> None:
    ask(client)
    reply = client.post(SAME, {"same": told.reference})
    address = reverse("need-follow", args=[told.reference])
    assert reply["Location"] == address
    assert "How can we tell you how it goes?" in client.get(address).content.decode()
    assert "A phone number has digits" in client.post(address, {"phone": "call me"}).content.decode()
    page = client.post(address, {"phone": "555 0199"}, follow=True).content.decode()
    assert "You follow it now." in page
    assert Follower.objects.get().person.phone == "555 0199"
    assert Need.objects.count() == 1
    assert not KeptDraft.objects.exists()


def test_a_stranger_without_contact_is_remembered_by_the_browser(told: Need, client: Client) -> None:
    ask(client)
    client.post(SAME, {"same": told.reference})
    client.post(reverse("need-follow", args=[told.reference]), {})
    assert not Person.objects.exists()
    home = client.get("/").content.decode()
    assert "What you follow in this browser" in home
    assert told.reference in home
    assert told.reference not in Client().get("/").content.decode()


def test_a_program_that_follows_leaves_nobody_behind(told: Need, client: Client) -> None:
    ask(client)
    client.post(reverse("need-follow", args=[told.reference]), {"phone": "555 0199", "subject": "Hello"})
    assert not Person.objects.exists()
    assert not Follower.objects.exists()


def test_who_signed_in_follows_with_one_click(told: Need, client: Client) -> None:
    client.force_login(User.objects.create_user("ada"))
    ask(client)
    client.get(reverse("need-follow", args=[told.reference]))
    assert not Follower.objects.exists(), "looking changes nothing"
    client.post(SAME, {"same": told.reference})
    assert Follower.objects.get().person.user.username == "ada"  # type: ignore[union-attr]


def test_a_need_that_was_not_suggested_is_not_followed_this_way(city: City, client: Client) -> None:
    mine = receive(text="help at home", channel=Channel.WEB, service_type=city.care, region=city.west)
    client.post(reverse("need-follow", args=[mine.reference]), {"phone": "555 0199"})
    assert not Follower.objects.exists()


def test_another_place_is_asked_about_anew(told: Need, client: Client) -> None:
    ask(client)
    answer(client, "same", same="-")
    assert answer(client, "where", longitude="122.15", latitude="28.05") == "when"
    assert answer(client, "where", longitude="122.05", latitude="28.05") == "same"


def test_needs_of_persons_are_nobody_elses(city: City, client: Client) -> None:
    receive(text="help with washing", channel=Channel.WEB, service_type=city.care, region=city.west)
    answer(client, "what", text="help with washing")
    answer(client, "kind", service="home-care")
    assert answer(client, "where", region="w") == "contact"


def ask_from_farther_off(client: Client) -> str:
    answer(client, "what", text="Somebody has to come and look at this, it is a shame")
    answer(client, "kind", service="-")
    return answer(client, "where", longitude="122.0514", latitude="28.0514")


def shows_photo(client: Client, seed: int = 1) -> str:
    client.post("/need/photos/", {"photos": SimpleUploadedFile("a.jpg", scene(seed), "image/jpeg")})
    return answer(client, "photos", go="yes")


def test_a_photo_of_the_same_thing_is_asked_about(told: Need, client: Client, media: Path) -> None:
    kept = store(scene(1), name="b.jpg")
    Attachment.objects.filter(pk=kept.pk).update(need=told)
    assert ask_from_farther_off(client) != "same", "words and place alone do not show it"
    answer(client, "when")
    assert shows_photo(client) == "same"
    assert client.get("/need/check/")["Location"] == SAME
    assert told.reference in client.get(SAME).content.decode()
    assert answer(client, "same", same="-") == "contact"
    assert answer(client, "photos", go="yes") == "contact", "nobody is asked twice about the same one"
    answer(client, "contact")
    need = send(client)
    pair = Different.objects.get()
    assert {pair.one, pair.other} == {told, need}


def test_a_photo_of_another_thing_is_not(told: Need, client: Client, media: Path) -> None:
    kept = store(scene(1), name="b.jpg")
    Attachment.objects.filter(pk=kept.pk).update(need=told)
    ask_from_farther_off(client)
    answer(client, "when")
    assert shows_photo(client, seed=2) == "contact"


def scene(seed: int) -> bytes:
    """A photo with something in it, other for each seed."""
    blocks = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), dtype=np.uint8)
    written = BytesIO()
    Image.fromarray(blocks).resize((320, 320)).save(written, "JPEG")
    return written.getvalue()


@pytest.fixture
def media(tmp_path: Path, settings: LazySettings) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path
