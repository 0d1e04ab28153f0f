"""Between a table in the database and plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from lacarte.engines.rules import Case, HitPolicy, Input, Kind, Output, Row, Table
from lacarte.registers.entitlement.models.tables import TableText

__all__ = ["Written", "columns_of", "table_of", "written_of"]


@dataclass(frozen=True)
class Written:
    """A table with all that officials write of it: names by language, labels of the columns, test cases."""

    table: Table
    name: Mapping[str, str] = field(default_factory=dict)
    legal_basis: str = ""
    labels: tuple[Mapping[str, str], ...] = ()
    cases: tuple[Case, ...] = ()

    @property
    def columns(self) -> int:
        """How many inputs and outputs there are."""
        return len(self.table.inputs) + len(self.table.outputs)


def table_of(row: TableText) -> Table:
    """The table that a record holds."""
    body = row.body
    return Table(
        row.code,
        tuple(Input(one["fact"], Kind(one["kind"]), one["allowed"]) for one in body["inputs"]),
        tuple(Output(one["name"], Kind(one["kind"]), one["allowed"], one["default"]) for one in body["outputs"]),
        tuple(Row(tuple(one["tests"]), tuple(one["says"]), one["note"]) for one in body["rows"]),
        HitPolicy(body["hit_policy"]),
    )


def written_of(row: TableText) -> Written:
    """All that a record holds; there is a label for each column, if an empty one."""
    table = table_of(row)
    count = len(table.inputs) + len(table.outputs)
    labels = (*row.labels, *({} for _more in range(count)))[:count]
    cases = tuple(Case(one["name"], one["facts"], one["says"]) for one in row.cases)
    return Written(table, row.name, row.legal_basis, labels, cases)


def columns_of(written: Written) -> dict[str, Any]:
    """The columns of a record."""
    body = asdict(written.table)
    return {
        "code": body.pop("code"),
        "name": dict(written.name),
        "legal_basis": written.legal_basis,
        "body": body,
        "labels": [dict(words) for words in written.labels],
        "cases": [asdict(one) for one in written.cases],
    }
