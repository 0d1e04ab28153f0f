"""Mappings: each is found by the columns of its own export, and one that is wrong says where."""

from __future__ import annotations

from pathlib import Path

import pytest

from lacarte.standards.imports import ImportFaultError, import_requests
from lacarte.standards.imports.mapping import read_mapping, shipped
from tests.standards.imports.exports import FIX_MY_STREET, MAPPINGS, NEW_YORK, table

pytestmark = pytest.mark.django_db


def test_every_shipped_mapping_is_found_by_its_own_columns_and_by_no_other() -> None:
    headers = {"new-york-311": list(NEW_YORK), "fixmystreet": list(FIX_MY_STREET)}
    headers["san-francisco-311"] = ["CaseID", "Opened", "Status", "Category"]
    assert {one.name for one in shipped()} == set(headers)
    for name, header in headers.items():
        assert [one.name for one in shipped() if one.fits(header)] == [name]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('subject = "place"', 'subject = "dog"'), "subject is one of person, household, place"),
        (('status = "Status"', 'state = "Status"'), r"\[columns\]: “state” is unknown"),
        (('zone = "America/New_York"', 'zone = "Mars/Olympus"'), "Mars"),
        (('closed = ["Closed", "Closed - Testing"]', 'closed = "Closed"'), "not a list of words"),
        (('name = "new-york-311"', 'nam = "new-york-311"'), "“nam” is unknown"),
        (('name = "new-york-311"', 'name = "x"\ndelimiter = "x"'), "delimiter is one of"),
        (('code = "city-services"', ""), "lacks 'code'"),
        (('id = "Unique Key"', ""), "lacks id"),
    ],
)
def test_a_mapping_that_is_wrong_says_where(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    path = tmp_path / "ours.toml"
    path.write_text((MAPPINGS / "new_york_311.toml").read_text().replace(*change))
    with pytest.raises(ImportFaultError, match=says):
        read_mapping(path)


def test_a_column_that_holds_no_kinds_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lacarte.kernel import tree

    monkeypatch.setattr(tree, "FANOUT", 4)
    rows = [NEW_YORK | {"Unique Key": str(n), "Complaint Type": f"My story, number {n}"} for n in range(5)]
    with pytest.raises(ImportFaultError, match="do the columns of `category`"):
        import_requests(table(tmp_path / "x.csv", *rows))
