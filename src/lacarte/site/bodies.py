"""What comes with a request is taken before it is served, so that slow senders keep nobody from the pages.

Pages are made by a few threads. A sender who announces much and sends little would keep one of them waiting, and
a handful of such senders the whole city. Here bodies are awaited beside them, so many at a time; only whole
requests are served. The server has no way to give up a body that does not come: a proxy in front does that.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Callable, Iterable
from tempfile import SpooledTemporaryFile
from threading import BoundedSemaphore, Lock
from typing import IO, Any

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

#: Bodies that are awaited at the same time.
WAITING = 24
_CHUNK = 64 * 1024
_IN_MEMORY = 1024 * 1024
#: Encodings of forms; Django would decode by any codec of Python's, and some of those make no text.
_ENCODINGS = frozenset(
    {"utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1250", "cp1251", "cp1252", "gb2312", "gbk", "gb18030", "big5"}
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^;\"'\s]*)", re.IGNORECASE)
_REFUSALS = {
    400: ("Bad Request", "This has not arrived whole. Please send it again.", "内容没有完整送达，请再发送一次。"),
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
        if not _decodable(str(environ.get("CONTENT_TYPE") or "")):
            return _refuse(415, start_response)
        told = str(environ.get("CONTENT_LENGTH") or "0")
        length = int(told) if told.isascii() and told.isdigit() else 0
        if length > self._most():
            return _refuse(413, start_response)
        if length:
            sender = str(environ.get("REMOTE_ADDR", ""))
            if not self._enter(sender):
                return _refuse(503, start_response)
            try:
                body = _whole(environ["wsgi.input"], length)
            finally:
                self._leave(sender)
            if body is None:
                return _refuse(400, start_response)
            environ["wsgi.input"] = body
        with self._serving:
            return self._application(environ, start_response)

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


def _whole(stream: IO[bytes], length: int) -> IO[bytes] | None:
    """A body to the end that was announced, in memory or a temporary file; ``None`` when it ends before."""
    body: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (read by who serves the request)
    received = 0
    while received < length:
        chunk = stream.read(min(_CHUNK, length - received))
        if not chunk:
            body.close()
            return None
        body.write(chunk)
        received += len(chunk)
    body.seek(0)
    return body


def _decodable(content_type: str) -> bool:
    """Whether every encoding that a Content-Type names makes text of bytes."""
    try:
        named = {codecs.lookup(name).name for name in _CHARSET.findall(content_type) if name}
    except (LookupError, ValueError):
        return False
    return named <= _ENCODINGS


def _refuse(status: int, start_response: StartResponse) -> Iterable[bytes]:
    reason, *words = _REFUSALS[status]
    body = ("\n".join(words) + "\n").encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    if status == 503:
        headers.append(("Retry-After", "30"))
    start_response(f"{status} {reason}", headers)
    return [body]
