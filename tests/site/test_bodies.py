"""Slow senders keep nobody from the pages; too much is refused before it is read."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest

from lacarte.site.bodies import Bodies


class Slow:
    """A body that does not come until somebody lets it."""

    def __init__(self) -> None:
        self.asked, self.may_go = threading.Event(), threading.Event()

    def read(self, size: int) -> bytes:
        self.asked.set()
        assert self.may_go.wait(10)
        return b"x" * size


def echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Says what it was sent."""
    start_response("200 OK", [])
    return [environ["wsgi.input"].read()]


def call(
    bodies: Bodies, stream: Any = None, length: object = "", sender: str = "192.0.2.1", kind: str = "", **more: str
) -> tuple[str, bytes]:
    said: list[str] = []
    environ = {"CONTENT_LENGTH": str(length), "wsgi.input": stream or BytesIO(), "REMOTE_ADDR": sender, **more}
    environ["CONTENT_TYPE"] = kind
    body = b"".join(bodies(environ, lambda status, headers: said.append(status)))
    return said[0], body


def made(**more: Any) -> Bodies:
    return Bodies(echo, **{"threads": 1, "most": lambda: 1_000_000, "waiting": 2, **more})


@pytest.mark.parametrize("size", [1, 65_535, 65_536, 65_537, 999_999])
def test_a_body_arrives_whole(size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    assert call(made(), BytesIO(data), size) == ("200 OK", data[:size]), "and no more of it than was announced"


def test_what_comes_without_a_length_is_served_as_it_is() -> None:
    for length in ("", "0", "-1", "１２", "many"):
        assert call(made(), BytesIO(b"abc"), length) == ("200 OK", b"abc")


def test_too_much_is_refused_before_it_is_read() -> None:
    status, words = call(made(), None, 1_000_001)
    assert status.startswith("413")
    assert "send fewer or smaller files" in words.decode()
    assert "文件" in words.decode()


@pytest.mark.parametrize(
    "name", ["zip", "hex", "rot13", "undefined", "idna", "unicode_escape", "utf-16", "nonsense"]
)
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_what_makes_no_text_is_no_encoding_of_a_form(kind: str, name: str) -> None:
    status, words = call(made(), kind=f'{kind}; CharSet="{name}"')
    assert status.startswith("415") and b"UTF-8" in words


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "text/plain; charset=UTF8", "text/plain; charset=gb18030", "a; charset="]
)
def test_encodings_that_people_write_in_are_read(kind: str) -> None:
    assert call(made(), kind=kind)[0].startswith("200")


def test_a_body_that_ends_early_is_said_so() -> None:
    assert call(made(), BytesIO(b"abc"), 4)[0].startswith("400")


FORM = b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--\r\n"
CHUNKED = {"REQUEST_METHOD": "POST", "HTTP_TRANSFER_ENCODING": "chunked"}


@pytest.mark.parametrize(
    ("kind", "data", "status"),
    [
        ("multipart/form-data; boundary=x", FORM, 200),
        ('multipart/form-data; boundary="x"', FORM + b"and what nobody reads", 200),
        ("multipart/form-data; boundary=x", FORM[:-5], 400),
        ("application/json", b"{}", 200),
        ("application/x-www-form-urlencoded", b"", 200),
        ("application/x-www-form-urlencoded", b"a=1", 411),
        ("multipart/form-data", FORM, 411),
        ("", b"a=1", 411),
        ("application/json", b" " * 1_000_000, 200),
        ("application/json", b" " * 1_000_001, 413),
    ],
)
def test_without_a_length_what_shows_its_own_end_arrives_whole(kind: str, data: bytes, status: int) -> None:
    said, body = call(made(), BytesIO(data), kind=kind, **CHUNKED)
    assert said.startswith(str(status))
    assert status != 200 or body == data


def test_the_length_of_what_came_is_told_to_whoever_serves_it() -> None:
    def length(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [environ["CONTENT_LENGTH"].encode()]

    bodies = Bodies(length, threads=1, most=lambda: 100)
    second = {"REQUEST_METHOD": "POST", "SERVER_PROTOCOL": "HTTP/2.0"}
    for how in (CHUNKED, second):
        assert call(bodies, BytesIO(b"{}"), kind="application/json", **how)[1] == b"2"


@pytest.mark.parametrize(
    ("path", "accept", "kind", "begins"),
    [
        (
            "/open311/v2/requests.json",
            "",
            "application/json; charset=utf-8",
            b'[{"code":411,"description":"Please say',
        ),
        ("/open311/v2/requests", "", "text/xml; charset=utf-8", b"<?xml"),
        ("/open311/v2/requests", "application/json", "application/json; charset=utf-8", b"["),
        ("/gateways/relay/", "", "application/json", b'{"errors": [{"field": "", "message": "Please say'),
        ("/need/what/", "text/html", "text/plain; charset=utf-8", b"Please say"),
    ],
)
def test_a_refusal_is_in_the_format_of_whoever_sent_it(path: str, accept: str, kind: str, begins: bytes) -> None:
    heads: dict[str, str] = {}
    environ = {**CHUNKED, "wsgi.input": BytesIO(b"a=1"), "PATH_INFO": path, "HTTP_ACCEPT": accept}
    body = b"".join(made()(environ, lambda status, headers: heads.update(headers)))
    assert (heads["Content-Type"], heads["Content-Length"]) == (kind, str(len(body)))
    assert body.startswith(begins)


def test_pages_are_served_while_bodies_are_awaited() -> None:
    bodies, slow = made(), [Slow(), Slow()]
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(call, bodies, one, 5, f"192.0.2.{n}") for n, one in enumerate(slow)]
        for one in slow:
            assert one.asked.wait(10)
        assert call(bodies)[0] == "200 OK", "the only thread that serves is free"
        status, words = call(bodies, BytesIO(b"abc"), 3, "192.0.2.9")
        assert status.startswith("503")
        assert "the pages can be read meanwhile" in words.decode()
        for one in slow:
            one.may_go.set()
        assert [one.result() for one in waiting] == [("200 OK", b"xxxxx")] * 2
    assert call(bodies, BytesIO(b"abc"), 3) == ("200 OK", b"abc"), "and all is as before"


def test_one_address_leaves_room_for_others() -> None:
    bodies, slow = made(of_one=1), Slow()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(call, bodies, slow, 5)
        assert slow.asked.wait(10)
        assert call(bodies, BytesIO(b"abc"), 3)[0].startswith("503")
        assert call(bodies, BytesIO(b"abc"), 3, "192.0.2.2")[0] == "200 OK"
        slow.may_go.set()
        assert waiting.result()[0] == "200 OK"


def test_a_body_that_breaks_gives_its_place_back() -> None:
    class Broken:
        def read(self, size: int) -> bytes:
            raise OSError("gone")

    bodies = made()
    for _ in range(5):
        with pytest.raises(OSError, match="gone"):
            call(bodies, Broken(), 5)
    assert call(bodies, BytesIO(b"abc"), 3)[0] == "200 OK"
