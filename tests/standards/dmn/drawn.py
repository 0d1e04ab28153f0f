"""Tables as hypothesis draws them: any text that a file can hold, without space around it."""

from __future__ import annotations

from hypothesis import strategies as st

from lacarte.engines.rules.cases import Case
from lacarte.engines.rules.tables import HitPolicy, Input, Kind, Output, Row, Table
from lacarte.standards.dmn import Decision, Ids, Notes

_SIGNS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff") | st.sampled_from(
    "\n\t\r\"'<>&,;=-+@#\x85"
)
TEXTS = st.text(_SIGNS, max_size=12).map(str.strip).filter(lambda text: text not in ("TRUE", "FALSE"))
SAID = TEXTS.filter(bool)
CELLS = st.sampled_from(['< 10, "a"', "[1..5)", 'not("b")', "null", '=HYPERLINK("x")', "'-", "-5", "- 5"]) | SAID
FACTS = st.from_regex(r"[a-z][a-z_.]{0,5}( [a-z]{1,4})?", fullmatch=True) | st.sampled_from(["收入", "région"])
TAGS = st.sampled_from(["en", "zh-hans", "fr"])
WORDS = st.dictionaries(TAGS, SAID, max_size=3)
CODES = st.from_regex(r"[a-z][a-z0-9-]{0,6}", fullmatch=True) | SAID


@st.composite
def decisions(draw: st.DrawFn, *, ids: bool) -> Decision:
    """One decision; with ``ids`` its parts have some."""
    facts = draw(st.lists(FACTS, min_size=1, max_size=3, unique=True))
    inputs = tuple(Input(fact, _kind(fact), draw(TEXTS)) for fact in facts)
    names = draw(st.lists(SAID, min_size=1, max_size=3, unique=True))
    outputs = tuple(Output(name, draw(st.sampled_from(Kind)), draw(TEXTS), draw(TEXTS)) for name in names)
    count = draw(st.integers(0, 3))
    rows = tuple(
        Row(tuple(draw(CELLS) for _column in inputs), tuple(draw(TEXTS) for _column in outputs), draw(TEXTS))
        for _row in range(count)
    )
    table = Table(draw(CODES), inputs, outputs, rows, draw(st.sampled_from(HitPolicy)))
    columns = len(inputs) + len(outputs)
    more = tuple(Notes(name, tuple(draw(TEXTS) for _row in rows)) for name in draw(st.lists(SAID, max_size=2)))
    known = Ids("Table", tuple(f"Column-{k}" for k in range(columns)), tuple(f"Row-{k}" for k in range(count)))
    labels = tuple(draw(WORDS) for _column in range(columns))
    cases = tuple(
        Case(name, draw(_some(facts, SAID.filter(lambda text: text != "-"))), draw(_some(names, SAID)))
        for name in draw(st.lists(SAID, max_size=2, unique_by=str.lower))
    )
    return Decision(table, draw(WORDS), labels, draw(TEXTS), more, known if ids else Ids(), cases, draw(TEXTS))


def _some(columns: list[str], texts: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(st.sampled_from(columns), texts, max_size=3)


def _kind(fact: str) -> Kind:
    """The same for a fact in every table."""
    return list(Kind)[len(fact) % len(Kind)]
