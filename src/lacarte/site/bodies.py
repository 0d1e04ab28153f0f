"""What comes with a request is taken before it is served, so that slow senders keep nobody from the pages.

Pages are made by a few threads. A sender who announces much and sends little would keep one of them waiting, and
a handful of such senders the whole city. Here bodies are awaited beside them, so many at a time; only whole
requests are served. The server has no way to give up a body that does not come: a proxy in front does that.

Nor does it tell a body without a length (chunked, RFC 9112, section 7.1) that broke off from one that ended: such
a one is taken where it shows its own end, as multipart forms and JSON do.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Callable, Iterable
from email.message import Message
from os import SEEK_END
from tempfile import SpooledTemporaryFile
from threading import BoundedSemaphore, Lock
from typing import IO, Any

from lacarte.site.refusals import written

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

#: Bodies that are awaited at the same time.
WAITING = 24
_CHUNK = 64 * 1024
_TELLING = ("POST", "PUT", "PATCH")
_LAST_BYTES = 4096  # of a multipart form, among which it ends
_IN_MEMORY = 1024 * 1024
#: Encodings of forms; Django would decode by any codec of Python's, and some of those make no text.
_ENCODINGS = frozenset(
    {"utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1250", "cp1251", "cp1252", "gb2312", "gbk", "gb18030", "big5"}
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^;\"'\s]*)", re.IGNORECASE)
_REFUSALS = {
    400: ("Bad Request", "This has not arrived whole. Please send it again.", "内容没有完整送达，请再发送一次。"),
    411: (
        "Length Required",
        "Please say how long this is (Content-Length), or send it as multipart/form-data: without either, nobody "
        "can tell whether it has arrived whole.",
        "请注明内容长度（Content-Length），或以 multipart/form-data 格式发送，否则无法确认内容是否完整送达。",
    ),
    413: (
        "Content Too Large",
        "That was too much at once. Please go back and send fewer or smaller files.",
        "一次发送的内容太多。请返回，减少文件数量或缩小文件。",
    ),
    415: (
        "Unsupported Media Type",
        "This is written in an encoding that we do not read. Please send it in UTF-8.",
        "我们无法识别这种字符编码。请使用 UTF-8 编码发送。",
    ),
    503: (
        "Service Unavailable",
        "Many are sending at the moment. Please try again in a minute; the pages can be read meanwhile.",
        "目前发送的人很多，请一分钟后再试；其他页面可以正常浏览。",
    ),
}


class Bodies:
    """WSGI middleware: ``threads`` requests are served while up to ``waiting`` bodies are on their way.

    ``most`` says how many bytes one request may bring, ``of_one`` how many bodies of one address are awaited. The
    server must run ``threads + waiting`` threads.
    """

    def __init__(
        self,
        application: Application,
        *,
        threads: int,
        most: Callable[[], int],
        waiting: int = WAITING,
        of_one: int = WAITING,
    ) -> None:
        self._application, self._most = application, most
        self._waiting, self._of_one = waiting, of_one
        self._serving = BoundedSemaphore(threads)
        self._senders: Counter[str] = Counter()
        self._lock = Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Await the body, then have the request served; or refuse it in a sentence."""
        if wrong := self._await(environ):
            return _refuse(wrong, environ, start_response)
        with self._serving:
            return self._application(environ, start_response)

    def _await(self, environ: Environ) -> int:
        """Put the whole body into ``environ``. Returns the status to refuse the request with, or 0."""
        if not _decodable(str(environ.get("CONTENT_TYPE") or "")):
            return 415
        told = str(environ.get("CONTENT_LENGTH") or "0")
        length = int(told) if told.isascii() and told.isdigit() else 0
        if length > self._most():
            return 413
        streamed = _is_streamed(environ)
        if not length and not streamed:
            return 0
        sender = str(environ.get("REMOTE_ADDR", ""))
        if not self._enter(sender):
            return 503
        try:
            if streamed:
                return _take_stream(environ, self._most())
            body = _read(environ["wsgi.input"], length)
        finally:
            self._leave(sender)
        return _put(environ, body) if _size(body) == length else 400

    def _enter(self, sender: str) -> bool:
        with self._lock:
            if self._senders.total() >= self._waiting or self._senders[sender] >= self._of_one:
                return False
            self._senders[sender] += 1
            return True

    def _leave(self, sender: str) -> None:
        with self._lock:
            self._senders[sender] -= 1
            if not self._senders[sender]:
                del self._senders[sender]


def _is_streamed(environ: Environ) -> bool:
    """Whether a body comes, or may come, whose length is not told before."""
    if environ.get("REQUEST_METHOD") not in _TELLING:
        return False
    second = str(environ.get("SERVER_PROTOCOL", "")).startswith("HTTP/2") and not environ.get("CONTENT_LENGTH")
    return "HTTP_TRANSFER_ENCODING" in environ or second


def _take_stream(environ: Environ, most: int) -> int:
    """As ``Bodies._await``, where the body ends when it ends."""
    kind = Message()
    kind["Content-Type"] = str(environ.get("CONTENT_TYPE") or "")
    boundary = kind.get_boundary("") if kind.get_content_type() == "multipart/form-data" else ""
    shows_its_end = bool(boundary) or kind.get_content_type() == "application/json"
    body = _read(environ["wsgi.input"], most + 1 if shows_its_end else 1)
    size = _size(body)
    if size and not shows_its_end:
        return 411
    if size > most:
        return 413
    body.seek(max(0, size - _LAST_BYTES))
    if size and boundary and f"--{boundary}--".encode() not in body.read():
        return 400
    return _put(environ, body)


def _read(stream: IO[bytes], most: int) -> IO[bytes]:
    """A body to its end, or its first ``most`` bytes, in memory or a temporary file."""
    body: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (read by who serves the request)
    received = 0
    while received < most and (chunk := stream.read(min(_CHUNK, most - received))):
        body.write(chunk)
        received += len(chunk)
    return body


def _size(body: IO[bytes]) -> int:
    return body.seek(0, SEEK_END)


def _put(environ: Environ, body: IO[bytes]) -> int:
    environ["CONTENT_LENGTH"] = str(_size(body))
    body.seek(0)
    environ["wsgi.input"] = body
    return 0


def _decodable(content_type: str) -> bool:
    """Whether every encoding that a Content-Type names makes text of bytes."""
    try:
        named = {codecs.lookup(name).name for name in _CHARSET.findall(content_type) if name}
    except (LookupError, ValueError):
        return False
    return named <= _ENCODINGS


def _refuse(status: int, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    reason, *words = _REFUSALS[status]
    path, accept = str(environ.get("PATH_INFO", "")), str(environ.get("HTTP_ACCEPT", ""))
    kind, body = written(status, words, path=path, accept=accept)
    headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
    if status == 503:
        headers.append(("Retry-After", "30"))
    start_response(f"{status} {reason}", headers)
    return [body]
