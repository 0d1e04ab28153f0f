"""Photos and documents of needs: what is kept, who sees it, and what is swept away."""

from __future__ import annotations

import io
import os
import struct
import time
import zipfile
import zlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from lacarte.kernel import clock
from lacarte.kernel.models import Event, Role
from lacarte.loop.needs.actions import classify, receive
from lacarte.loop.needs.held.holding import turn_away
from lacarte.loop.needs.models import Attachment, Channel, Need, Understanding
from lacarte.loop.needs.uploads import apart, attachments, files
from lacarte.loop.needs.uploads.attachments import AttachmentRefusedError, release, store, take_back, waiting
from lacarte.pages.resident.draft import SESSION_KEY
from lacarte.registers.people.models import Person, PersonalRead
from tests.city import City, official
from tests.engines.documents.drawn import acting, inked, pdf
from tests.engines.images.drawn import as_file, drawn, photo

pytestmark = pytest.mark.django_db
PDF = pdf()


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: LazySettings) -> Path:
    settings.MEDIA_ROOT = tmp_path
    settings.CONFIGURED = settings.CONFIGURED | {"upload_megabytes": 1, "uploads_per_need": 3}
    return tmp_path


def need_with(*kept: Attachment, person: Person | None = None) -> Need:
    return receive(
        text="broken lift", channel=Channel.WEB, person=person, longitude=122.05, latitude=28.05, attachments=kept
    )


def kept_files(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file() and path.name != ".lock")


def make_old(root: Path) -> None:
    for path in root.rglob("*"):
        if path.is_file():
            os.utime(path, (time.time() - 2 * files.SPARED_SECONDS,) * 2)


def test_a_photo_is_kept_anew_and_measured(media: Path) -> None:
    kept = store(SimpleUploadedFile("pothole.jpg", photo(), "image/jpeg"), name="pothole.jpg", draft="d")
    assert (kept.media_type, kept.width, kept.height) == ("image/jpeg", 640, 480)
    assert kept.likeness is not None
    assert kept.file == f"attachments/{kept.sha256[:2]}/{kept.sha256}.jpg"
    written = (media / kept.file).read_bytes()
    assert len(written) == kept.size
    assert written != photo()


def test_the_bytes_decide_what_it_is_not_the_name() -> None:
    assert store(photo(), name="letter.pdf").media_type == "image/jpeg"
    assert store(PDF, name="photo.jpg").media_type == "application/pdf"
    text = store("路灯坏了".encode("gb18030"), name="x.jpg")
    assert text.media_type == "text/plain"
    assert files.path_of(text.file).read_text("utf-8") == "路灯坏了"


def test_of_a_pdf_nothing_is_kept_but_what_is_seen() -> None:
    kept = store(acting(), name="a.pdf")
    written = files.path_of(kept.file).read_bytes()
    assert inked(written) > 0
    for word in (b"JavaScript", b"Launch", b"<script", b"evil"):
        assert word not in written
    assert store(acting(), name="b.pdf").sha256 == kept.sha256, "the same one is the same file"


def zipped() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("a.txt", "a")
    return written.getvalue()


@pytest.mark.parametrize("named", ["a.jpg", "a.png", "a.pdf"])
@pytest.mark.parametrize("data", [zipped(), b"\x7fELF\0\0\0", b"MZ\x90\0" + photo(), b"II*\0\x08\0\0\0"])
def test_what_lies_about_its_type_is_refused(data: bytes, named: str, media: Path) -> None:
    with pytest.raises(AttachmentRefusedError, match="neither a photo"):
        store(SimpleUploadedFile(named, data, "image/jpeg"), name=named, draft="d")
    assert kept_files(media) == []


