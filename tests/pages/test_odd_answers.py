"""Whatever is sent to the question pages, from whatever program, it is no fault of ours and loses nothing."""

from __future__ import annotations

import pytest
from django.test import Client

from lacarte.loop.needs.models import Need
from lacarte.registers.menu.attributes import read_question, set_questions
from tests.city import build
from tests.pages.telling import STUCK, send, to_the_check

pytestmark = pytest.mark.django_db
STEPS = (
    "what",
    "kind",
    "where",
    "which",
    "same",
    "more",
    "when",
    "photos",
    "contact",
    "check",
    "forget",
    "choose",
)
FIELDS = (
    *("text", "service", "home", "region", "address", "nearby", "longitude", "latitude", "place", "same", "since"),
    *("times", "name", "phone", "email", "subject", "anew", "go", "add", "remove", "draft", "challenge", "proof"),
    *("q-line", "q-number", "q-time", "q-one", "q-some", "photos"),
)
ODD = (
    *(
        "",
        "\0",
        "a\0b",
        "-",
        "🚲" * 50,
        "\u202eabc",
        "x" * 6000,
        "ا" * 300,
        "'; DROP TABLE needs_need; --",
        "../../etc",
    ),
    *(
        "<script>alert(1)</script>",
        "{{ 7*7 }}",
        "%00",
        "1e400",
        "-0",
        "nan",
        "١٢٣",
        "2026-13-45",
        "0000-00-00",
        "9999-12-31",
    ),
    *("[]", "None", "null", "true", "\r\n\r\n", "\u2028", "a" * 254 + "@example.org", "+" * 41, "home-care", "w"),
)


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("step", STEPS)
def test_no_odd_answer_is_a_fault(client: Client, step: str) -> None:
    city = build()
    values = {"a": {"en": "A"}, "b": {"en": "B"}}
    kinds = {"line": {}, "number": {}, "time": {}, "one-of": {"values": values}, "some-of": {"values": values}}
    asked = [
        read_question({"code": kind.removesuffix("-of"), "type": kind, "question": {"en": kind}, **more})
        for kind, more in kinds.items()
    ]
    set_questions(city.lift, asked)
    to_the_check(client)
    for odd in ODD:
        for method in (client.post, client.get):
            reply = method(f"/need/{step}/", dict.fromkeys(FIELDS, odd))
            assert reply.status_code < 500, (step, odd, reply.content.decode()[:500])
    for n, field in enumerate(FIELDS):
        odd = ODD[(7 * n + STEPS.index(step)) % len(ODD)]
        reply = client.post(f"/need/{step}/", {field: odd})
        assert reply.status_code < 500, (step, field, odd)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"text=%ED%A0%80%FF%00"),
        ("application/x-www-form-urlencoded", b"%" * 1000),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(2000))),
        ("application/x-www-form-urlencoded; charset=utf-7", b"text=+AGE-"),
        ("application/x-www-form-urlencoded; charset=no-such", b"text=a"),
        ("multipart/form-data", b"no boundary"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a"\r\n',
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n\xff\xfe\0\r\n--x--',
        ),
        ("multipart/form-data; boundary=" + "x" * 300, b"--"),
        ("application/json", b'{"text": "a"}'),
        ("text/plain", b"text=a"),
        ("", b"text=a"),
    ],
)
def test_no_odd_body_is_a_fault(client: Client, kind: str, body: bytes) -> None:
    build()
    to_the_check(client)
    for step in STEPS:
        assert client.generic("POST", f"/need/{step}/", body, content_type=kind).status_code < 500, step


def test_after_all_of_it_the_need_is_still_there(client: Client) -> None:
    build()
    to_the_check(client)
    for odd in ODD:
        client.post("/need/where/", {"region": odd, "longitude": odd})
        client.post("/need/contact/", {"phone": odd + "!", "email": odd + "@"})
    assert send(client).text == STUCK
    assert Need.objects.count() == 1


@pytest.mark.parametrize(
    "path",
    ["/need/same/", "/need/follow/%00/", "/need/follow/AAAA-AAAA/", "/need/no-such/", "/map/places.json?q=%00%ff"],
)
def test_addresses_that_no_link_has(client: Client, path: str) -> None:
    build()
    assert client.get(path).status_code < 500
    assert client.post(path).status_code < 500
