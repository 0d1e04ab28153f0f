"""What a program sends in pieces, without saying how long it is, arrives whole through the server as it is run."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import pytest

from tests.standards.gateways.posting import SECRET, signed_heads
from tests.standards.open311.cases import GOOD, photo
from tests.standards.open311.serving import served

pytestmark = pytest.mark.once
BOUNDARY = "a7c1"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
REQUESTS = "/open311/v2/requests"


@dataclass(frozen=True)
class Site:
    """An installation that is served, and a key for its Open311 interface."""

    port: int
    key: str

    def send(
        self, path: str, body: bytes, kind: str, heads: Mapping[str, str] | None = None
    ) -> tuple[int, str, bytes]:
        """POST ``body`` in chunks. Returns the status, the content type and the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        pieces = (body[at : at + 7000] for at in range(0, len(body), 7000))
        heads = {"Content-Type": kind, "Transfer-Encoding": "chunked", **(heads or {})}
        connection.request("POST", path, pieces, heads, encode_chunked=True)
        answer = connection.getresponse()
        told = answer.status, answer.headers.get_content_type(), answer.read()
        connection.close()
        return told

    def found(self, reference: str) -> dict[str, str]:
        """A request as Open311 shows it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", f"{REQUESTS}/{reference}.json")
        [shown] = json.loads(connection.getresponse().read())
        connection.close()
        return shown  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home: Path = tmp_path_factory.mktemp("chunked")
    (home / "lacarte.toml").write_text(
        f'gateways = ["relay sms"]\ngateway_secrets = ["relay {SECRET}"]\n'
        "upload_megabytes = 1\nuploads_per_need = 2\n"
    )
    with served(home) as told:
        yield Site(urlsplit(told.endpoint).port or 0, told.key)


def form(fields: Mapping[str, str], media: bytes = b"") -> bytes:
    """A multipart form (RFC 7578), perhaps with a photo."""
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()
    ]
    if media:
        head = (
            b'Content-Disposition: form-data; name="media"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        )
        parts.append(head + media)
    opening = f"--{BOUNDARY}\r\n".encode()
    return b"".join(opening + part + b"\r\n" for part in parts) + f"--{BOUNDARY}--\r\n".encode()


def test_a_request_with_a_photo_arrives_whole(site: Site) -> None:
    words = " ".join(f"Lift {number * 7919} is stuck." for number in range(200))
    sent = form({**GOOD, "description": words, "api_key": site.key, "attribute[FLOORS]": "12"}, photo())
    status, kind, body = site.send(f"{REQUESTS}.json", sent, MULTIPART)
    assert (status, kind) == (201, "application/json"), body
    [taken] = json.loads(body)
    assert site.found(taken["service_request_id"])["description"] == words


@pytest.mark.parametrize(("format", "kind"), [("json", "application/json"), ("xml", "text/xml")])
def test_a_form_that_does_not_show_its_end_is_refused_in_the_format_asked_for(
    site: Site, format: str, kind: str
) -> None:
    sent = urlencode({**GOOD, "api_key": site.key}).encode()
    status, told, body = site.send(f"{REQUESTS}.{format}", sent, "application/x-www-form-urlencoded")
    assert (status, told) == (411, kind)
    assert b"Content-Length" in body


def test_too_much_is_refused_wherever_it_goes(site: Site) -> None:
    much = form({**GOOD, "api_key": site.key}, b"x" * 3_500_000)
    for path in (f"{REQUESTS}.json", "/gateways/relay/", "/need/what/"):
        assert site.send(path, much, MULTIPART)[0] == 413


def test_what_breaks_off_makes_no_request(site: Site) -> None:
    sent = form({**GOOD, "description": "Broken off", "api_key": site.key, "attribute[FLOORS]": "12"})
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as connection:
        head = f"POST {REQUESTS}.json HTTP/1.1\r\nHost: localhost\r\nContent-Type: {MULTIPART}\r\n"
        part = sent[:-30]
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n{len(part):x}\r\n".encode() + part + b"\r\n")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(200).startswith(b"HTTP/1.1 400")


def test_a_gateways_message_arrives_whole(site: Site) -> None:
    name = str(uuid4())
    body = json.dumps({"id": name, "from": "+8613800138000", "text": "The lift is stuck. " * 500}).encode()
    status, _kind, answer = site.send("/gateways/relay/", body, "application/json", signed_heads(body, key=name))
    assert status == 201, answer
    assert json.loads(answer)["began"]


def test_an_answer_on_the_question_pages_arrives_whole(site: Site) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    connection.request("GET", "/need/what/")
    page = connection.getresponse()
    page.read()
    cookies = [value.partition(";")[0] for name, value in page.getheaders() if name.lower() == "set-cookie"]
    token = next(cookie.partition("=")[2] for cookie in cookies if cookie.startswith("csrftoken="))
    heads = {"Cookie": "; ".join(cookies), "X-CSRFToken": token}
    sent = form({"text": "The lift is stuck"})
    status, _kind, body = site.send("/need/what/", sent, MULTIPART, heads)
    assert status == 302, body
    assert site.send("/need/what/", b"text=lift", "application/x-www-form-urlencoded", heads)[0] == 411
