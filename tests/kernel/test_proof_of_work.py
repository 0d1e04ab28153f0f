"""Work that a sender's computer proves: quick to check, bound to one subject, good for an hour."""

from __future__ import annotations

import time

from lacarte.kernel.proof_of_work import challenge, proved, solve, solves


def test_work_that_was_done_is_recognised() -> None:
    said = challenge("draft")
    number = solve(said)
    assert proved(said, number, "draft")
    assert not proved(said, number, "another draft")
    assert not proved(said, str(int(number) + 1), "draft") or solves(said, str(int(number) + 1))


def test_nothing_invented_is_taken_for_work() -> None:
    said = challenge("draft")
    for number in ("", "none", "-1", "1e9", "１", "9" * 21, "0x1", " 1", "\ud800"):
        assert not proved(said, number, "draft")
    for invented in ("", "no signature", "a:b:c", said[:-1] + ("a" if said[-1] != "a" else "b")):
        assert not proved(invented, solve(invented, 4), "draft")


def test_work_is_good_for_an_hour(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    said = challenge("draft")
    number = solve(said)
    later = time.time() + 3601
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert not proved(said, number, "draft")


def test_the_work_grows_with_the_bits() -> None:
    tries = [int(solve(f"subject {n}", bits=6)) for n in range(300)]
    assert 40 < sum(tries) / len(tries) < 95, "64 on average"
