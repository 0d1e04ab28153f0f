"""A table that tests read and change."""

from __future__ import annotations

from lacarte.engines.rules import Case, Input, Kind, Output, Row, Table
from lacarte.registers.entitlement.tables.records import Written

HOURS = Table(
    "care-hours",
    (Input("age", Kind.NUMBER), Input("work", Kind.STRING), Input("needs-daily-help", Kind.BOOLEAN)),
    (Output("hours", Kind.NUMBER, default="0"),),
    (
        Row((">= 80", "-", "true"), ("10",), "of May"),
        Row(("[65..80)", '"retired"', "true"), ("6",)),
    ),
)
OLD = Case("old and frail", {"age": "83", "needs-daily-help": "true"}, {"hours": "10"})
CARE = Written(
    HOURS,
    {"en": "Hours of care", "zh-hans": "照护时数"},
    "Care Rules, § 9",
    ({}, {}, {}, {"en": "Hours a week", "zh-hans": "每周小时"}),
    (OLD,),
)
