"""Photos and documents are kept for their time, then only the fact is; a reason in law keeps them longer."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied
from django.test import Client

from lacarte.kernel import clock
from lacarte.kernel.events import timeline
from lacarte.kernel.models import Role
from lacarte.loop.needs.actions import receive, withdraw
from lacarte.loop.needs.models import Attachment, Channel, Need
from lacarte.loop.needs.uploads import checking, files, keeping
from lacarte.loop.needs.uploads.attachments import release, store
from lacarte.loop.needs.uploads.keeping import HoldRefusedError, hold, let_go, remove_old, told
from tests.city import City, official
from tests.engines.documents.drawn import pdf
from tests.engines.images.drawn import photo
from tests.loop.test_attachments import kept_files, make_old

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carried")]


@pytest.fixture(autouse=True)
def days(settings: LazySettings) -> None:
    times = {"keep_photo_days": 30, "keep_document_days": 90, "keep_proof_days": 0}
    settings.CONFIGURED = settings.CONFIGURED | times


def closed(*kept: Attachment) -> Need:
    need = receive(text="broken lift", channel=Channel.WEB, longitude=122.05, latitude=28.05, attachments=kept)
    withdraw(need, actor=None)
    need.refresh_from_db()
    return need


def after(days: int) -> None:
    """Some days pass; every night what is over is deleted."""
    make_old(Path(files.path_of(f"{files.FOLDER}/x").parent))
    with clock.stopped_at(clock.now() + timedelta(days=days)):
        remove_old()


def test_each_kind_is_kept_for_its_time_and_the_fact_stays(city: City, tmp_path: Path) -> None:
    seen, paper, proof = store(photo(), name="a"), store(pdf(), name="b"), store(pdf("proof"), name="c")
    Attachment.objects.filter(pk=proof.pk).update(kind=Attachment.Kind.PROOF)
    need = closed(seen, paper, proof)
    release(seen, actor=official(Role.CASE_WORKER))
    after(29)
    assert len(kept_files(tmp_path)) == 3
    after(31)
    seen.refresh_from_db()
    assert (seen.state, seen.file, seen.released_at, seen.likeness) == ("removed", "", None, None)
    assert (seen.sha256, seen.removed_at is not None) != ("", False), "that it was there, and what it was, stays"
    assert len(kept_files(tmp_path)) == 2
    after(10_000)
    assert kept_files(tmp_path) == [Path(proof.file).name], "kept for ever"
    assert timeline(need.pk).filter(name="need.documents-removed").count() == 2
    assert checking.books().well
    resident = Client()
    resident.get(f"/n/{need.secret}/")
    assert "Deleted on" in resident.get(f"/needs/{need.reference}/").text
    assert resident.get(f"/attachments/{seen.pk}/").status_code == 404


def test_a_need_that_is_not_closed_keeps_everything(city: City, tmp_path: Path) -> None:
    receive(text="broken lift", channel=Channel.WEB, attachments=[store(photo(), name="a")])
    after(10_000)
    assert len(kept_files(tmp_path)) == 1


def test_a_file_goes_with_its_last_use(city: City, tmp_path: Path) -> None:
    closed(store(photo(), name="a", draft="x"))
    open_still = store(photo(), name="a", draft="y")
    receive(text="broken lamp", channel=Channel.WEB, attachments=[open_still])
    after(31)
    assert kept_files(tmp_path) == [Path(open_still.file).name]


def test_what_the_law_holds_is_kept_until_it_is_let_go(city: City, tmp_path: Path) -> None:
    need, worker = closed(store(photo(), name="a")), official(Role.CASE_WORKER)
    with pytest.raises(HoldRefusedError, match="Please write why"):
        hold(need, "  ", actor=worker)
    for nobody in (official(Role.CALL_TAKER), official(Role.CASE_WORKER, city.east)):
        with pytest.raises(PermissionDenied):
            hold(need, "a trial", actor=nobody)
    assert hold(need, "a trial", actor=worker) == hold(need, "again", actor=worker)
    assert told(need) == ["Photos and documents are kept beyond their time, for a reason in law."]
    after(31)
    assert len(kept_files(tmp_path)) == 1
    let_go(need, actor=worker)
    let_go(need, actor=worker)
    after(31)
    assert kept_files(tmp_path) == []
    names = [event.name for event in timeline(need.pk)]
    assert names.count("need.documents-held") == names.count("need.documents-let-go") == 1


def test_until_when_is_said_to_the_person_and_to_the_desk(city: City) -> None:
    need = receive(
        text="broken lift", channel=Channel.WEB, attachments=[store(photo(), name="a"), store(pdf(), name="b")]
    )
    assert told(need) == [
        "Photos are deleted 30 days after this is closed.",
        "Documents are deleted 90 days after this is closed.",
    ]
    resident, worker = Client(), Client()
    resident.get(f"/n/{need.secret}/")
    worker.force_login(official(Role.CASE_WORKER))
    for page in (resident.get(f"/needs/{need.reference}/"), worker.get(f"/desk/needs/{need.reference}/")):
        assert "Photos are deleted 30 days after this is closed." in page.text
    withdraw(need, actor=None)
    need.refresh_from_db()
    assert told(need)[0].startswith("Photos are deleted on ")
    assert told(receive(text="nothing sent along", channel=Channel.WEB)) == []


def test_the_desk_holds_and_lets_go(city: City, client: Client) -> None:
    need = closed(store(photo(), name="a"))
    client.force_login(official(Role.CASE_WORKER))
    address = f"/desk/needs/{need.reference}/documents/"
    client.post(address, {"hold": "yes", "reason": ""})
    assert keeping.held(need) is None
    client.post(address, {"hold": "yes", "reason": "a trial"})
    assert "a trial" in client.get(f"/desk/needs/{need.reference}/").text
    client.post(address, {"let-go": "yes"})
    assert keeping.held(need) is None
