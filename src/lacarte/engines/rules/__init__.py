"""Rules that officials keep as tables: what they ask, what they say, and what is not settled yet."""

from lacarte.engines.rules.asking import Worth, askable, best, worth_of
from lacarte.engines.rules.cases import OPEN, Case, Failure, case_faults, failures, known_in, said_text
from lacarte.engines.rules.checking import Checked, Gap, Overlap, Where, check
from lacarte.engines.rules.columns import Column, column
from lacarte.engines.rules.comparing import Changed, ChangedRow, compared
from lacarte.engines.rules.compiling import Compiled, Fault, Said, WrongTable, compile_table, faults
from lacarte.engines.rules.conditions import Condition, Opaque, Reach, TableTest, Test, table_test
from lacarte.engines.rules.deciding import Decision, Missing, Question, decide, questions
from lacarte.engines.rules.deciding_many import Batch, Decided, decide_many
from lacarte.engines.rules.differing import Change, Difference, Differences, differences, reasons
from lacarte.engines.rules.facts import NOT_KNOWN, Between, Known, NotKnown, Refused
from lacarte.engines.rules.feel import NotFeel, Tests, literal_text, parse_literal, parse_tests
from lacarte.engines.rules.likely import Answers, condensed, of_choices, of_numbers
from lacarte.engines.rules.tables import HitPolicy, Input, Kind, Output, Row, Table, Value

__all__ = [
    "NOT_KNOWN",
    "OPEN",
    "Answers",
    "Batch",
    "Between",
    "Case",
    "Change",
    "Changed",
    "ChangedRow",
    "Checked",
    "Column",
    "Compiled",
    "Condition",
    "Decided",
    "Decision",
    "Difference",
    "Differences",
    "Failure",
    "Fault",
    "Gap",
    "HitPolicy",
    "Input",
    "Kind",
    "Known",
    "Missing",
    "NotFeel",
    "NotKnown",
    "Opaque",
    "Output",
    "Overlap",
    "Question",
    "Reach",
    "Refused",
    "Row",
    "Said",
    "Table",
    "TableTest",
    "Test",
    "Tests",
    "Value",
    "Where",
    "Worth",
    "WrongTable",
    "askable",
    "best",
    "case_faults",
    "check",
    "column",
    "compared",
    "compile_table",
    "condensed",
    "decide",
    "decide_many",
    "differences",
    "failures",
    "faults",
    "known_in",
    "literal_text",
    "of_choices",
    "of_numbers",
    "parse_literal",
    "parse_tests",
    "questions",
    "reasons",
    "said_text",
    "table_test",
    "worth_of",
]
