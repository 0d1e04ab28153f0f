"""What was told so far is kept for seven days; sent twice it is one need."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.loop.needs.models import KeptDraft, Need
from lacarte.pages.resident.draft import SESSION_KEY
from lacarte.pages.resident.tasks import sweep_drafts
from tests.city import City
from tests.pages.telling import STUCK, answer, page, send, to_the_check

pytestmark = pytest.mark.django_db


# The draft


def test_a_draft_waits_for_seven_days_and_is_found_on_the_first_page(city: City, client: Client) -> None:
    answer(client, "what", text=STUCK)
    answer(client, "kind", service="lift-repair")
    home = client.get("/").content.decode()
    assert "Go on where you stopped" in home
    assert reverse("need-question", args=["where"]) in home
    with clock.stopped_at(clock.now() + timedelta(days=6, hours=23)):
        assert STUCK in page(client, "what")
    with clock.stopped_at(clock.now() + timedelta(days=7, minutes=1)):
        assert "Go on where you stopped" not in client.get("/").content.decode()
        sweep_drafts()
    assert not KeptDraft.objects.exists()


def test_the_cookie_outlives_the_window_and_the_seven_days(city: City, client: Client) -> None:
    answer(client, "what", text=STUCK)
    assert int(client.cookies["sessionid"]["max-age"]) >= 7 * 86400


def test_each_answer_keeps_the_draft_for_as_long_again(city: City, client: Client) -> None:
    with clock.stopped_at(clock.now() - timedelta(days=6)):
        answer(client, "what", text=STUCK)
    answer(client, "kind", service="lift-repair")
    with clock.stopped_at(clock.now() + timedelta(days=6)):
        sweep_drafts()
        assert STUCK in page(client, "what")


def test_a_draft_survives_signing_in(city: City, client: Client) -> None:
    User.objects.create_user("ada", password="a long enough word")
    to_the_check(client)
    client.post(reverse("login"), {"username": "ada", "password": "a long enough word"})
    assert "Check your answers" in client.get(reverse("need-check")).content.decode()
    assert send(client).person.user.username == "ada"  # type: ignore[union-attr]


def test_signing_out_takes_the_draft_along(city: City, client: Client) -> None:
    client.force_login(User.objects.create_user("ada"))
    answer(client, "what", text=STUCK)
    client.post(reverse("logout"))
    assert STUCK not in client.get("/").content.decode()


def test_a_draft_is_forgotten_when_asked(city: City, client: Client) -> None:
    to_the_check(client)
    reply = client.post(reverse("need-forget"), follow=True).content.decode()
    assert "What you had told us is deleted." in reply
    assert not KeptDraft.objects.exists()
    assert STUCK not in client.get("/").content.decode()


def test_words_on_the_first_page_begin_anew(city: City, client: Client) -> None:
    old = to_the_check(client)
    assert answer(client, "what", text="help with washing", anew="yes") == "kind"
    assert client.session[SESSION_KEY] != old


def test_two_windows_lose_nothing_of_each_other(city: City, client: Client) -> None:
    """Each began with the same draft and answers another question."""
    from lacarte.pages.resident.draft import Draft

    token = to_the_check(client)
    one, two = Draft.of(client.session), Draft.of(client.session)
    one.address, two.phone = "Mill Lane", "555"
    one.keep(client.session)
    two.keep(client.session)
    said = KeptDraft.objects.get(token=token).said
    assert (said["address"], said["phone"]) == ("Mill Lane", "555")


# Sent twice


def test_the_back_button_and_a_resend_make_one_need(city: City, client: Client) -> None:
    token = to_the_check(client)
    first = send(client)
    again = client.post(reverse("need-check"), {"draft": token})
    assert again["Location"].endswith(f"/{first.reference}/")
    assert Need.objects.count() == 1


def test_another_need_in_between_changes_nothing(city: City, client: Client) -> None:
    token = to_the_check(client)
    first = send(client)
    to_the_check(client, text="The other lift does not move either")
    again = client.post(reverse("need-check"), {"draft": token})
    assert again["Location"].endswith(f"/{first.reference}/")
    assert "The other lift" in client.get(reverse("need-check")).content.decode(), "the new draft is still there"
    send(client)
    assert Need.objects.count() == 2


def test_a_strangers_token_opens_nothing(city: City, client: Client) -> None:
    token = to_the_check(client)
    send(client)
    stranger = Client()
    reply = stranger.post(reverse("need-check"), {"draft": token})
    assert reply["Location"].endswith("/need/what/")


def test_a_check_that_is_older_than_the_draft_is_shown_again(city: City, client: Client) -> None:
    to_the_check(client)
    reply = client.post(reverse("need-check"), {"draft": "of another window"})
    assert "in another window" in reply.content.decode()
    assert not Need.objects.exists()
