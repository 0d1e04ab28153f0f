"""Teach the program what texts ask for, and ask it what it makes of one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lacarte.cli.installation import Failure, installation, progress, stoppable

if TYPE_CHECKING:
    from lacarte.loop.needs.understanding.examples import Example, Rejected

__all__ = ["train", "understand"]

_SHOWN = 10


@click.group()
def train() -> None:
    """Learn from examples; a model that is no better than the one in use changes nothing."""


@train.command("needs")
@click.option("--from", "source", type=click.Path(path_type=Path), help="CSV file: text, category[, language].")
@click.option("--test", type=click.Path(path_type=Path), help="CSV file to try it on. [a fifth of the examples]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def train_needs(source: Path | None, test: Path | None, as_json: bool) -> None:
    """Learn which service type a text asks for.

    Without --from, from this installation's needs whose type a person chose.
    """
    if test is not None and source is None:
        raise click.UsageError("--test goes with --from")
    with installation():
        from lacarte.cli.understanding_words import quality_table
        from lacarte.loop.needs.understanding.examples import ExamplesError, examples_of_needs
        from lacarte.loop.needs.understanding.model_files import ModelFileError
        from lacarte.loop.needs.understanding.training import train as learn

        try:
            rejected: dict[str, list[Rejected]] = {}
            examples = _read(source, rejected) if source else examples_of_needs()
            tried = _read(test, rejected) if test else []
            with stoppable("stopped: the model in use stays"):
                outcome = learn(examples, test=tried, source=source.name if source else "needs", say=progress)
        except (ExamplesError, ModelFileError) as error:
            raise Failure(str(error)) from error
    if as_json:
        lines = {name: [asdict(row) for row in rows] for name, rows in rejected.items()}
        click.echo(json.dumps({**outcome.as_json(), "rejected": lines}, ensure_ascii=False))
        return
    click.echo(quality_table(outcome))
    for name, rows in rejected.items():
        click.echo(f"\n{name}: {len(rows)} rows were left out.")
        for row in rows[:_SHOWN]:
            click.echo(f"  line {row.line}, {row.column}: {row.reason}")
        if len(rows) > _SHOWN:
            click.echo(f"  … and {len(rows) - _SHOWN} more (--json lists them all)")


@click.command()
@click.argument("text")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a text.")
def understand(text: str, as_json: bool) -> None:
    """What the program makes of TEXT, or of each line of the file TEXT."""
    with installation():
        from lacarte.cli.understanding_words import made_of, said_of

        for number, one in enumerate(_texts(text)):
            made = made_of(one)
            if as_json:
                click.echo(json.dumps(made, ensure_ascii=False))
            else:
                click.echo(("\n" if number else "") + said_of(made))


def _read(path: Path, rejected: dict[str, list[Rejected]]) -> list[Example]:
    from lacarte.loop.needs.understanding.examples import examples_in

    found, left_out = examples_in(path)
    if left_out:
        rejected[path.name] = left_out
    return found


def _texts(given: str) -> Iterator[str]:
    """The text itself, or the lines of the file it names; empty lines are left out."""
    if not given.strip():
        raise Failure("there is no text: give one, or the name of a file with a text on each line")
    path = Path(given)
    try:
        is_file = path.is_file()
    except (OSError, ValueError):  # too long for a name, or a NUL
        is_file = False
    if not is_file:
        yield given
        return
    try:
        with path.open(encoding="utf-8-sig") as file:
            for line in file:
                if line.strip():
                    yield line.strip()
    except UnicodeDecodeError as error:
        raise Failure(f"{path} is not in UTF-8: {error}") from error
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}") from error
