"""Photos and documents on the question pages: one after the other, without JavaScript, none lost for another."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lacarte.kernel import clock
from lacarte.loop.needs.models import Attachment
from lacarte.loop.needs.uploads import attachments
from tests.city import City, build
from tests.pages.telling import STUCK, answer, photo, send, to_the_check

pytestmark = pytest.mark.django_db
PHOTOS = "/need/photos/"


@pytest.fixture
def city(settings: LazySettings, tmp_path) -> City:  # type: ignore[no-untyped-def]
    settings.MEDIA_ROOT = tmp_path
    return build()


def at_photos(client: Client) -> None:
    answer(client, "what", text=STUCK)
    answer(client, "kind", service="lift-repair")
    answer(client, "where", region="w")
    assert answer(client, "when") == "photos"


def add(client: Client, *files: SimpleUploadedFile, button: str = "add") -> str:
    reply = client.post(PHOTOS, {"photos": list(files), button: "yes"}, follow=True)
    assert reply.status_code == 200
    return reply.content.decode()


def test_photos_arrive_are_shown_and_come_with_the_need(city: City, client: Client) -> None:
    at_photos(client)
    page = add(client, photo("one.png"), photo("two.png", "blue"))
    assert "2 files have arrived" in page
    assert page.count("<img ") == 2
    assert answer(client, "photos", go="yes") == "contact"
    answer(client, "contact")
    assert client.get(reverse("need-check")).content.decode().count("<img ") == 2
    need = send(client)
    assert need.attachments.count() == 2
    assert not Attachment.objects.exclude(draft="").exists()
    assert client.get(reverse("need", args=[need.reference])).content.decode().count("<img ") == 2


def test_going_on_takes_what_was_chosen_without_a_click_on_add(city: City, client: Client) -> None:
    at_photos(client)
    assert "How can we reach you?" in add(client, photo(), button="go")
    assert Attachment.objects.count() == 1


def test_one_that_is_refused_loses_no_other(city: City, client: Client) -> None:
    at_photos(client)
    wrong = SimpleUploadedFile("film.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0", "video/mp4")
    page = add(client, photo(), wrong, button="go")
    assert "film.mp4" in page
    assert "There is a problem" in page
    assert "1 file has arrived" in page


def test_one_can_be_removed_again_by_who_sent_it_alone(city: City, client: Client) -> None:
    at_photos(client)
    add(client, photo())
    key = Attachment.objects.get().pk
    stranger = Client()
    at_photos(stranger)
    stranger.post(PHOTOS, {"remove": str(key)})
    assert Attachment.objects.count() == 1
    assert stranger.get(reverse("attachment", args=[key])).status_code == 404
    assert client.get(reverse("attachment", args=[key])).status_code == 200
    client.post(PHOTOS, {"remove": "no key"})
    client.post(PHOTOS, {"remove": str(key)})
    assert not Attachment.objects.exists()


def test_more_than_are_allowed_are_said_so(city: City, client: Client, settings: LazySettings) -> None:
    settings.CONFIGURED = {**settings.CONFIGURED, "uploads_per_need": 2}
    at_photos(client)
    page = add(client, *(photo(f"{n}.png", colour) for n, colour in enumerate(("red", "green", "blue"))))
    assert "At most 2 files can be sent along." in page
    assert "2 files have arrived" in page


def test_uploads_go_when_the_draft_is_forgotten(city: City, client: Client) -> None:
    at_photos(client)
    add(client, photo())
    client.post(reverse("need-forget"))
    assert not Attachment.objects.exists()


def test_uploads_wait_as_long_as_their_draft(city: City, client: Client) -> None:
    with clock.stopped_at(clock.now() - timedelta(days=6)):
        at_photos(client)
        add(client, photo())
    answer(client, "photos", go="yes")
    with clock.stopped_at(clock.now() + timedelta(days=6)):
        attachments.sweep()
        assert Attachment.objects.count() == 1
    with clock.stopped_at(clock.now() + timedelta(days=8)):
        attachments.sweep()
        assert not Attachment.objects.exists()


def test_too_much_at_once_is_said_in_words(city: City, client: Client, settings: LazySettings) -> None:
    settings.CONFIGURED = {**settings.CONFIGURED, "upload_megabytes": 1, "uploads_per_need": 1}
    at_photos(client)
    large = SimpleUploadedFile("large.png", b"x" * 3_000_000, "image/png")
    reply = client.post(PHOTOS, {"photos": [large], "add": "yes"})
    assert reply.status_code == 413
    assert "too much" in reply.content.decode()


def test_hardly_anybody_sends_photos_without_end(city: City, client: Client, settings: LazySettings) -> None:
    settings.CONFIGURED = {**settings.CONFIGURED, "rate_limit": "1/hour"}
    at_photos(client)
    page = add(client, photo("one.png"), photo("two.png", "blue"))
    assert "That was a lot at once." in page
    assert "1 file has arrived" in page


def test_an_empty_field_is_no_fault(city: City, client: Client) -> None:
    to_the_check(client)
    assert "There is a problem" not in add(client)
