"""Rows of a CSV file: a wrong one spoils no other, whatever is wrong with it."""

from __future__ import annotations

import csv
import io
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from lacarte.standards.imports.table import LONGEST_LINE, Lines, Record, Table

FIELDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


def read(text: str, columns: int = 3, delimiter: str = ",") -> list[Record]:
    return list(Table(Lines(io.StringIO(text, newline="")), delimiter, columns))


def good(text: str) -> list[str]:
    """The first field of every row that can be used."""
    return [record.values[0] for record in read(text) if not record.fault]


def faults(text: str) -> list[int]:
    return [record.line for record in read(text) if record.fault]


@given(st.lists(st.tuples(FIELDS.filter(bool), FIELDS, FIELDS), max_size=8), st.sampled_from(",;\t|"))
def test_what_was_written_is_read(rows: list[tuple[str, str, str]], delimiter: str) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(rows)
    assert [tuple(record.values) for record in read(file.getvalue(), 3, delimiter)] == rows


def test_a_row_says_in_which_line_it_begins() -> None:
    records = read('a,"two\nlines",c\n\nd,e,f\n')
    assert [(record.line, record.values[0]) for record in records] == [(1, "a"), (4, "d")]


def test_a_quotation_mark_that_is_never_closed_spoils_its_own_row_only() -> None:
    text = '1,a,b\n2,"oops,b\n3,a,b\n4,a,b\n'
    assert (good(text), faults(text)) == (["1", "3", "4"], [2])


def test_nor_does_one_that_the_next_quotation_mark_would_close() -> None:
    text = '1,"oops,b\n2,"a, and more",b\n3,a,b\n'
    assert (good(text), faults(text)) == (["2", "3"], [1])


def test_one_that_is_not_closed_for_long_loses_nothing_but_its_row() -> None:
    rows = "".join(f"{n},{'long ' * 20},b\n" for n in range(5000))
    assert len(good('x,"oops,b\n' + rows)) == 5000


def test_marks_inside_a_text_that_are_not_doubled_are_said() -> None:
    broken = read('1,say "hello" to,b\n2,"say "hello" to",b\n3,a,b\n')
    assert [bool(record.fault) for record in broken] == [False, True, False]
    assert "quotation mark" in broken[1].fault
    assert broken[1].values == ["2", '"say "hello" to"', "b"], "as it came, to be mended"


def test_a_field_without_end_is_one_bad_row_and_takes_no_room() -> None:
    lines = "and so on, and so on\n" * 200_000
    text = f'1,"{lines}",b\n2,a,b\n'
    tracemalloc.start()
    records = read(text)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [(record.line, bool(record.fault)) for record in records] == [(1, True), (200_002, False)]
    assert most < len(text) * 4 + (3 << 20), "the file itself and little more"


def test_a_line_without_end_is_one_bad_row() -> None:
    text = "1,a,b\n2," + "x" * (3 * LONGEST_LINE) + "\n3,a,b\n"
    assert (good(text), faults(text)) == (["1", "3"], [2])


def test_more_fields_than_columns_are_said_unless_they_are_empty() -> None:
    records = read("1,a,b,\n2,a,b,c\n3,a\n")
    assert [bool(record.fault) for record in records] == [False, True, False]
    assert "4 fields, the header names 3 columns" in records[1].fault


@given(st.text(st.sampled_from('a,"\n\r;\0é\U0001f600'), max_size=60))
def test_whatever_comes_every_line_is_read_once_and_nothing_is_raised(text: str) -> None:
    lines = Lines(io.StringIO(text, newline=""))
    begun = [record.line for record in Table(lines, ",", 3)]
    assert begun == sorted(set(begun))
    assert lines.read == sum(1 for _ in io.StringIO(text, newline=""))


@given(st.lists(st.sampled_from(["{n},a,b", '{n},"a\n,c",b', '{n},"a,b', '{n},a"b"', "{n},a,b,c"]), max_size=9))
def test_reading_goes_on_where_it_stopped(shapes: list[str]) -> None:
    text = "".join(shape.format(n=n) + "\n" for n, shape in enumerate(shapes))
    lines = Lines(io.StringIO(text, newline=""))
    table, whole, stops = Table(lines, ",", 3), [], []
    for record in table:
        whole.append(record)
        stops.append(lines.read)
    for at, stop in enumerate(stops, start=1):
        later = Lines(io.StringIO(text, newline=""))
        later.skip(stop)
        assert list(Table(later, ",", 3)) == whole[at:]
