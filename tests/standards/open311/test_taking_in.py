"""POST requests: a form becomes one need with all that it says, or nothing and a list of what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lacarte.kernel import clock
from lacarte.kernel.api_keys import make, revoke
from lacarte.kernel.rate_limit import under_attack
from lacarte.loop.needs.models import Attachment, Danger, Need, UrgencyRule
from lacarte.registers.menu.models import PriorityClass
from lacarte.registers.people.models import Person
from lacarte.registers.places.models import NamedPlace
from tests.city import build
from tests.standards.open311.cases import ANSWERS, GOOD, ROOT, asking_city, data, photo

pytestmark = pytest.mark.django_db
REQUESTS = f"{ROOT}/requests.json"


def refused(answer: Any, status: int) -> list[str]:
    """What the error list says, after a look at its form and that nothing is left behind."""
    listed = answer.json()
    assert answer.status_code == status
    assert {error["code"] for error in listed} == {status}
    assert not Need.objects.exists()
    assert not Person.objects.exists(), "a refused request leaves nothing behind"
    assert not Attachment.objects.exists()
    return [error["description"] for error in listed]


@pytest.mark.parametrize("format", ["json", "xml"])
def test_a_request_becomes_a_need_and_can_be_asked_about(client: Client, format: str) -> None:
    city = build()
    answer = client.post(f"{ROOT}/requests.{format}", GOOD)
    assert answer.status_code == 201
    [taken] = data(answer)
    need = Need.objects.get(reference=taken["service_request_id"])
    assert (need.channel, need.service_type, need.region, need.person) == ("open311", city.lift, city.east, None)
    assert taken["account_id"] is None
    assert "at the latest" in taken["service_notice"]
    [stands] = data(client.get(f"{ROOT}/requests/{need.reference}.{format}"))
    assert (stands["status"], stands["service_code"], stands["lat"]) == ("open", "lift-repair", "28.05")


def test_all_that_is_said_is_kept_and_what_is_personal_is_not_shown(client: Client) -> None:
    asking_city()
    said = {
        "email": "ana@example.org",
        "device_id": "tt222111",
        "account_id": "123456",
        "first_name": "Ana",
        "last_name": "Lovelace",
        "phone": "+86 571 5550 0100",
        "address_string": "12 Plum Street",
        "media_url": "https://photos.example.org/1.jpg",
        "description": "The lift is stuck.\nCall me at 415-555-0100",
    }
    [taken] = client.post(REQUESTS, {**GOOD, **ANSWERS, **said}, headers={"Accept-Language": "zh-hans"}).json()
    assert taken["account_id"] == "123456"
    need = Need.objects.get()
    person = Person.objects.get()
    assert (person.name, person.email, person.phone) == ("Ana Lovelace", said["email"], said["phone"])
    assert person.language == "zh-hans"
    assert need.person == person
    assert need.text == said["description"]
    assert need.address == "12 Plum Street"
    assert need.origin == {name: said[name] for name in ("account_id", "device_id", "media_url")}
    shown = client.get(f"{ROOT}/requests/{need.reference}.json?extensions=true").content.decode()
    for secret in ("ana@", "tt222111", "123456", "Ana", "Lovelace", "5550", "415-555-0100", "photos.example.org"):
        assert secret not in shown
    assert "The lift is stuck." in shown


def test_a_need_of_a_person_is_only_said_to_exist(client: Client) -> None:
    build()
    form = {**GOOD, "service_code": "home-care", "first_name": "Ana", "phone": "555", "address_string": "my home"}
    [taken] = client.post(REQUESTS, form).json()
    assert Person.objects.get().name == "Ana"
    [shown] = client.get(f"{ROOT}/requests/{taken['service_request_id']}.json?extensions=true").json()
    assert (shown["service_code"], shown["status"]) == ("home-care", "open")
    for field in ("description", "address", "address_id", "lat", "long", "media_url", "agency_responsible"):
        assert shown[field] is None
    assert shown["extended_attributes"] == {"channel": "open311", "followers": None, "photos": [], "answers": []}


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        ({"service_code": ""}, 400, ["service_code is missing"]),
        ({"service_code": "tea"}, 404, ["service_code: there is no service “tea”"]),
        ({"service_code": "health"}, 404, ["service_code: there is no service “health”"]),
        ({"lat": "north"}, 400, ["lat: “north” is not a number"]),
        ({"lat": "", "long": ""}, 400, ["say where"]),
        ({"lat": ""}, 400, ["lat: is missing"]),
        ({"lat": "95"}, 400, ["lat: 95 is not from"]),
        ({"lat": "nan", "long": "inf"}, 400, ["long: “inf” is not a number", "lat: “nan” is not a number"]),
        ({"lat": "1_0"}, 400, ["lat: “1_0” is not"]),
        ({"lat": "٢٨"}, 400, ["lat: “٢٨” is not"]),
        ({"lat": "1e400"}, 400, ["lat: “1e400” is not"]),
        ({"lat": "48.85", "long": "2.35"}, 400, ["lat, long: this place is outside lacarte.local"]),
        ({"description": "x" * 6000}, 400, ["description: Please use at most 5000"]),
        ({"address_string": "x" * 301}, 400, ["address_string: please use at most 300"]),
        ({"email": "nobody"}, 400, ["email: “nobody” is not"]),
        ({"phone": "5" * 41}, 400, ["phone: please use at most 40"]),
        ({"media_url": "javascript:alert(1)"}, 400, ["media_url: is not an address"]),
        ({"media_url": "http://[::1"}, 400, ["media_url: is not an address"]),
        ({"email": "x", "lat": "y", "phone": "5" * 41}, 400, ["lat: “y”", "email: “x”", "phone: please"]),
        ({"lat": "", "long": "", "address_id": "tower"}, 400, ["address_id: “tower” is not known"]),
    ],
    ids=lambda value: str(value)[:40],
)
def test_everything_that_is_wrong_is_named(client: Client, changes: dict, status: int, says: list[str]) -> None:
    build()
    told = refused(client.post(REQUESTS, {**GOOD, "first_name": "Ana", **changes}), status)
    assert len(told) == len(says)
    for words in says:
        assert any(description.startswith(words) for description in told), told


def test_an_empty_field_is_as_if_not_sent(client: Client) -> None:
    build()
    empty = dict.fromkeys(
        ("email", "phone", "address_string", "address_id", "media_url", "api_key", "device_id"), " "
    )
    assert client.post(REQUESTS, {**GOOD, **empty}).status_code == 201
    assert Need.objects.get().origin == {}


def test_a_place_of_the_gazetteer_says_where(client: Client) -> None:
    city = build()
    NamedPlace.objects.create(
        code="tower", kind="landmark", name={"en": "The Tower"}, region=city.west, longitude=122.01, latitude=28.02
    )
    form = {"service_code": "lift-repair", "description": "stuck", "address_id": "tower"}
    [taken] = client.post(REQUESTS, form).json()
    need = Need.objects.get()
    assert (need.region, need.longitude, need.latitude, need.address) == (city.west, 122.01, 28.02, "The Tower")
    [shown] = client.get(f"{ROOT}/requests/{taken['service_request_id']}.json").json()
    assert (shown["address_id"], shown["address"]) == ("tower", "The Tower")


def test_where_in_words_alone_is_enough(client: Client) -> None:
    build()
    form = {"service_code": "lift-repair", "description": "stuck", "address_string": "Plum Street 3, East"}
    assert client.post(REQUESTS, form).status_code == 201
    assert Need.objects.get().address == "Plum Street 3, East"


def test_answers_are_kept_in_their_own_form(client: Client) -> None:
    asking_city()
    answers = {
        "attribute[NUMBER]": " B 7 ",
        "attribute[FLOORS]": "12.50",
        "attribute[SINCE]": "2026-01-31T09:30:00Z",
        "attribute[MORE]": "line one\nline two",
        "attribute[STATE]": "slow",
        "attribute[WHO][]": ["old", "wheels"],
        "attribute[GONE]": "kept as it is",
    }
    assert client.post(REQUESTS, {**GOOD, **answers}).status_code == 201
    kept = Need.objects.get().answers
    assert kept.pop("SINCE").startswith("2026-01-31T09:30:00")
    assert kept == {
        "NUMBER": "B 7",
        "FLOORS": "12.50",
        "MORE": "line one\nline two",
        "STATE": "slow",
        "WHO": ["old", "wheels"],
        "GONE": "kept as it is",
    }


@pytest.mark.parametrize("field", ["attribute[WHO]", "attribute[WHO][]"])
def test_several_answers_come_with_or_without_brackets(client: Client, field: str) -> None:
    asking_city()
    assert client.post(REQUESTS, {**GOOD, **ANSWERS, field: ["wheels", "old"]}).status_code == 201
    assert Need.objects.get().answers["WHO"] == ["wheels", "old"]


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({}, ["attribute[FLOORS]: Please answer this question."]),
        ({"attribute[FLOORS]": " "}, ["attribute[FLOORS]: Please answer this question."]),
        ({"attribute[FLOORS]": "many"}, ["attribute[FLOORS]: Please write a number"]),
        ({**ANSWERS, "attribute[SINCE]": "soon"}, ["attribute[SINCE]: Please write a day"]),
        ({**ANSWERS, "attribute[STATE]": "fast"}, ["attribute[STATE]: “fast” is none"]),
        ({**ANSWERS, "attribute[STATE]": ["slow", "stuck"]}, ["attribute[STATE]: Please give one"]),
        ({**ANSWERS, "attribute[WHO][]": ["old", "young"]}, ["attribute[WHO]: “young” is none"]),
        ({"attribute[STATE]": "fast"}, ["attribute[FLOORS]: Please", "attribute[STATE]: “fast”"]),
        ({**ANSWERS, "attribute[" + "x" * 81 + "]": "y"}, ["attribute[xxx"]),
        ({**ANSWERS, "attribute[GONE]": "y" * 2001}, ["attribute[GONE]: please use at most 2000"]),
        ({f"attribute[{n}]": "y" for n in range(101)}, ["attribute: at most 100"]),
    ],
    ids=lambda value: str(value)[:40],
)
def test_answers_that_are_wrong_are_named(client: Client, answers: dict, says: list[str]) -> None:
    asking_city()
    told = refused(client.post(REQUESTS, {**GOOD, **answers}), 400)
    assert len(told) == len(says)
    assert all(any(said.startswith(words) for said in told) for words in says), told


def test_photos_come_with_it_and_are_not_public_until_released(client: Client) -> None:
    build()
    files = {"media": SimpleUploadedFile("a.jpg", photo()), "media[]": SimpleUploadedFile("b.jpg", photo("blue"))}
    [taken] = client.post(REQUESTS, {**GOOD, **files}).json()
    need = Need.objects.get()
    assert need.attachments.count() == 2
    address = f"{ROOT}/requests/{taken['service_request_id']}.json"
    assert client.get(address).json()[0]["media_url"] is None
    assert client.get(reverse("attachment", args=[need.attachments.first().pk])).status_code == 404
    need.attachments.update(released_at=clock.now())
    seen = client.get(client.get(address).json()[0]["media_url"])
    assert (seen.status_code, seen["Content-Type"]) == (200, "image/jpeg")
    assert seen["Cross-Origin-Resource-Policy"] == "cross-origin", "pages of clients show it"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("evil.jpg", b"MZ this is no photo \0\1\2", "“evil.jpg” is neither"),
        ("half.jpg", photo()[:200], "“half.jpg” is damaged"),
        ("empty.jpg", b"", "“empty.jpg” is empty"),
    ],
)
def test_a_file_that_is_no_photo_is_named(client: Client, name: str, content: bytes, says: str) -> None:
    build()
    files = {"media": [SimpleUploadedFile("good.jpg", photo()), SimpleUploadedFile(name, content)]}
    [told] = refused(client.post(REQUESTS, {**GOOD, **files}), 400)
    assert told.startswith(f"media: {says}")


def test_too_many_files_are_refused(client: Client, settings: LazySettings) -> None:
    build()
    settings.CONFIGURED = {**settings.CONFIGURED, "uploads_per_need": 1}
    files = {"media": [SimpleUploadedFile(f"{n}.jpg", photo()) for n in range(2)]}
    assert refused(client.post(REQUESTS, {**GOOD, **files}), 400) == ["media: at most 1 files can be sent along"]


def test_too_large_a_body_is_refused_before_it_is_read(client: Client, settings: LazySettings) -> None:
    build()
    settings.CONFIGURED = {**settings.CONFIGURED, "uploads_per_need": 1, "upload_megabytes": 1}
    files = {"media": SimpleUploadedFile("large.jpg", b"x" * 2_100_000)}
    [told] = refused(client.post(REQUESTS, {**GOOD, **files}), 413)
    assert told.startswith("this is too much")


@pytest.mark.parametrize("field", ["service_code", "description", "address_string", "first_name", "attribute[X]"])
def test_what_is_no_text_is_refused(client: Client, field: str) -> None:
    build()
    for body in (b"a%00b", b"caf%E9", b"%ed%a0%80"):
        form = b"&".join([b"lat=28.05&long=122.15&service_code=lift-repair", field.encode() + b"=" + body])
        answer = client.post(REQUESTS, form, content_type="application/x-www-form-urlencoded")
        assert refused(answer, 400) == [f"{field}: this is no text in UTF-8"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{"),
        ("text/plain", b"service_code=lift-repair"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(2000))),
        ("application/x-www-form-urlencoded", b"description=" + b"x" * 3_000_000),
        ("application/x-www-form-urlencoded; charset=utf-16", b"a=b"),
        ("application/x-www-form-urlencoded", b"service_code=%ed%a0%80"),
        ("application/x-www-form-urlencoded", b"service%00code=1"),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nbad"),
        ("multipart/form-data; boundary=x; charset=rot13", b"--x--"),
    ],
    ids=["json", "plain", "many", "large", "charset", "surrogate", "name", "boundary", "part", "rot13"],
)
@pytest.mark.parametrize("format", ["json", "xml"])
def test_a_body_that_is_no_form_is_answered_with_the_list(
    client: Client, kind: str, body: bytes, format: str
) -> None:
    build()
    answer = client.generic("POST", f"{ROOT}/requests.{format}", body, content_type=kind)
    assert 400 <= answer.status_code < 500
    [error] = data(answer)
    assert error["code"] == str(answer.status_code)
    assert error["description"]
    assert not Need.objects.exists()


def test_one_address_cannot_flood_and_a_key_has_a_count_of_its_own(client: Client) -> None:
    build()
    answers = [client.post(REQUESTS, GOOD) for _ in range(31)]
    assert [answer.status_code for answer in answers] == [201] * 30 + [429]
    assert answers[-1]["Retry-After"] == "60"
    _, key = make("app")
    assert client.post(REQUESTS, {**GOOD, "api_key": key}).status_code == 201


def test_what_is_refused_or_held_is_noticed_as_an_attack_and_a_hasty_program_is_not(
    client: Client, settings: LazySettings
) -> None:
    build()
    paces = {"rate_limit": "1/minute", "rate_limit_key": "1/minute", "attack_pace": "2/hour"}
    settings.CONFIGURED = {**settings.CONFIGURED, **paces}
    _, key = make("app")
    answers = [client.post(REQUESTS, {**GOOD, "api_key": key}).status_code for _ in range(5)]
    assert answers == [201] + [429] * 4
    assert not under_attack()
    assert client.post(REQUESTS, {**GOOD, "description": "you are a fucking idiot"}).status_code == 201
    assert Need.objects.filter(state=Need.State.HELD).exists()
    assert not under_attack()
    assert client.post(REQUESTS, GOOD).status_code == 429
    assert under_attack()


def test_a_key_is_needed_where_the_city_says_so(client: Client, settings: LazySettings) -> None:
    build()
    _, key = make("app")
    assert refused(client.post(REQUESTS, {**GOOD, "api_key": "wrong"}), 403)[0].startswith("api_key: this key")
    settings.CONFIGURED = {**settings.CONFIGURED, "open311_key_required": True}
    for none in ({}, {"api_key": ""}):
        assert refused(client.post(REQUESTS, {**GOOD, **none}), 403)[0].startswith("api_key is missing")
    assert client.post(REQUESTS, {**GOOD, "api_key": key}).status_code == 201
    assert Need.objects.get().origin == {"key": "app"}
    assert client.post(f"{REQUESTS}?api_key={key}", GOOD).status_code == 201
    assert client.get(f"{ROOT}/services.json").status_code == 200, "reading needs none"
    revoke("app")
    Need.objects.all().delete()
    assert refused(client.post(REQUESTS, {**GOOD, "api_key": key}), 403)[0].startswith("api_key: this key")


def test_danger_is_answered_with_the_emergency_number_first(client: Client) -> None:
    build()
    UrgencyRule.objects.create(
        code="dragons",
        name={"en": "Dragons"},
        words={"en": ["dragon"]},
        urgency=PriorityClass.NOW,
        advice={"en": "Leave the house and call {fire}."},
    )
    [taken] = client.post(REQUESTS, {**GOOD, "description": "There is a dragon in the lift"}).json()
    assert taken["service_notice"].startswith("Leave the house and call 112.\n")
    assert Danger.objects.filter(need__reference=taken["service_request_id"]).exists()
