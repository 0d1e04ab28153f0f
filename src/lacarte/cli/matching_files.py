"""``lacarte match`` on files: no database is asked, and Django stays out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import click

from lacarte.cli.installation import STOPPED, Failure, progress, stoppable

__all__ = ["Files", "match_by_choice", "match_by_need"]


class Files(NamedTuple):
    """What is read, and either written to ``out`` or checked in ``verify``."""

    needs: Path
    offers: Path
    out: Path | None
    verify: Path | None
    seed: str
    language: str


def match_by_need(
    files: Files, *, agreements: Path | None, rules: Path | None, balance: str, tolerance: float, threads: int
) -> None:
    """Serve as many as can be, most urgent first."""
    read = (files.needs, files.offers, agreements, rules)
    with _clear_words():
        from lacarte import standalone

        if files.verify is not None:
            held = standalone.verify(files.verify, *read, threads, progress)
            click.echo(f"{files.verify} holds, it follows from the files: {held.in_a_line()}")
            return
        assert files.out is not None
        standalone.refuse_overwriting(files.out, *read)
        inputs = standalone.read(*read, files.seed, progress, balance)
        matched = standalone.match(inputs, tolerance, threads, progress)
        standalone.save(matched, files.out, files.language)
    click.echo(f"{matched.in_a_line()} All of it is in {files.out}.")
    if matched.stopped or matched.unbalanced:
        sys.exit(STOPPED)


def match_by_choice(files: Files) -> None:
    """Place people so that nobody has a better claim to an offer they like more."""
    with _clear_words():
        from lacarte.standalone import by_choice

        if files.verify is not None:
            held = by_choice.verify(files.verify, files.needs, files.offers, progress)
            click.echo(f"{files.verify} holds, it follows from the files: {held.in_a_line()}")
            return
        assert files.out is not None
        by_choice.refuse_overwriting(files.out, files.needs, files.offers)
        placed = by_choice.match(by_choice.read(files.needs, files.offers, files.seed, progress), progress)
        by_choice.save(placed, files.out, files.language)
    click.echo(f"{placed.in_a_line()} All of it is in {files.out}.")


@contextmanager
def _clear_words() -> Iterator[None]:
    """What may be expected to go wrong becomes one line, and so does Ctrl-C."""
    with stoppable("stopped before anything was written"):
        from lacarte.standalone import FaultError

        try:
            yield
        except FaultError as error:
            raise Failure(str(error)) from error
