"""What to ask next: what settles most is to be expected from, and never what cannot matter."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines.rules import (
    Answers,
    Condition,
    HitPolicy,
    Input,
    Kind,
    Opaque,
    Output,
    Row,
    Table,
    Test,
    Worth,
    askable,
    best,
    compile_table,
    condensed,
    of_choices,
    of_numbers,
    table_test,
    worth_of,
)

YES_NO = Answers((True, False), (1.0, 1.0), counted=False)


def yes(fact: str) -> Test:
    """A condition that holds where the answer is yes."""
    return Test(fact, lambda value: value is True, (True, False))


def table(rows: dict[str, str], facts: str = "ab", policy: HitPolicy = HitPolicy.UNIQUE) -> Condition:
    """Yes or no facts, and rows such as ``{"tf": "true"}``; ``-`` is any answer."""
    words = {"t": "true", "f": "false", "-": "-"}
    made = Table(
        "t",
        tuple(Input(fact, Kind.BOOLEAN, "true, false") for fact in facts),
        (Output("yes", Kind.BOOLEAN, default="false"),),
        tuple(Row(tuple(words[one] for one in tests), (said,)) for tests, said in rows.items()),
        policy,
    )
    found = table_test(compile_table(made), {}, lambda said: said[0] if isinstance(said[0], bool) else None)
    assert not isinstance(found, bool)
    return found


def worth(
    *services: list[Condition], never: tuple[str, ...] = (), **answers: Answers
) -> dict[str, tuple[float, float]]:
    told = {fact: answers.get(fact, YES_NO) for fact in "abcdef"}
    return {one.fact: (one.settles, one.spares) for one in worth_of(services, told, never)}


def chosen(*services: list[Condition], never: tuple[str, ...] = (), **answers: Answers) -> str | None:
    told = {fact: answers.get(fact, YES_NO) for fact in "abcdef"}
    found = best(worth_of(services, told, never))
    return found.fact if found else None


def test_what_more_services_wait_for_settles_more() -> None:
    assert worth([yes("a"), yes("b")], [yes("b"), yes("c")]) == {"a": (0.5, 1.0), "b": (1.0, 2.0), "c": (0.5, 1.0)}
    assert chosen([yes("a"), yes("b")], [yes("b"), yes("c")]) == "b"


def test_what_most_people_fail_on_is_asked_first() -> None:
    often_no = Answers((True, False), (1.0, 9.0))
    assert worth([yes("a"), yes("b")], b=often_no)["b"] == pytest.approx((0.9, 1.9))
    assert chosen([yes("a"), yes("b")], b=often_no) == "b"
    assert chosen([yes("a"), yes("b")], b=Answers((True, False), (9.0, 1.0))) == "a"


def test_the_last_that_is_missing_settles_whatever_the_answer_is() -> None:
    assert worth([yes("a")])["a"] == (1.0, 1.0)
    assert chosen([yes("b"), yes("c")], [yes("a")]) == "a"


def test_between_questions_that_settle_nothing_alone_that_which_spares_more_is_asked() -> None:
    # Where a holds b decides, else c and d together: no single answer settles it.
    rows = {"tt--": "true", "f-tt": "true"}
    one = [table(rows, "abcd", HitPolicy.ANY)]
    found = worth(one)
    assert found["a"] == (0.0, 2.5), "itself, and then b or else c and d"
    assert chosen(one) == "a"


def test_a_table_is_looked_into() -> None:
    either = [table({"t-": "true", "-t": "true"}, policy=HitPolicy.ANY)]
    assert worth(either) == {"a": (0.5, 1.5), "b": (0.5, 1.5)}
    assert chosen(either, a=Answers((True, False), (9.0, 1.0))) == "a"


def test_answers_that_nothing_tells_apart_count_as_one_unless_they_were_counted() -> None:
    old = Test("a", lambda value: value >= 60, (50, 60))
    ages = (10.0, 20.0, 30.0, 60.0)
    assert worth([old, yes("b")], a=Answers(ages, (1.0,) * 4, counted=False))["a"][0] == 0.5
    assert worth([old, yes("b")], a=Answers(ages, (1.0,) * 4))["a"][0] == 0.75


def test_a_question_without_likely_answers_comes_last_but_comes() -> None:
    found = worth_of([[yes("a")], [yes("b")]], {"b": YES_NO})
    assert [(one.fact, one.settles) for one in found] == [("a", 0.0), ("b", 1.0)]


def test_with_a_fact_that_is_never_told_only_a_no_can_still_be_had() -> None:
    assert askable([yes("a"), yes("b")], never=["a"]) == ("b",), "b may fail"
    assert askable([yes("a")], never=["a"]) == ()
    always = Test("b", lambda _value: True, (True, False))
    assert askable([yes("a"), always], never=["a"]) == (), "b can only hold, and that settles nothing"
    assert askable([yes("a"), always]) == ("a", "b")


def test_a_table_that_another_fact_leaves_open_whatever_is_answered_is_not_asked_about() -> None:
    differ = {"tf": "true", "ft": "true"}  # yes where just one of both holds
    assert askable([table(differ)], never=["a"]) == ()
    assert askable([table({"tt": "true"})], never=["a"]) == ("b",), "a no may come of it"
    either = table({"t-": "true", "-t": "true"}, policy=HitPolicy.ANY)
    assert askable([either], never=["a"]) == ("b",), "a yes may come of it"
    assert askable([either, yes("c")], never=["a"]) == ("b", "c")
    assert askable([either, yes("c")], never=["c"]) == ("a", "b")
    assert askable([either, yes("c")], never=["a", "c"]) == (), "neither a yes nor a no can come of it"


def test_what_can_only_be_asked_as_a_whole_is_asked_until_all_of_it_is_known() -> None:
    one = Opaque(("a", "b"))
    assert one.given("c", 1) is one
    assert one.given("a", 1) == Opaque(("b",))
    assert Opaque(("b",)).given("b", 1) is True
    assert askable([one], never=["a"]) == ("b",)
    assert askable([Opaque(())]) == askable([yes("a"), Opaque(())], never=["a"]) == ()
    assert askable([yes("a"), Opaque(())]) == ("a",), "it may be no"


@settings(deadline=None, max_examples=80)
@given(seed=st.integers(0, 10**9))
def test_what_is_expected_is_the_mean_over_all_answers(seed: int) -> None:
    """Against a plain count, on drawn tables of yes or no facts in two services."""
    rng = random.Random(seed)
    services = _open([[_drawn(rng)], [_drawn(rng), yes(rng.choice("abc"))]])
    share = {fact: rng.random() for fact in "abc"}
    answers = {fact: Answers((True, False), (share[fact], 1 - share[fact])) for fact in "abc"}
    for one in worth_of(services, answers):
        settled = spared = 0.0
        before = {fact for some in services for fact in askable(some)}
        for value, weight in zip((True, False), answers[one.fact].weights, strict=True):
            after = [_after(some, one.fact, value) for some in services]
            settled += weight * sum(left is None for left in after)
            spared += weight * len(before - {fact for left in after if left for fact in askable(left)})
        assert one.settles == pytest.approx(settled)
        assert one.spares == pytest.approx(spared)


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10**9))
def test_asked_in_this_order_every_service_that_can_be_settled_is(seed: int) -> None:
    rng = random.Random(seed)
    left = _open([[_drawn(rng), _drawn(rng)], [_drawn(rng), yes("c")]])
    person = {fact: rng.random() < 0.5 for fact in "abc"}
    never = [fact for fact in "abc" if rng.random() < 0.2]
    asked: list[str] = []
    while (one := best(worth_of(left, dict.fromkeys("abc", YES_NO), never))) is not None:
        assert one.fact not in (*asked, *never)
        asked.append(one.fact)
        told = [_after(some, one.fact, person[one.fact]) for some in left]
        left = [some for some in told if some is not None]
    # Telling all the rest that may be told would settle nothing more.
    for fact in set("abc") - set(never):
        told = [_after(some, fact, person[fact]) for some in left]
        assert None not in told
        left = [some for some in told if some is not None]


def _drawn(rng: random.Random) -> Condition | bool:
    rows = {"".join(one): rng.choice(("true", "false")) for one in itertools.product("tf", repeat=3)}
    facts = "".join(rng.sample("abc", 3))
    made = Table(
        "t",
        tuple(Input(fact, Kind.BOOLEAN, "true, false") for fact in facts),
        (Output("yes", Kind.BOOLEAN),),
        tuple(
            Row(tuple({"t": "true", "f": "false"}[one] for one in tests), (said,)) for tests, said in rows.items()
        ),
    )
    return table_test(compile_table(made), {}, lambda said: bool(said[0]))


def _open(services: Sequence[Sequence[Condition | bool]]) -> list[list[Condition]]:
    """Those that are not settled already, each by what is open of it."""
    left = [[one for one in some if not isinstance(one, bool)] for some in services if False not in some]
    return [some for some in left if some]


def _after(some: list[Condition], fact: str, value: bool) -> list[Condition] | None:
    """What is left of a service once a fact is known; ``None`` where it is settled."""
    told = [one.given(fact, value) for one in some]
    left = [one for one in told if not isinstance(one, bool)]
    return None if False in told or not left else left


def test_the_best_of_none_is_none() -> None:
    assert best([]) is None
    assert best([Worth("a", 1, 0.0, 1.0), Worth("b", 2, 0.0, 1.0)]) == Worth("b", 2, 0.0, 1.0)


def test_answers_of_choices_are_as_many_as_were_counted_and_none_is_impossible() -> None:
    assert of_choices([True, False]) == Answers((True, False), (1.0, 1.0), counted=False)
    assert of_choices([True, False], {True: 3.0}) == Answers((True, False), (3.5, 0.5))
    assert of_choices([], {}).values == ()


def test_numbers_are_told_apart_where_the_rules_do() -> None:
    assert of_numbers([18, 65]).values == (9.0, 18, 41.5, 65, 66)
    known = {5.0: 2.0, 18.0: 1.0, 30.0: 4.0, 31.0: 1.0, 80.0: 3.0}
    found = of_numbers([18, 65], known)
    assert found.values == (5.0, 18, 31.0, 65, 80.0)
    assert [round(one, 9) for one in found.weights] == [2.2, 1.2, 5.2, 0.2, 3.2]
    assert of_numbers([]).values == (1.0,)
    assert of_numbers([0]).values == (0, 1.0), "there is no number below nought"


def test_of_bounds_only_what_lies_inside_is_likely() -> None:
    assert of_numbers([60], low=59, high=60).values == (59.5, 60)
    assert of_numbers([18, 60], {61.0: 5.0}, low=59, high=60).values == (59.5, 60)


def test_many_numbers_are_kept_as_the_middles_of_groups() -> None:
    assert condensed({1.0: 2.0, 2.0: 3.0}, 5) == {1.0: 2.0, 2.0: 3.0}
    found = condensed({float(n): 1.0 for n in range(100)}, 10)
    assert len(found) == 10
    assert sum(found.values()) == pytest.approx(100)
    assert min(found) < 10 < 90 <= max(found)
