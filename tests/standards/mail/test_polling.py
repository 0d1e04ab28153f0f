"""A mailbox is read: every message once, whatever happens in between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings

from lacarte.loop.needs.models import Mailbox, Message, Need
from lacarte.standards.mail import polling
from lacarte.standards.mail.polling import MailboxError, Polled, poll
from lacarte.standards.mail.servers import IMAP, mail_server
from lacarte.standards.mail.taking import Became
from tests.city import build
from tests.standards.mail.imap_server import Inbox, serving
from tests.standards.mail.written import email

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def inbox(settings: LazySettings, tmp_path: Path) -> Iterator[Inbox]:
    settings.MEDIA_ROOT = settings.HOME = tmp_path
    build()
    with serving() as found:
        yield found


def look(inbox: Inbox) -> Polled:
    server = mail_server(inbox.address, IMAP)
    assert server is not None
    polled = poll(server)
    assert polled is not None
    return polled


def texts() -> list[str]:
    return sorted(Need.objects.values_list("text", flat=True))


def test_what_came_is_taken_in_once_and_marked_as_seen(inbox: Inbox) -> None:
    for n in range(3):
        inbox.put(email(f"lamp {n}", key=f"<{n}@x>", subject=""))
    assert look(inbox).became == {Became.NEED: 3}
    assert inbox.unseen == []
    assert look(inbox) == Polled({})
    assert texts() == ["lamp 0", "lamp 1", "lamp 2"]
    assert Message.objects.earliest("at").at.isoformat() == "2025-11-03T02:12:00+00:00", "when our server had it"


def test_what_was_read_before_the_first_look_is_not_a_need_now(inbox: Inbox) -> None:
    inbox.put(email("old", key="<old@x>", subject=""), seen=True)
    inbox.put(email("waits", key="<waits@x>", subject=""))
    inbox.put(email("old too", key="<old2@x>", subject=""), seen=True)
    look(inbox)
    assert texts() == ["waits"]


def test_what_somebody_looked_at_before_us_is_taken_in_all_the_same(inbox: Inbox) -> None:
    look(inbox)
    inbox.put(email("looked at", subject=""), seen=True)
    look(inbox)
    assert texts() == ["looked at"]


def test_a_mailbox_that_is_numbered_anew_is_read_from_its_unseen_on(inbox: Inbox) -> None:
    inbox.put(email("one", key="<1@x>", subject=""))
    look(inbox)
    inbox.validity, inbox.next_uid, inbox.messages, inbox.seen = 8, 1, {}, set()
    inbox.put(email("one", key="<1@x>", subject=""))
    inbox.put(email("two", key="<2@x>", subject=""))
    assert look(inbox).became == {Became.KNOWN: 1, Became.NEED: 1}
    assert Mailbox.objects.get().uid_validity == 8


@pytest.mark.parametrize("breaks", range(1, 16))
def test_a_server_that_hangs_up_at_any_moment_loses_nothing(inbox: Inbox, breaks: int) -> None:
    for n in range(4):
        inbox.put(email(f"lamp {n}", key=f"<{n}@x>", subject=""))
    inbox.breaks = breaks
    try:
        look(inbox)
    except MailboxError as error:
        assert "127.0.0.1" in str(error)
    inbox.breaks = -1
    inbox.put(email("lamp 4", key="<4@x>", subject=""))
    look(inbox)
    assert texts() == [f"lamp {n}" for n in range(5)]
    assert Message.objects.count() == 5


def test_one_that_cannot_be_taken_in_keeps_back_no_other_and_is_tried_again(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        inbox.put(email(f"lamp {n}", key=f"<{n}@x>", subject=""))
    taken, broken = polling.take, [True]

    def stumbling(data: bytes, **more: object) -> object:
        if b"lamp 1" in data and broken[0]:
            raise RuntimeError("a fault of ours")
        return taken(data, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(polling, "take", stumbling)
    assert look(inbox) == Polled({Became.NEED: 2}, failed=1)
    assert inbox.unseen == [2]
    assert look(inbox).failed == 1
    broken[0] = False
    assert look(inbox).became == {Became.NEED: 1}
    assert inbox.unseen == []
    assert Mailbox.objects.get().again == {}


def test_one_that_never_can_be_is_left_unseen_for_a_person(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(data: bytes, **more: object) -> object:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(polling, "take", failing)
    monkeypatch.setattr(polling, "MOST_TRIES", 3)
    inbox.put(email())
    for _ in range(5):
        look(inbox)
    assert len(inbox.fetched) == 3
    assert inbox.unseen == [1]


def test_what_one_sender_writes_too_often_stays_unseen_and_keeps_back_no_other(
    inbox: Inbox, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "AT_ONCE", 4)
    monkeypatch.setattr(polling, "MOST_TRIES", 2)
    settings.CONFIGURED = settings.CONFIGURED | {"rate_limit_message": "2/hour"}
    inbox.put(email("the lamp", key="<0@x>", subject=""))
    look(inbox)
    for n in range(1, 5):
        inbox.put(email(f"again {n}", key=f"<{n}@x>", subject="", In_Reply_To="<0@x>"))
    assert look(inbox) == Polled({Became.JOINED: 2}, later=2)
    for n in range(3):
        inbox.put(email(f"of others {n}", key=f"<other-{n}@x>", subject="", sender="bob@x.example"))
    assert look(inbox) == Polled({Became.NEED: 3}, later=1, more=1)
    for _ in range(3):
        look(inbox)
    assert inbox.unseen == [4, 5]
    settings.CONFIGURED = settings.CONFIGURED | {"rate_limit_message": "20/hour"}
    assert look(inbox) == Polled({Became.JOINED: 2})
    assert inbox.unseen == []


def test_a_full_mailbox_is_read_a_part_at_a_time(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "AT_ONCE", 2)
    for n in range(5):
        inbox.put(email(f"lamp {n}", key=f"<{n}@x>", subject=""))
    assert [look(inbox).more for _ in range(3)] == [3, 1, 0]
    assert len(texts()) == 5


def test_of_one_that_is_too_large_the_words_are_taken_in(inbox: Inbox, settings: LazySettings) -> None:
    settings.CONFIGURED = settings.CONFIGURED | {"upload_megabytes": 1, "uploads_per_need": 1}
    whole = email("see the photo", subject="", photos=1)
    at = whole.index(b"/9j/")
    inbox.put(whole[:at] + b"/9j/" + b"AAAA" * 2_000_000 + whole[at:])
    assert look(inbox).became == {Became.NEED: 1}
    assert texts() == ["see the photo"]
    assert "photo 0.jpg" in Message.objects.get().refused[0]


def test_a_wrong_password_or_nobody_there_says_so(inbox: Inbox) -> None:
    for address, words in (
        (inbox.address.replace("password", "guess"), "wrong password"),
        (inbox.address.replace("INBOX", "Elsewhere"), "no such mailbox"),
        ("imap://city@127.0.0.1:9/", "refused"),
    ):
        server = mail_server(address, IMAP)
        assert server is not None
        with pytest.raises(MailboxError, match=words):
            poll(server)


def test_two_at_once_do_not_do_the_same_work(inbox: Inbox) -> None:
    with polling._alone() as first, polling._alone() as second:
        assert (first, second) == (True, False)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("pop3://x", "imaps://"),
        ("imaps://", "names no host"),
        ("imaps://x:port/", "imaps://"),
        ("imaps://[", "imaps://"),
    ],
)
def test_an_address_that_is_none_names_its_setting(address: str, words: str) -> None:
    with pytest.raises(ValueError, match=f"mail_imap.*{words}"):
        mail_server(address, IMAP)


def test_the_password_may_stand_elsewhere() -> None:
    server = mail_server("imaps://li%40city@mail.example/A%20folder", IMAP, "from the environment")
    assert server is not None
    assert (server.user, server.password, server.port, server.folder) == (
        "li@city",
        "from the environment",
        993,
        "A folder",
    )
    assert server.whole
    assert not server.plain
