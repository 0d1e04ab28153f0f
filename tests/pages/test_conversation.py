"""The conversation about a need, on the resident's page and at the desk."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lacarte.kernel import clock
from lacarte.kernel.models import Role
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.messages import hearing
from lacarte.loop.needs.messages.carriers import Memory, UndeliverableError
from lacarte.loop.needs.messages.conversation import MessageRefusedError, say, see_to, write
from lacarte.loop.needs.messages.hearing import Enclosure, Heard, hear
from lacarte.loop.needs.messages.reaching import Medium
from lacarte.loop.needs.models import Attachment, Channel, Danger, Message, Need
from lacarte.loop.needs.uploads.attachments import store
from lacarte.loop.needs.urgency.dangers import take
from lacarte.registers.menu.models import PriorityClass
from lacarte.registers.people.models import Person
from tests.background import work
from tests.city import City, official, only_gas_is_dangerous
from tests.engines.images.drawn import photo

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carried")]


@pytest.fixture
def need(city: City) -> Need:
    return receive(
        text="broken lift",
        channel=Channel.WEB,
        person=Person(name="Li Si", email="li@home.example"),
        longitude=122.05,
        latitude=28.05,
    )


@pytest.fixture
def resident(need: Need) -> Client:
    client = Client()
    client.get(f"/n/{need.secret}/")
    return client


@pytest.fixture
def worker(city: City) -> Client:
    client = Client()
    client.force_login(official(Role.CASE_WORKER, city.west, name="Wang Wu"))
    return client


def test_the_resident_writes_and_the_desk_answers_by_their_medium(
    need: Need, resident: Client, worker: Client, carried: type[Memory]
) -> None:
    work()
    carried.sent.clear()
    sent = resident.post(f"/needs/{need.reference}/messages/", {"text": "It is the left one"}, follow=True)
    assert "We have your message." in sent.content.decode()
    assert need.reference in worker.get("/desk/?list=messages").content.decode()
    page = worker.get(f"/desk/needs/{need.reference}/").content.decode()
    assert "It is the left one" in page
    assert "It goes out by e-mail" in page
    assert "li@home.example" not in page, "the address is not needed to answer"
    worker.post(f"/desk/needs/{need.reference}/messages/", {"text": "Somebody comes on Monday"})
    assert need.reference not in worker.get("/desk/?list=messages").content.decode()
    work()
    (letter,) = carried.sent.values()
    assert (letter.to, letter.text) == ("li@home.example", "Somebody comes on Monday")
    page = resident.get(f"/needs/{need.reference}/").content.decode()
    assert "Somebody comes on Monday" in page
    assert "Wang Wu" not in page, "the city speaks, not an official by name"


def test_an_official_does_not_see_what_opens_the_residents_page(
    need: Need, resident: Client, worker: Client
) -> None:
    work()
    assert need.secret in Message.objects.get().text
    assert need.secret in resident.get(f"/needs/{need.reference}/").content.decode()
    page = worker.get(f"/desk/needs/{need.reference}/").content.decode()
    assert need.reference in page
    assert need.secret not in page


def test_photos_may_come_with_a_message_and_stay_with_it(need: Need, resident: Client) -> None:
    upload = SimpleUploadedFile("a.jpg", photo(), "image/jpeg")
    resident.post(f"/needs/{need.reference}/messages/", {"text": "see", "photos": upload})
    kept = Attachment.objects.get()
    assert (kept.need, kept.message and kept.message.text) == (need, "see")
    assert f"/attachments/{kept.pk}/" in resident.get(f"/needs/{need.reference}/").content.decode()


def test_what_is_refused_keeps_the_words(need: Need, resident: Client) -> None:
    upload = SimpleUploadedFile("a.exe", b"MZ\x90\0", "image/jpeg")
    answer = resident.post(f"/needs/{need.reference}/messages/", {"text": "my words", "photos": upload})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "my words" in page
    assert "a.exe" in page
    for text in ("", "   ", "x" * 5001, "a\0b"):
        assert resident.post(f"/needs/{need.reference}/messages/", {"text": text}).status_code == 422
    assert not Message.objects.exists()


def test_pressing_send_twice_is_one_message(need: Need, resident: Client) -> None:
    for _ in range(2):
        resident.post(f"/needs/{need.reference}/messages/", {"text": "Hello?"})
    assert Message.objects.filter(incoming=True).count() == 1


def test_writing_at_will_is_slowed_down(need: Need, resident: Client, settings: LazySettings) -> None:
    settings.CONFIGURED = settings.CONFIGURED | {"rate_limit": "3/minute"}
    states = [
        resident.post(f"/needs/{need.reference}/messages/", {"text": f"again {n}"}).status_code for n in range(5)
    ]
    assert states == [302, 302, 302, 422, 422]


def test_nobody_else_reads_or_writes(need: Need, city: City) -> None:
    say(need, "Something private", actor=None)
    stranger, elsewhere, caller = Client(), Client(), Client()
    elsewhere.force_login(official(Role.CASE_WORKER, city.east))
    caller.force_login(official(Role.CALL_TAKER))
    assert stranger.post(f"/needs/{need.reference}/messages/", {"text": "x"}).status_code == 404
    assert "Something private" not in stranger.get(f"/needs/{need.reference}/").content.decode()
    assert elsewhere.post(f"/desk/needs/{need.reference}/messages/", {"text": "x"}).status_code == 404
    assert caller.post(f"/desk/needs/{need.reference}/messages/", {"text": "x"}).status_code == 403
    with pytest.raises(PermissionDenied):
        say(need, "x", actor=official(Role.CASE_WORKER, city.east))
    with pytest.raises(PermissionDenied):
        see_to(need, actor=official(Role.CALL_TAKER))


def test_no_answer_needed_takes_it_off_the_list(need: Need, resident: Client, worker: Client) -> None:
    resident.post(f"/needs/{need.reference}/messages/", {"text": "Thank you!"})
    worker.post(f"/desk/needs/{need.reference}/messages/", {"no-answer": "1"})
    assert need.reference not in worker.get("/desk/?list=messages").content.decode()
    assert Message.objects.get(text="Thank you!").handled_at is not None


def test_an_empty_answer_is_refused_with_what_to_do(need: Need, worker: Client) -> None:
    answer = worker.post(f"/desk/needs/{need.reference}/messages/", {"text": " "})
    assert answer.status_code == 422
    assert "Please write what you want to say." in answer.content.decode()
    with pytest.raises(MessageRefusedError):
        say(need, "\ud800", actor=None)
    with pytest.raises(MessageRefusedError):
        write(need, "x" * 5001, actor=None)


def test_what_could_not_be_sent_is_shown_at_the_desk(need: Need, worker: Client, carried: type[Memory]) -> None:
    carried.refuses.append(UndeliverableError("no such address"))
    say(need, "Hello", actor=None)
    work()
    assert "Could not be sent" in worker.get(f"/desk/needs/{need.reference}/").content.decode()


def test_photos_of_a_message_that_began_the_need_are_shown_on_both_pages(city: City, worker: Client) -> None:
    heard = Heard(
        medium=Medium.CHAT,
        sender="li",
        gateway="chatty",
        text="the lift is broken",
        external_id="1",
        at=clock.now(),
        longitude=122.05,
        latitude=28.05,
        enclosures=(Enclosure("a.jpg", photo()), Enclosure("b.heic", b"\0\0\0\x18ftypheic\0\0\0\0")),
    )
    message = hear(heard).message
    assert message is not None
    need, kept = message.need, Attachment.objects.get()
    resident = Client()
    resident.get(f"/n/{need.secret}/")
    for page in (resident.get(f"/needs/{need.reference}/"), worker.get(f"/desk/needs/{need.reference}/")):
        assert f"/attachments/{kept.pk}/" in page.content.decode()
        assert "HEIC" in page.content.decode()


def test_a_worker_shows_a_photo_to_everybody_and_hides_it_again(need: Need, worker: Client, city: City) -> None:
    kept = store(photo(), name="a", need=need)
    address = f"/desk/needs/{need.reference}/photos/"
    worker.post(address, {"release": str(kept.pk)})
    assert Client().get(f"/attachments/{kept.pk}/").status_code == 200
    worker.post(address, {"take-back": str(kept.pk)})
    assert Client().get(f"/attachments/{kept.pk}/").status_code == 404
    for wrong in ({"release": "x"}, {}, {"release": str(need.pk)}):
        assert worker.post(address, wrong).status_code == 404
    elsewhere = Client()
    elsewhere.force_login(official(Role.CASE_WORKER, city.east))
    assert elsewhere.post(address, {"release": str(kept.pk)}).status_code == 404


def test_the_same_message_heard_by_two_at_the_same_moment_is_one(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "_key", lambda heard: (heard.external_id, None))  # neither finds it yet
    for name, text in (("m1", "the lift is broken"), ("m2", "it is the left one")):
        heard = Heard(Medium.SMS, "+8613800138000", text, name, clock.now(), gateway="relay")
        one, other = hear(heard), hear(heard)
        assert one.message == other.message
        assert (one.known, other.known) == (False, True)
    assert (Need.objects.count(), Message.objects.filter(incoming=True).count()) == (1, 2)


@pytest.fixture
def gas() -> None:
    only_gas_is_dangerous()


def test_danger_that_is_told_later_is_seen_and_answered_at_once(
    need: Need, resident: Client, worker: Client, carried: type[Memory], gas: None
) -> None:
    work()
    Need.objects.filter(pk=need.pk).update(urgency=None)
    Danger.objects.filter(need=need).delete()
    carried.sent.clear()
    resident.post(f"/needs/{need.reference}/messages/", {"text": "Now there is a smell of gas too"})
    assert Danger.objects.get().seen_at is None
    assert "Go outside and call 112." in resident.get(f"/needs/{need.reference}/").content.decode()
    work()
    (letter,) = carried.sent.values()
    assert letter.text == "Go outside and call 112."
    need.refresh_from_db()
    assert need.priority_class == PriorityClass.NOW
    take(Danger.objects.get(), actor=official(Role.CASE_WORKER))
    resident.post(f"/needs/{need.reference}/messages/", {"text": "The smell of gas gets stronger"})
    assert Danger.objects.get().seen_at is None, "it is to be looked at again"


def test_danger_that_is_told_to_a_closed_need_begins_another(need: Need, resident: Client, gas: None) -> None:
    Need.objects.filter(pk=need.pk).update(state=Need.State.MET)
    resident.post(f"/needs/{need.reference}/messages/", {"text": "It is repaired, but there is a smell of gas"})
    assert Need.objects.count() == 1, "it is understood outside the transaction that writes the message down"
    work()
    other = Need.objects.exclude(pk=need.pk).get()
    assert (other.person, other.longitude, other.urgency) == (need.person, need.longitude, PriorityClass.NOW)
    assert Danger.objects.filter(need=other, seen_at=None).exists()
