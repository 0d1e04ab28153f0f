"""``lacarte messages``: what it says of each file and of the mailbox."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.conf import LazySettings

from lacarte.cli import main
from lacarte.loop.needs.models import Mailbox, Need
from lacarte.site.health import _mail
from tests.city import build
from tests.standards.mail.imap_server import serving
from tests.standards.mail.written import email

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def installation(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = settings.HOME = tmp_path
    settings.OUTBOX = tmp_path / "outbox"
    build()


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["messages", *words])


def written(folder: Path, name: str, data: bytes) -> str:
    (folder / name).write_bytes(data)
    return str(folder / name)


def test_each_file_is_told_what_became_of_it(tmp_path: Path) -> None:
    one = written(tmp_path, "one.eml", email(photos=1))
    more = written(tmp_path, "more.eml", email("more", key="<2@x>", references="<1@home.example>"))
    news = written(tmp_path, "news.eml", email(key="<3@x>", auto_submitted="auto-generated"))
    heic = written(tmp_path, "heic.eml", email(key="<4@x>", photos=1).replace(b"/9j/", b"AAAA"))
    answer = run("import", one, more, one, news, heic)
    reference = Need.objects.get(text__startswith="Lamp", external_id="<1@home.example>").reference
    lines = answer.output.splitlines()
    assert answer.exit_code == 0
    assert lines[0] == f"{one}: a new need, {reference}"
    assert lines[1] == f"{more}: joined the conversation of {reference}"
    assert lines[2] == f"{one}: known already, {reference}"
    assert "a machine wrote it" in lines[3]
    assert "photo 0.jpg" in lines[5]


def test_files_that_cannot_be_read_keep_back_no_other(tmp_path: Path) -> None:
    empty, good = written(tmp_path, "empty.eml", b" \n"), written(tmp_path, "good.eml", email())
    answer = run("import", str(tmp_path / "missing.eml"), empty, str(tmp_path), good)
    assert answer.exit_code == 1
    assert Need.objects.count() == 1
    assert "missing.eml: cannot be read (No such file or directory)" in answer.output
    assert "empty.eml: is empty" in answer.output
    assert "3 of 4 files" in answer.output


def test_without_a_mailbox_it_says_what_to_set() -> None:
    answer = run("poll")
    assert answer.exit_code == 1
    assert "set mail_imap" in answer.output


def test_the_mailbox_is_looked_into(settings: LazySettings) -> None:
    with serving() as inbox:
        settings.CONFIGURED = settings.CONFIGURED | {"mail_imap": inbox.address}
        inbox.put(email())
        assert run("poll").output.splitlines() == ["1 need"]
        assert run("poll").output.splitlines() == ["Nothing new."]
    answer = run("poll")
    assert answer.exit_code == 1
    assert "the mailbox cannot be read: 127.0.0.1" in answer.output


def test_a_check_finds_what_lies_about(tmp_path: Path) -> None:
    assert _mail().words == "none waits"
    (tmp_path / "outbox").mkdir()
    (tmp_path / "outbox" / "1.eml").write_bytes(b"x")
    assert "1 lie in" in _mail().words
    Mailbox.objects.create(address="x", uid_validity=1, last_uid=9, again={"4": 0})
    assert _mail().well
    Mailbox.objects.update(again={"4": 2})
    assert not _mail().well