@pytest.mark.parametrize(
    "markup",
    [b"<html><script>alert(1)</script></html>", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>"],
)
def test_markup_that_calls_itself_a_photo_is_a_text_for_download(markup: bytes, city: City) -> None:
    kept, client = store(SimpleUploadedFile("a.jpg", markup, "image/jpeg"), name="a.jpg"), Client()
    client.get(f"/n/{need_with(kept).secret}/")
    answer = client.get(f"/attachments/{kept.pk}/")
    assert answer["Content-Type"] == "text/plain"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_photo_that_is_a_web_page_and_an_archive_too_is_a_photo_alone() -> None:
    both = photo()[:2] + b"\xff\xfe\x00\x30<script>alert(1)</script>" + b" " * 22 + photo()[2:] + zipped()
    written = files.path_of(store(both, name="a.html").file).read_bytes()
    assert b"<script" not in written
    assert not zipfile.is_zipfile(io.BytesIO(written))


def test_where_a_photo_was_taken_is_not_kept() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (28.0, 3.0, 14.0)  # GPSLatitude
    exif[0x010F] = "Phone of Zhang San"
    sent = as_file(drawn(), exif=exif)
    assert b"Zhang San" in sent
    written = files.path_of(store(sent, name="a.jpg").file).read_bytes()
    assert not dict(Image.open(io.BytesIO(written)).getexif())
    assert b"Zhang San" not in written


def test_a_picture_that_unpacks_to_gigabytes_is_refused_by_its_size_alone() -> None:
    began = time.monotonic()
    row = zlib.compress(b"\0" * 30_000)
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", row), (b"IEND", b"")]
    bomb = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
    with pytest.raises(AttachmentRefusedError, match="too many pixels"):
        store(bomb, name="a.png")
    assert time.monotonic() - began < 5


def test_a_pdf_that_takes_too_long_is_refused_and_nothing_else_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "SECONDS", 0.01)
    with pytest.raises(AttachmentRefusedError, match="damaged"):
        store(pdf(pages=50), name="a.pdf")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"x" * 1_000_001, "at most 1 MB"),
        (b"MZ\x90\0", "neither a photo"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "film"),
        (photo()[:-3000], "damaged"),
        (PDF[:200], "damaged"),
        (pdf(encrypt="secret"), "password"),
        (pdf(pages=61), "too many pages"),
        (as_file(drawn(1), "GIF", save_all=True, append_images=[drawn(2)]), "moving"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_name_and_a_reason(data: bytes, words: str, media: Path) -> None:
    with pytest.raises(AttachmentRefusedError, match=words) as refused:
        store(data, name="../../etc/my\r\nfile.jpg", draft="d")
    assert "“myfile.jpg”" in str(refused.value)
    assert not Attachment.objects.exists()
    assert kept_files(media) == []


def test_an_upload_longer_than_it_says_is_refused() -> None:
    upload = SimpleUploadedFile("a.jpg", b"x" * 1_000_001)
    upload.size = 10
    with pytest.raises(AttachmentRefusedError, match="too large"):
        store(upload, name="a.jpg")


def test_the_same_photo_sent_twice_is_one_and_more_than_allowed_are_refused() -> None:
    first = store(photo(1), name="a", draft="d")
    assert store(photo(1), name="b", draft="d") == first
    for seed in (2, 3):
        store(photo(seed), name="a", draft="d")
    with pytest.raises(AttachmentRefusedError, match="At most 3 files"):
        store(photo(4), name="a", draft="d")
    assert store(photo(4), name="a", draft="of somebody else")
    assert waiting("d")[0].sha256 == first.sha256
    assert len(waiting("d")) == 3
    assert waiting("") == []


def test_two_needs_with_one_photo_share_a_file(city: City, media: Path) -> None:
    one, other = (store(photo(), name="a", draft=draft) for draft in ("x", "y"))
    assert one != other
    assert len(kept_files(media)) == 1
    need = need_with(one)
    assert need.attachments.get() == one
    attachments.discard(one)
    assert need.attachments.exists(), "what was sent is not a draft any more"
    attachments.discard(other)
    make_old(media)
    attachments.sweep()
    assert len(kept_files(media)) == 1


def test_drafts_are_swept_after_a_week_with_their_files(city: City, media: Path) -> None:
    with clock.stopped_at(clock.now() - timedelta(days=8)):
        store(photo(1), name="a", draft="old")
        need_with(store(photo(2), name="a", draft="sent"))
    young = store(photo(3), name="a", draft="young")
    make_old(media)
    attachments.sweep()
    assert not waiting("old")
    assert waiting("young") == [young]
    names = Attachment.objects.values_list("file", flat=True)
    assert kept_files(media) == sorted(Path(name).name for name in names)
    assert len(names) == 2


def test_a_file_whose_row_may_be_about_to_come_is_spared(media: Path) -> None:
    files.keep(b"of somebody who is about to commit", ".txt")
    attachments.sweep()
    assert len(kept_files(media)) == 1
    make_old(media)
    files.keep(b"of somebody who is about to commit", ".txt")  # again, by another
    attachments.sweep()
    assert len(kept_files(media)) == 1
    make_old(media)
    attachments.sweep()
    assert kept_files(media) == []


def test_no_name_leads_out_of_the_folder() -> None:
    for name in ("attachments/../../secret_key", "/etc/passwd", "other/file"):
        with pytest.raises(ValueError, match="not a file of ours"):
            files.path_of(name)


def test_only_who_may_open_the_need_gets_its_photo(city: City) -> None:
    kept = store(photo(), name="a")
    need = need_with(kept, person=Person.objects.create(name="Zhang San"))
    address = f"/attachments/{kept.pk}/"
    resident, stranger, worker, elsewhere = Client(), Client(), Client(), Client()
    worker.force_login(official(Role.CASE_WORKER, city.west))
    elsewhere.force_login(official(Role.CASE_WORKER, city.east))
    resident.get(f"/n/{need.secret}/")
    assert resident.get(address).status_code == 200
    assert stranger.get(address).status_code == elsewhere.get(address).status_code == 404
    assert not PersonalRead.objects.exists()
    shown = worker.get(address)
    assert shown.status_code == 200
    assert PersonalRead.objects.count() == 1, "an official's look is noted for the person"
    assert b"".join(shown.streaming_content) == files.path_of(kept.file).read_bytes()
    assert shown["Content-Type"] == "image/jpeg"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert shown["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert shown["Cache-Control"].startswith("private")


def test_what_is_not_sent_yet_is_shown_to_its_own_session_only() -> None:
    kept, client = store(photo(), name="a", draft="d"), Client()
    session = client.session
    session[SESSION_KEY] = "d"
    session.save()
    assert client.get(f"/attachments/{kept.pk}/").status_code == 200
    assert Client().get(f"/attachments/{kept.pk}/").status_code == 404


def test_documents_are_downloaded_never_shown(city: City) -> None:
    kept = store(PDF, name="a")
    need = need_with(kept)
    client = Client()
    client.get(f"/n/{need.secret}/")
    assert client.get(f"/attachments/{kept.pk}/")["Content-Disposition"].startswith("attachment")


def test_a_file_that_is_gone_is_not_found_rather_than_an_error(city: City) -> None:
    kept = store(photo(), name="a")
    need, client = need_with(kept), Client()
    client.get(f"/n/{need.secret}/")
    files.path_of(kept.file).unlink()
    assert client.get(f"/attachments/{kept.pk}/").status_code == 404


def test_a_photo_is_public_once_a_person_released_it(city: City) -> None:
    kept, paper = store(photo(), name="a"), store(PDF, name="b")
    need = need_with(kept, paper)
    worker = official(Role.CASE_WORKER, city.west)
    for not_allowed in (official(Role.CASE_WORKER, city.east), official(Role.CALL_TAKER)):
        with pytest.raises(PermissionDenied):
            release(kept, actor=not_allowed)
    with clock.stopped_at(clock.now() + timedelta(minutes=1)):
        release(kept, actor=worker)
        release(kept, actor=worker)
    release(paper, actor=worker)
    kept.refresh_from_db()
    paper.refresh_from_db()
    assert kept.released_by == worker
    assert paper.released_at is None, "nobody can look a document over for everybody"
    assert Need.objects.get(pk=need.pk).changed_at == kept.released_at
    assert Client().get(f"/attachments/{kept.pk}/").status_code == 200
    take_back(kept, actor=worker)
    assert Client().get(f"/attachments/{kept.pk}/").status_code == 404
    names = Event.objects.filter(stream=need.pk).values_list("name", flat=True)
    assert sorted(names) == ["need.photo-released", "need.photo-taken-back", "need.received"]


def test_a_request_that_brings_too_much_is_refused_before_it_is_read(client: Client) -> None:
    upload = SimpleUploadedFile("a.jpg", b"x" * 4_100_000)
    answer = client.post("/needs/find/", {"reference": "x", "photo": upload})
    assert answer.status_code == 413


@pytest.mark.parametrize("becomes", ["personal", "turned away"])
def test_a_released_photo_is_public_as_long_as_its_need(client: Client, city: City, becomes: str) -> None:
    photo_kept, worker = store(photo(), name="a.jpg", draft="d"), official(Role.CASE_WORKER)
    need = need_with(photo_kept)
    release(photo_kept, actor=worker)
    address = f"/attachments/{photo_kept.pk}/"
    assert "public" in client.get(address)["Cache-Control"]
    if becomes == "personal":
        classify(need, service_type=city.care, actor=worker)
    else:
        Need.objects.filter(pk=need.pk).update(state=Need.State.HELD)
        Understanding.objects.filter(need=need).update(held="abuse")
        assert client.get(address).status_code == 404, "held"
        turn_away(need, actor=worker)
    assert client.get(address).status_code == 404
    client.force_login(worker)
    reply = client.get(address)
    assert (reply.status_code, reply["Cache-Control"]) == (200, "private, max-age=300")
    assert reply["Cross-Origin-Resource-Policy"] == "same-origin"
