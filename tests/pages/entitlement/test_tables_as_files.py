"""Tables come from files as drafts, with each fault named; and go to files as they are kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lacarte.registers.entitlement.models import DecisionTable, TableDraft
from lacarte.registers.entitlement.tables.records import written_of
from lacarte.standards import dmn
from tests.pages.entitlement.tables import CARE

pytestmark = pytest.mark.django_db
MEALS = Path(__file__).parents[2] / "standards" / "dmn" / "examples" / "meals.dmn"


def sent(client: Client, name: str, data: bytes) -> tuple[int, str]:
    answer = client.post(reverse("table-import"), {"file": SimpleUploadedFile(name, data)})
    return answer.status_code, " ".join(answer.content.decode().split())


@pytest.mark.parametrize("ending", ["csv", "dmn"])
def test_what_is_exported_comes_back_with_its_cases_names_and_law(
    keeper: Client, hours: DecisionTable, ending: str
) -> None:
    address = reverse("table-file", args=["care-hours", ending])
    file = keeper.get(address, {"version": str(hours.pk)})
    assert file.headers["Content-Disposition"].endswith(f'.{ending}"')
    status, page = sent(keeper, f"care.{ending}", file.content)
    assert status == 200
    assert "Can be kept" in page
    assert written_of(TableDraft.objects.get()) == CARE
    assert keeper.get(address, {"version": "x"}).status_code == 404


def test_good_tables_of_a_file_go_on_and_each_fault_is_named_with_its_place(keeper: Client) -> None:
    status, page = sent(keeper, "meals.dmn", MEALS.read_bytes())
    taken = dmn.read_xml(MEALS.read_bytes())
    assert status == 200
    assert f"line {taken.faults[0].line}" in page
    assert TableDraft.objects.count() == len(taken.decisions)


def test_a_table_with_faults_is_a_draft_that_names_them(keeper: Client) -> None:
    rows = "U,if age (number),then yes (boolean)\ncode,t\n1,< n/a,true\ncase young,12,true\n"
    status, page = sent(keeper, "t.csv", rows.encode())
    assert status == 200
    assert "rule 1, column “Age in years”: sign 4: / has no meaning here" in page


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("x.dmn", b"<definitions/>", "This is no DMN file"),
        ("x.xml", b"<a", "not XML that can be read"),
        ("x.csv", b"a,b\n1,2\n", "This is no decision table"),
        ("x.csv", b"", "This file is empty."),
    ],
)
def test_what_is_no_file_of_tables_is_said(keeper: Client, name: str, data: bytes, told: str) -> None:
    status, page = sent(keeper, name, data)
    assert status == 422
    assert told in page


def test_a_code_that_no_address_can_have_is_refused(keeper: Client) -> None:
    status, page = sent(keeper, "t.csv", b"U,if age (number),then yes (boolean)\ncode,a/b\n1,1,true\n")
    assert status == 200
    assert "The code “a/b” has signs other than" in page
    assert not TableDraft.objects.exists()
