"""What the pages of a table show of it, whether it is kept or still a draft."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from lacarte.pages.entitlement.casing import case_lines
from lacarte.pages.entitlement.grid import grid_of
from lacarte.pages.entitlement.versions import name_of
from lacarte.registers.entitlement.tables.faults import example_of
from lacarte.registers.entitlement.tables.queries import Findings, findings_of
from lacarte.registers.entitlement.tables.records import Written
from lacarte.registers.entitlement.tables.wording import POLICIES, column_names


def shown_of(written: Written, holds: Collection[int] = ()) -> dict[str, Any]:
    """The grid, how rules count, the cases, and what there is to look at."""
    found = findings_of(written)
    return {
        "named": name_of(written),
        "written": written,
        "grid": grid_of(written, holds),
        "policy": POLICIES[written.table.hit_policy],
        "cases": case_lines(written, found.problems),
        "findings": found,
        "gaps": gaps_in_words(written, found),
    }


def gaps_in_words(written: Written, found: Findings) -> list[str]:
    """A person of whom the table says the default only, for each gap."""
    table = written.table
    names = dict(zip([one.fact for one in table.inputs], column_names(table, written.labels), strict=False))
    return [example_of(gap.where, names) for gap in found.gaps]
