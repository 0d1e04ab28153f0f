"""What a file says otherwise than we do is kept, and gives way where we say something new."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lacarte.standards.hsds.residue import residue, restored, same

values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "b", "é"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=20,
)


@given(values, values)
def test_what_the_file_said_comes_back_whatever_we_would_say(ours: Any, theirs: Any) -> None:
    assert same(restored(ours, residue(ours, theirs)), theirs)


@given(values)
def test_nothing_is_kept_where_we_say_the_same(value: Any) -> None:
    assert residue(value, value) == {}


@given(values, values, values)
def test_any_change_of_ours_can_be_joined_with_it(ours: Any, theirs: Any, later: Any) -> None:
    restored(later, residue(ours, theirs))


def test_what_changes_here_is_told_as_it_is_now() -> None:
    ours = {"name": "Soup", "url": "a.org", "phones": [{"id": "1", "number": "555"}]}
    theirs = {
        "name": "Soup",
        "url": "A.org ",
        "fees": "none",
        "phones": [{"id": "9", "number": "555", "type": "fax"}],
    }
    kept = residue(ours, theirs)
    later = {"name": "Bread", "url": "b.org", "phones": [{"id": "1", "number": "777"}]}
    assert restored(later, kept) == {
        "name": "Bread",
        "url": "b.org",
        "fees": "none",
        "phones": [{"id": "9", "number": "777", "type": "fax"}],
    }


def test_of_a_list_what_was_left_out_stays_out_and_what_is_new_comes_last() -> None:
    kept = residue([{"code": "en"}], [{"name": "Klingon"}])
    assert restored([{"code": "en"}], kept) == [{"name": "Klingon"}]
    assert restored([{"code": "fr"}], kept) == [{"name": "Klingon"}, {"code": "fr"}]
    kept = residue(
        [{"code": "en"}, {"code": "es"}], [{"code": "en", "note": "n"}, {"code": "tlh"}, {"code": "es"}]
    )
    assert restored([{"code": "en"}], kept) == [{"code": "en", "note": "n"}, {"code": "tlh"}]
