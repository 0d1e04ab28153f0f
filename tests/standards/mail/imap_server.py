"""A small IMAP4rev1 server (RFC 3501) with one mailbox, which tests may stop, break and number anew."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

USER, PASSWORD = "city", "a password"
_LITERAL = re.compile(rb"\{(\d+)\}$")
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"')


@dataclass
class Inbox:
    """What is in the mailbox. ``breaks``: after so many answers the server hangs up."""

    messages: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    validity: int = 7
    next_uid: int = 1
    breaks: int = -1
    fetched: list[int] = field(default_factory=list)
    port: int = 0

    def put(self, data: bytes, *, seen: bool = False) -> int:
        """A message arrives."""
        uid, self.next_uid = self.next_uid, self.next_uid + 1
        self.messages[uid] = data
        if seen:
            self.seen.add(uid)
        return uid

    @property
    def unseen(self) -> list[int]:
        """What nobody has looked at."""
        return [uid for uid in self.messages if uid not in self.seen]

    @property
    def address(self) -> str:
        """The setting ``mail_imap`` for it."""
        return f"imap://{USER}:a%20password@127.0.0.1:{self.port}/INBOX"


class _Talk(socketserver.StreamRequestHandler):
    inbox: Inbox

    def handle(self) -> None:
        self._say(b"* OK ready")
        while line := self.rfile.readline():
            tag, _, rest = line.strip().partition(b" ")
            words = rest.split()
            name = words[0].upper() if words else b""
            if name == b"UID" and len(words) > 1:
                name, words = b"UID " + words[1].upper(), words[1:]
            if self.inbox.breaks == 0:
                return
            self.inbox.breaks -= 1
            if name == b"LOGOUT":
                self._say(b"* BYE", tag + b" OK done")
                return
            act = _COMMANDS.get(name)
            self._say(tag + b" BAD unknown" if act is None else tag + b" " + act(self, words, rest))

    def _say(self, *lines: bytes) -> None:
        for line in lines:
            self.wfile.write(line + b"\r\n")
        self.wfile.flush()

    def capability(self, words: list[bytes], rest: bytes) -> bytes:
        self._say(b"* CAPABILITY IMAP4rev1")
        return b"OK done"

    def login(self, words: list[bytes], rest: bytes) -> bytes:
        quoted = [said.decode() for said in _QUOTED.findall(rest)]
        return b"OK in" if [words[1].decode().strip('"'), quoted[-1]] == [USER, PASSWORD] else b"NO wrong password"

    def select(self, words: list[bytes], rest: bytes) -> bytes:
        box = self.inbox
        if words[1] != b'"INBOX"':
            return b"NO there is no such mailbox"
        self._say(b"* %d EXISTS" % len(box.messages), b"* FLAGS (\\Seen)")
        self._say(b"* OK [UIDVALIDITY %d] valid" % box.validity, b"* OK [UIDNEXT %d] next" % box.next_uid)
        return b"OK [READ-WRITE] open"

    def search(self, words: list[bytes], rest: bytes) -> bytes:
        box, what = self.inbox, words[1].upper()
        found = sorted(box.messages)
        if what == b"UNSEEN":
            found = box.unseen
        elif what == b"UID":
            first = int(words[2].split(b":")[0])
            found = [uid for uid in found if uid >= first] or found[-1:]  # "n:*" always has the newest
        self._say(b"* SEARCH" + b"".join(b" %d" % uid for uid in found))
        return b"OK done"

    def fetch(self, words: list[bytes], rest: bytes) -> bytes:
        uid = int(words[1])
        asked = re.search(rb"BODY\.PEEK\[\]<0\.(\d+)>", rest)
        if asked is None:
            return b"BAD only that is known here"
        self.inbox.fetched.append(uid)
        data = self.inbox.messages.get(uid)
        if data is not None:
            data = data[: int(asked[1])]
            self._say(
                b'* 1 FETCH (UID %d INTERNALDATE "03-Nov-2025 02:12:00 +0000" BODY[]<0> {%d}' % (uid, len(data))
            )
            self.wfile.write(data)
            self._say(b")")
        return b"OK done"

    def store(self, words: list[bytes], rest: bytes) -> bytes:
        self.inbox.seen.add(int(words[1]))
        return b"OK done"


_COMMANDS = {
    b"CAPABILITY": _Talk.capability,
    b"LOGIN": _Talk.login,
    b"SELECT": _Talk.select,
    b"UID SEARCH": _Talk.search,
    b"UID FETCH": _Talk.fetch,
    b"UID STORE": _Talk.store,
}


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def serving() -> Iterator[Inbox]:
    """A server with an empty mailbox."""
    inbox = Inbox()
    talk = type("Talk", (_Talk,), {"inbox": inbox})
    with _Server(("127.0.0.1", 0), talk) as server:
        inbox.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield inbox
        finally:
            server.shutdown()
