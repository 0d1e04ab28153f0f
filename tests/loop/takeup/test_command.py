"""``lacarte takeup``: look now, say who is looked for, report and take back."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from lacarte.cli import main
from lacarte.loop.takeup.models import Finding, Reach, TakeUpRun
from tests.city import City
from tests.loop.takeup.reaching import found, service, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carried")]


def takeup(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(main, ["takeup", *words])
    assert done.exit_code == code, done.output
    return done.output


def test_a_service_is_made_to_look_a_run_finds_and_is_taken_back(city: City) -> None:
    service(city, "rent-help", ("low-income", "is", True))
    somebody(city)
    bad = somebody(city, "bad", facts={"low-income": "n/a"})
    assert takeup("reach", "rent-help", "invite", "--law", "City code 7") == "rent-help: invite\n"
    shown = takeup("--slice", "1")
    assert "2 looked at, 1 found, 1 left out." in shown and "find-support: 1 persons looked at" in shown
    assert found() == {("mo", "rent-help", "invited")}
    told = takeup("report")
    assert "rent-help, w: 0 of 1 have it" in told and f"person {bad.pk}: wrong-fact low-income" in told
    assert takeup("undo", Finding.objects.get().reference) == "The case is taken back.\n"
    assert takeup("undo", "last") == "The run is taken back.\n"
    assert "undone before" in takeup("undo", str(TakeUpRun.objects.get().pk), code=1)
    assert "no run that has ended" in takeup("undo", "last", code=1)
    assert TakeUpRun.objects.get().state == "undone"


def test_what_cannot_be_is_one_clear_line(city: City) -> None:
    assert "there is no service “nothing”" in takeup("reach", "nothing", "invite", code=1)
    assert "no requirement" in takeup("reach", "home-care", "invite", code=1)
    assert "there is no such run" in takeup("report", code=1)
    assert "there is no run 0193e0c2" in takeup("undo", "0193e0c2-6f7b-7d1e-9a52-3f6c8b1d2e4f", code=1)
    assert "has 4" in takeup("undo", "7KQ2", code=1)
    assert not Reach.objects.exists()
