"""The city's own tables of rules, which services of the menu ask: as they were, are, and will be next year."""

from __future__ import annotations

from datetime import date

from lacarte.demo.content import TABLES
from lacarte.kernel.models import User
from lacarte.registers.entitlement.tables.keeping import keep_tables
from lacarte.standards import dmn

#: File, since when, and why; of those of one code the earliest first.
_KEPT = (
    ("care-hours", (-1, 1, 1), "Council decision of 3 December · 十二月三日市政会议决定"),
    ("rent-help-before", (-6, 1, 1), "Housing plan · 住房保障规划"),
    ("rent-help", (-1, 7, 1), "Rents have risen · 租金上涨"),
    ("after-school-fee", (-1, 8, 15), "School board · 教育委员会"),
    ("care-hours-next", (1, 1, 1), "More hours from seventy on · 七十岁起增加时数"),
)


def write_tables(users: dict[str, User], today: date) -> None:
    """Keep them, by the planner; test cases are run as on any save. Years are counted from this one."""
    for name, (years, month, day), reason in _KEPT:
        taken = dmn.read_csv((TABLES / f"{name}.csv").read_bytes())
        assert not taken.faults, taken.faults
        written = [dmn.written_of(one) for one in taken.decisions]
        keep_tables(written, since=date(today.year + years, month, day), actor=users["planner"], reason=reason)
