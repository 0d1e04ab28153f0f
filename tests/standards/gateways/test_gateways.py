"""Gateways: signed posts in, each taken in once; signed posts out."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.loop.needs.messages.carriers import Letter, UndeliverableError
from lacarte.loop.needs.models import Message, Need
from lacarte.registers.people.models import Person
from lacarte.registers.places.models import Boundary
from lacarte.standards.gateways.body import BodyError, parse
from lacarte.standards.gateways.configured import gateways_of
from lacarte.standards.gateways.sending import Gateways
from lacarte.standards.gateways.signing import SignatureError, sign, verify
from tests.city import build
from tests.engines.images.drawn import photo
from tests.standards.gateways.posting import CONFIGURED, SECRET, listening, post

pytestmark = pytest.mark.django_db
SMS = {"id": "m1", "from": "+8613800138000", "text": "The lift is broken"}


@pytest.fixture(autouse=True)
def gateways(settings: LazySettings, tmp_path: Any) -> None:
    settings.CONFIGURED = settings.CONFIGURED | CONFIGURED
    settings.MEDIA_ROOT = tmp_path
    build()


def test_a_signature_is_that_of_the_standard() -> None:
    # The example of the specification's own libraries.
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = sign(secret, key="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp=1614265330, body=b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_an_sms_becomes_a_need_with_its_sender(client: Client) -> None:
    answer = post(client, SMS)
    need = Need.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "message": str(Message.objects.get().pk),
        "reference": need.reference,
        "began": True,
        "refused": [],
    }
    assert (need.channel, need.text) == ("message", "The lift is broken")
    assert need.person is not None
    assert need.person.phone == "+8613800138000"


def test_posted_again_nothing_happens_twice_and_the_answer_is_the_same(client: Client) -> None:
    first = post(client, SMS)
    for key in ("post-1", "post-2"):
        again = post(client, SMS, key=key)
        assert again.status_code == 200
        assert again.json() == first.json()
    assert Need.objects.count() == Message.objects.count() == Person.objects.count() == 1


def test_what_one_sender_adds_too_often_is_to_be_posted_again(client: Client, settings: LazySettings) -> None:
    settings.CONFIGURED = settings.CONFIGURED | {"rate_limit_message": "1/minute"}
    post(client, SMS)
    assert post(client, SMS | {"id": "m2"}, key="post-2").status_code == 201
    refused = post(client, SMS | {"id": "m3"}, key="post-3")
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert refused.json()["errors"][0]["field"] == "from"
    assert Message.objects.count() == 2
    settings.CONFIGURED = settings.CONFIGURED | {"rate_limit_message": "9/minute"}
    assert post(client, SMS | {"id": "m3"}, key="post-4").status_code == 201


def test_another_gateway_may_use_the_same_id(client: Client) -> None:
    post(client, SMS)
    assert post(client, SMS, name="chatty").json()["began"]
    assert Need.objects.count() == 2


def test_what_follows_joins_and_new_begins_anew(client: Client) -> None:
    first = post(client, SMS).json()["reference"]
    more = post(client, SMS | {"id": "m2", "text": "It is the left one"}).json()
    assert (more["reference"], more["began"]) == (first, False)
    for number, text in enumerate(["NEW the lamp is out", "新的问题：路灯坏了", "new: the lamp"]):
        assert post(client, SMS | {"id": f"n{number}", "text": text}).json()["began"]
    assert post(client, SMS | {"id": "x", "from": "+8613900139000"}).json()["began"], "of somebody else"


def test_a_newspaper_is_not_a_new_matter(client: Client) -> None:
    post(client, SMS)
    assert not post(client, SMS | {"id": "m2", "text": "newspapers lie in front of it"}).json()["began"]


def test_media_come_along_and_what_cannot_be_taken_is_told(client: Client) -> None:
    media = [
        {"name": "a.jpg", "data": base64.b64encode(photo()).decode()},
        {"name": "b.exe", "data": base64.b64encode(b"MZ\x90\0").decode()},
    ]
    told = post(client, {"id": "m1", "from": "li", "media": media, "language": "zh-Hans"}, name="chatty").json()
    message = Message.objects.get()
    assert message.attachments.count() == Need.objects.get().attachments.count() == 1
    assert "b.exe" in told["refused"][0]
    assert told["refused"] == message.refused


def test_a_place_that_was_shared_is_where_it_is(client: Client) -> None:
    post(client, SMS | {"longitude": 122.05, "latitude": 28.05})
    assert (Need.objects.get().longitude, str(Need.objects.get().region)) == (122.05, "West")


def test_where_no_boundary_is_known_any_place_may_be_shared(client: Client) -> None:
    Boundary.objects.all().delete()
    assert post(client, SMS | {"longitude": 1.0, "latitude": 1.0}).status_code == 201


@pytest.mark.parametrize(
    ("seconds", "heads", "field"),
    [
        (-302, {}, "webhook-timestamp"),
        (400, {}, "webhook-timestamp"),  # a slow machine needs a while to post it
        (0, {"webhook-timestamp": "yesterday"}, "webhook-timestamp"),
        (0, {"webhook-timestamp": "²"}, "webhook-timestamp"),
        (0, {"webhook-signature": "v1,AAAA"}, "webhook-signature"),
        (0, {"webhook-signature": ""}, "webhook-signature"),
        (0, {"webhook-id": "another"}, "webhook-signature"),
        (0, {"webhook-id": ""}, "webhook-id"),
    ],
)
def test_what_is_not_signed_now_and_by_it_is_refused(
    client: Client, seconds: float, heads: dict[str, str], field: str
) -> None:
    answer = post(client, SMS, at=time.time() + seconds, **heads)
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["field"] == field
    assert not Message.objects.exists()


def test_another_secret_and_a_changed_body_are_refused(client: Client) -> None:
    assert post(client, SMS, secret=base64.b64encode(b"x" * 30).decode()).status_code == 401
    with pytest.raises(SignatureError):
        signed = sign(b"secret", key="k", timestamp=1, body=b"one")
        verify([b"secret"], key="k", timestamp="1", signatures=signed, body=b"two", now=1)


def test_while_a_secret_is_replaced_both_count() -> None:
    signed = " ".join(sign(secret, key="k", timestamp=1, body=b"x") for secret in (b"old", b"new"))
    verify([b"new"], key="k", timestamp="1", signatures=signed, body=b"x", now=1)
    verify([b"other", b"old"], key="k", timestamp="1", signatures=signed, body=b"x", now=1)


def test_who_keeps_signing_wrongly_is_told_to_wait(client: Client, settings: LazySettings) -> None:
    settings.CONFIGURED = settings.CONFIGURED | {"rate_limit": "3/minute"}
    states = [post(client, SMS, **{"webhook-signature": "v1,AAAA"}).status_code for _ in range(5)]
    assert states == [401, 401, 401, 429, 429]
    assert post(client, SMS).status_code == 201, "and who signs rightly is heard"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"from": "x", "text": "y"}, "id"),
        ({"id": "", "from": "x", "text": "y"}, "id"),
        ({"id": "x" * 101, "from": "x", "text": "y"}, "id"),
        ({"id": 7, "from": "x", "text": "y"}, "id"),
        ({"id": "1", "text": "y"}, "from"),
        ({"id": "1", "from": "x"}, "text"),
        ({"id": "1", "from": "x", "text": "a\0b"}, "text"),
        ({"id": "1", "from": "x", "text": "\ud800"}, "text"),
        ({"id": "1", "from": "x", "text": "y" * 20_001}, "text"),
        ({"id": "1", "from": "x", "text": "y", "language": "not a tag!"}, "language"),
        ({"id": "1", "from": "x", "text": "y", "at": "2026-03-01T09:30:00"}, "at"),
        ({"id": "1", "from": "x", "text": "y", "at": "soon"}, "at"),
        ({"id": "1", "from": "x", "text": "y", "at": "0001-01-01T00:00:00+08:00"}, "at"),
        ({"id": "1", "from": "x", "text": "y", "at": "0001-01-01T00:00:00+00:00"}, "at"),
        ({"id": "1", "from": "x", "text": "y", "at": "9999-12-31T23:59:59-08:00"}, "at"),
        ({"id": "1", "from": "x", "text": "y", "longitude": 1.0, "latitude": 1.0}, "longitude"),
        ({"id": "1", "from": "x", "text": "y", "\ud800": 1}, "\\ud800"),
        ({"id": "1", "from": "x", "text": "y", "longitude": 10**400, "latitude": 1}, "longitude"),
        ({"id": "1", "from": "x", "text": "y", "latitude": 91}, "latitude"),
        ({"id": "1", "from": "x", "text": "y", "longitude": 1}, "longitude"),
        ({"id": "1", "from": "x", "text": "y", "media": {}}, "media"),
        ({"id": "1", "from": "x", "text": "y", "media": [{"data": "!"}]}, "media[0].data"),
        ({"id": "1", "from": "x", "text": "y", "media": ["x"]}, "media[0]"),
        ({"id": "1", "from": "x", "text": "y", "colour": "red"}, "colour"),
    ],
)
def test_every_fault_names_its_field(client: Client, body: dict[str, Any], field: str) -> None:
    answer = post(client, body)
    assert answer.status_code == 422
    assert field in [fault["field"] for fault in answer.json()["errors"]]
    assert not Message.objects.exists()


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b"null", b"[" * 100_000, b"1" * 5000])
def test_what_is_no_object_is_refused(client: Client, data: bytes) -> None:
    assert post(client, data).status_code == 400


def test_unknown_gateways_other_methods_and_too_much_are_refused(client: Client, settings: LazySettings) -> None:
    assert post(client, SMS, name="nobody").status_code == 404
    assert client.get("/gateways/relay/").status_code == 405
    settings.CONFIGURED = settings.CONFIGURED | {"upload_megabytes": 1, "uploads_per_need": 0}
    assert post(client, b"x" * 3_000_000).status_code == 413


@hypothesis_settings(max_examples=300)
@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text() | st.integers(), lambda inner: (
    st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["id", "from", "text", "media", "at", "data", "name", "longitude"]), inner)
), max_leaves=12))  # fmt: skip
def test_no_body_brings_more_than_a_refusal(said: Any) -> None:
    try:
        body = parse(json.dumps(said).encode())
    except BodyError as error:
        assert error.faults
    else:
        assert body.id
        assert body.sender


def letter(gateway: str = "relay") -> Letter:
    return Letter(uuid7(), "+8613800138000", "收到", "zh-hans", "7KQ2-M4XD", clock.now(), gateway=gateway)


def answering(settings: LazySettings, address: str) -> None:
    settings.CONFIGURED = settings.CONFIGURED | {
        "gateways": [f"relay sms {address}"],
        "gateway_secrets": [f"relay {SECRET}"],
    }


def test_what_goes_out_is_signed_and_named(settings: LazySettings) -> None:
    with listening([]) as (address, posted):
        answering(settings, address)
        sent = letter()
        Gateways("sms").send(sent)
    heads, data = posted[0]
    assert json.loads(data) == {
        "id": str(sent.key),
        "to": "+8613800138000",
        "text": "收到",
        "language": "zh-Hans",
        "reference": "7KQ2-M4XD",
    }
    assert heads["webhook-id"] == str(sent.key)
    verify(
        [base64.b64decode(SECRET)],
        key=heads["webhook-id"],
        timestamp=heads["webhook-timestamp"],
        signatures=heads["webhook-signature"],
        body=data,
        now=time.time(),
    )


@pytest.mark.parametrize("state", [400, 410, 422])
def test_a_refusal_is_final(settings: LazySettings, state: int) -> None:
    with listening([state]) as (address, _):
        answering(settings, address)
        with pytest.raises(UndeliverableError, match=str(state)):
            Gateways("sms").send(letter())


@pytest.mark.parametrize("state", [302, 404, 408, 429, 500, 503])
def test_a_fault_is_tried_again(settings: LazySettings, state: int) -> None:
    with listening([state]) as (address, posted):
        answering(settings, address)
        with pytest.raises(OSError, match=str(state)):
            Gateways("sms").send(letter())
    assert len(posted) == 1, "and no redirection is followed"


def test_an_sms_goes_by_the_first_gateway_and_a_chat_by_its_own() -> None:
    assert Gateways("sms").route("") == Gateways("sms").route("relay") == Gateways("sms").route("gone") == "relay"
    assert Gateways("chat").route("chatty") == "chatty"
    assert Gateways("chat").route("mute") is None
    assert Gateways("chat").route("") is None
    with pytest.raises(UndeliverableError):
        Gateways("chat").send(letter("gone"))


@pytest.mark.parametrize(
    ("written", "secrets", "words"),
    [
        (["relay"], [f"relay {SECRET}"], "relay"),
        (["relay fax"], [f"relay {SECRET}"], "sms or chat"),
        (["relay sms ftp://x"], [f"relay {SECRET}"], "begins with https"),
        (["relay sms"], [], "no secret"),
        (["relay sms"], ["relay short"], "base64"),
        ([], [f"relay {SECRET}"], "not one of"),
        (["relay sms", "relay chat"], [f"relay {SECRET}"], "two of them"),
    ],
)
def test_settings_that_are_wrong_say_how(written: list[str], secrets: list[str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        gateways_of(written, secrets)
