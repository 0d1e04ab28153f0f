"""What is wrong in a cell, in the words of whoever keeps the table, and what to do about it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.engines.rules import Fault, NotFeel

#: By the template of the engine; braces are what it puts in.
WORDS = {
    "{text} is expected here, not {shown}": gettext_lazy("write {text} here, not {shown}"),
    "{shown} is too much here": gettext_lazy("{shown} is too much here: take it out, or write a comma before it"),
    "nothing is said here; write null if that is meant": gettext_lazy(
        "nothing is said here: fill it in, or write null for “nothing”"
    ),
    "a range ends with ] or ), not with {shown}": gettext_lazy(
        "a range ends with ] (up to and with) or ) (up to and without), not with {shown}"
    ),
    "no value is in this range": gettext_lazy("nothing lies in this range: write the smaller end first"),
    "{sign} needs numbers or dates, this column holds {kind}s": gettext_lazy(
        "{sign} compares numbers and days only; take it out"
    ),
    "null is neither more nor less than anything": gettext_lazy(
        "null cannot be compared: write a number or a day"
    ),
    "{given} does not fit, {wanted} is expected": gettext_lazy("{given} does not fit here: write {wanted}"),
    'a date is written date("2026-01-31")': gettext_lazy("a day is written as year-month-day, such as 2026-01-31"),
    '{text} is no value; a string is written "{text}"': gettext_lazy(
        'words are written between quotation marks: "{text}"'
    ),
    "a value is expected here, not {shown}": gettext_lazy("write a value here, not {shown}"),
    "a string that does not end": gettext_lazy("the closing quotation mark is missing"),
    "{sign} has no meaning here": gettext_lazy("{sign} has no meaning here: take it out"),
    "{text} is too large": gettext_lazy("{text} is too large a number"),
    "\\{what} has no meaning in a string": gettext_lazy("\\{what} has no meaning between quotation marks"),
    "{text} is no date: {wrong}": gettext_lazy("there is no day {text}: look up month and day"),
    '{text} is no date; one is written "2026-01-31"': gettext_lazy(
        "{text} is no day: write year-month-day, such as 2026-01-31"
    ),
    "{cells} cells for {columns} columns": gettext_lazy("has {cells} cells, the table has {columns} columns"),
    "is asked in two columns; put both tests into one": gettext_lazy(
        "is asked in two columns: put both tests into one"
    ),
    "is not a known fact": gettext_lazy("is nothing that we ask for: choose one of the facts"),
    "is a {known}, not a {asked}": gettext_lazy("is {known}, not {asked}: choose the fact anew"),
    "no value is allowed": gettext_lazy("no value is allowed at all: write what may be answered"),
    "no allowed value meets this": gettext_lazy("nobody can answer this: write one of the values that there are"),
    "is said in two columns": gettext_lazy("is said in two columns: give one another name"),
    "{value} is not among the allowed values": gettext_lazy("{value} is not among the values of this column"),
    "null cannot be put together by {policy}": gettext_lazy("null cannot be added up or compared: write a value"),
    "the table says nothing": gettext_lazy("the table says nothing: add a result"),
    "hit policy {policy} puts together one output": gettext_lazy("rules are put together for one result only"),
    "hit policy {policy} cannot put together {kind}s": gettext_lazy("what rules say here cannot be put together"),
    "a count needs no default, it is 0": gettext_lazy("a count needs no default, it is 0: empty it"),
    "has no name": gettext_lazy("has no name: give it one"),
    "has the name of a case before": gettext_lazy("has the name of a case before: give it another"),
    "expects nothing": gettext_lazy("expects nothing: write what the table has to say"),
    "is no input of the table": gettext_lazy("is no input of the table any more: empty it"),
    "is no output of the table": gettext_lazy("is no result of the table any more: empty it"),
}
_NAMES = {
    "true or false": gettext_lazy("yes or no (true or false)"),
    "a number": gettext_lazy("a number"),
    "a string": gettext_lazy("words between quotation marks"),
    "a date": gettext_lazy("a day such as 2026-01-31"),
    "the end": gettext_lazy("the end"),
    "boolean": gettext_lazy("yes or no"),
    "number": gettext_lazy("a number"),
    "string": gettext_lazy("words"),
    "date": gettext_lazy("a day"),
}


def fault_in_words(fault: Fault) -> str:
    """Why a cell is wrong, after the sign at which that shows."""
    return _at(fault.position, _words(fault.template, dict(fault.said)) if fault.template else fault.what)


def cell_fault(error: NotFeel) -> str:
    """The same of a cell by itself."""
    return _at(error.position, _words(error.template, error.said))


def _words(template: str, said: dict[str, str]) -> str:
    return str(WORDS[template]).format(**{name: str(_NAMES.get(text, text)) for name, text in said.items()})


def _at(position: int, words: str) -> str:
    return _("sign %(n)d: %(words)s") % {"n": position, "words": words} if position else words
