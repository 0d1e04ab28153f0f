"""Between the tables of files and those that an installation keeps."""

from __future__ import annotations

from lacarte.registers.entitlement.tables.records import Written
from lacarte.standards.dmn.document import Decision

__all__ = ["decision_of", "written_of"]


def decision_of(written: Written) -> Decision:
    """What a file of a kept table holds."""
    return Decision(written.table, written.name, written.labels, cases=written.cases, law=written.legal_basis)


def written_of(decision: Decision) -> Written:
    """What is kept of a file: all but ids, names of notes and further columns of notes."""
    return Written(decision.table, decision.name, decision.law, decision.labels, decision.cases)
