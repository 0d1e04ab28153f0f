"""Nobody opens a file before the scanner has looked at it; while it is away files wait, and needs do not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from lacarte.kernel import clock
from lacarte.kernel.events import timeline
from lacarte.kernel.models import Role
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.messages.carriers import Memory as Post
from lacarte.loop.needs.messages.conversation import write
from lacarte.loop.needs.models import Attachment, Channel, Need
from lacarte.loop.needs.uploads import attachments, checking, files, scanning
from lacarte.loop.needs.uploads.attachments import release, store
from lacarte.loop.needs.uploads.scanners import Memory
from lacarte.pages.resident.draft import SESSION_KEY
from lacarte.registers.people.models import Person
from lacarte.site.health import findings
from tests.background import work
from tests.city import City, official
from tests.engines.images.drawn import photo
from tests.loop.test_attachments import kept_files, make_old

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carried")]
HARM, NAME = b"harm", "Eicar-Test-Signature"
State = Attachment.State


@pytest.fixture(autouse=True)
def scanner(settings: LazySettings) -> Iterator[type[Memory]]:
    settings.SCANNER = f"{Memory.__module__}.{Memory.__qualname__}"
    settings.CONFIGURED = settings.CONFIGURED | {"scanner": "in memory"}
    Memory.finds = {HARM: NAME}
    Memory.away.clear()
    yield Memory
    Memory.away.clear()


def told(*kept: Attachment) -> Need:
    left = Person(name="Li", email="li@x.example")
    return receive(text="broken lift", channel=Channel.WEB, person=left, attachments=kept)


def state(kept: Attachment) -> str:
    kept.refresh_from_db()
    return kept.state


def opened(need: Need, kept: Attachment) -> list[int]:
    """What the resident and an official are answered who want to open it."""
    resident, worker = Client(), Client()
    resident.get(f"/n/{need.secret}/")
    worker.force_login(official(Role.CASE_WORKER))
    return [client.get(f"/attachments/{kept.pk}/").status_code for client in (resident, worker)]


def test_until_the_scanner_has_looked_nobody_opens_it_then_who_may(city: City) -> None:
    kept = store(photo(), name="a.jpg", draft="d")
    client = Client()
    session = client.session
    session[SESSION_KEY] = "d"
    session.save()
    assert client.get(f"/attachments/{kept.pk}/").status_code == 404, "not even whoever has just sent it"
    need = told(kept)
    assert opened(need, kept) == [404, 404]
    work()
    assert state(kept) == State.KEPT
    assert opened(need, kept) == [200, 200]


def test_it_looks_at_what_was_sent_not_at_what_became_of_it(city: City) -> None:
    kept = store(photo() + HARM, name="a.jpg", draft="d")
    assert HARM not in files.path_of(kept.file).read_bytes()
    work()
    assert state(kept) == State.QUARANTINED
    assert kept.harm == NAME


def test_a_harmful_file_is_locked_away_and_everybody_hears_of_it_once_and_the_need_stays(city: City) -> None:
    kept, good = store(photo(2) + HARM, name="b.jpg", draft="d"), store(photo(), name="a.jpg", draft="d")
    need = told(kept, good)
    work()
    scanning.scan_waiting()
    work()
    assert [state(kept), state(good)] == [State.QUARANTINED, State.KEPT]
    assert opened(need, kept) == [404, 404]
    said = [letter.text for letter in Post.sent.values() if "harmful" in letter.text]
    assert len(said) == 1
    assert timeline(need.pk).filter(name="need.harm-found").count() == 1
    worker = Client()
    worker.force_login(official(Role.CASE_WORKER))
    assert NAME in worker.get(f"/desk/needs/{need.reference}/").text
    resident = Client()
    resident.get(f"/n/{need.secret}/")
    page = resident.get(f"/needs/{need.reference}/").text
    assert "Locked away: harmful" in page
    assert NAME not in page
    release(kept, actor=official(Role.CASE_WORKER))
    assert Attachment.objects.get(pk=kept.pk).released_at is None


def test_what_was_found_before_it_was_sent_off_is_told_when_it_is(city: City) -> None:
    kept = store(HARM, name="a.txt", draft="d")
    work()
    assert state(kept) == State.QUARANTINED
    need = told(kept)
    work()
    assert any("harmful" in letter.text for letter in Post.sent.values())
    later = store(HARM + b" again", name="b.txt")
    work()
    write(need, "And this.", actor=None, attachments=[later])
    work()
    assert timeline(need.pk).filter(name="need.harm-found").count() == 2


def test_while_the_scanner_is_away_files_wait_visibly_and_are_looked_at_when_it_is_back(
    city: City, client: Client
) -> None:
    Memory.away.append("connection refused")
    need = told(store(photo(), name="a.jpg", draft="d"), store(HARM, name="b.txt", draft="d"))
    work()
    assert need.attachments.filter(state=State.WAITING).count() == 2
    assert Need.objects.get(pk=need.pk).state == Need.State.OPEN, "the need goes on"
    found = {one.what: one for one in findings()}
    assert not found["virus scanner"].well
    assert "connection refused: 2 files wait" in found["virus scanner"].words
    client.force_login(official(Role.ADMINISTRATOR))
    assert "2 files, the first since" in client.get("/operations/").text
    with clock.stopped_at(clock.now() + timedelta(minutes=2)):
        scanning.scan_waiting()
        assert need.attachments.filter(state=State.WAITING).count() == 2
        Memory.away.clear()
        scanning.scan_waiting()
    assert set(need.attachments.values_list("state", flat=True)) == {State.KEPT, State.QUARANTINED}
    assert {one.what: one for one in findings()}["virus scanner"].well


def test_what_was_sent_is_gone_once_it_has_been_looked_at(city: City, tmp_path: Path) -> None:
    kept = store(photo(), name="a.jpg", draft="d")
    assert len(kept_files(tmp_path)) == 2
    make_old(tmp_path)
    attachments.sweep()
    assert len(kept_files(tmp_path)) == 2, "it is still waited for"
    work()
    assert kept_files(tmp_path) == [Path(kept.file).name]


def test_a_file_whose_row_never_came_is_swept(tmp_path: Path) -> None:
    files.keep_as_sent(b"of a process that was killed", Attachment().pk)
    assert len(kept_files(tmp_path)) == 1
    make_old(tmp_path)
    attachments.sweep()
    assert kept_files(tmp_path) == []


def test_where_the_scanner_is_not_set_any_more_what_waits_can_be_opened(
    city: City, settings: LazySettings
) -> None:
    kept = store(photo(), name="a.jpg", draft="d")
    settings.SCANNER = "lacarte.standards.scanners.configured.configured"
    settings.CONFIGURED = settings.CONFIGURED | {"scanner": ""}
    work()
    assert state(kept) == State.KEPT


def test_a_record_without_its_file_and_a_file_without_its_record_are_found(city: City, tmp_path: Path) -> None:
    one, other, third = (store(photo(seed), name="a", draft="d") for seed in (1, 2, 3))
    work()
    assert checking.books().well
    files.path_of(one.file).unlink()
    files.path_of(other.file).write_bytes(b"cut")
    files.keep(b"nobody's", ".txt")
    make_old(tmp_path)
    found = checking.books()
    assert (found.without_file, found.cut, len(found.nobodys)) == ([str(one.pk)], [str(other.pk)], 1)
    words = {finding.what: finding.words for finding in findings()}["documents"]
    assert str(one.pk) in words
    assert str(third.pk) not in words
