"""Who is entitled to what: requirements and their proofs, tables of rules, answers and objections to them."""

from lacarte.registers.entitlement.models.answers import AnswerCount, Withheld
from lacarte.registers.entitlement.models.objections import AnswerObjection
from lacarte.registers.entitlement.models.requirements import EvidenceType, Requirement
from lacarte.registers.entitlement.models.tables import DecisionTable, TableDraft, TableEdition

__all__ = [
    "AnswerCount",
    "AnswerObjection",
    "DecisionTable",
    "EvidenceType",
    "Requirement",
    "TableDraft",
    "TableEdition",
    "Withheld",
]
