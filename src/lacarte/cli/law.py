"""Look into law as code: what a country package knows, and whether its own tests hold here.

No database is asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lacarte.cli.installation import Failure, stoppable

if TYPE_CHECKING:
    from lacarte.standards.openfisca.describing import Described
    from lacarte.standards.openfisca.running import Result
    from lacarte.standards.openfisca.systems import System

__all__ = ["law"]

_SHOWN = 20


@click.group()
def law() -> None:
    """Law as code, by a country package of OpenFisca that is installed, such as openfisca_country_template."""


@law.command()
@click.argument("package")
@click.argument("variable")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="As of this day. [today]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(package: str, variable: str, on: datetime | None, as_json: bool) -> None:
    """What PACKAGE knows of VARIABLE: of whom, for which period, its formula in force and its legal reference."""
    with _law(package) as found:
        from lacarte.standards.openfisca.describing import describe

        described = describe(found, variable, on.date() if on else date.today())
    if as_json:
        click.echo(json.dumps(asdict(described), ensure_ascii=False))
    else:
        click.echo("\n".join(_lines(described)))


@law.command()
@click.argument("package")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with every case.")
def test(package: str, path: Path | None, as_json: bool) -> None:
    """Put the tests of PACKAGE through our requirements: the YAML file or folder PATH, else those it comes with.

    Exit code 1 where a case fails. What no requirement can say is counted by itself, with the reason.
    """
    with _law(package) as found, stoppable("stopped: the cases that are left were not run"):
        from lacarte.standards.openfisca.cases import TestFilesError
        from lacarte.standards.openfisca.running import Outcome, count, run_cases

        folder = path or _folder(found)
        try:
            results = list(run_cases(found, folder))
        except TestFilesError as error:
            raise Failure(str(error)) from error
        counted = count(results)
    name = f"{found.package} {found.version}, OpenFisca {found.core}"
    if as_json:
        cases = [asdict(one) | {"file": str(one.file)} for one in results]
        click.echo(json.dumps({"law": name, **counted, "cases": cases}, ensure_ascii=False))
    else:
        click.echo(f"{name}: {_counts(counted)}")
        for outcome in (Outcome.FAILED, Outcome.BEYOND):
            _tell(outcome.value, [one for one in results if one.outcome is outcome])
    if counted[Outcome.FAILED]:
        raise Failure(f"{counted[Outcome.FAILED]} of {len(results)} cases failed")


@contextmanager
def _law(package: str) -> Iterator[System]:
    """The law of a package; what may be expected to go wrong becomes a :class:`Failure`."""
    from lacarte.standards.openfisca.systems import LawError, system

    try:
        yield system(package)
    except LawError as error:
        raise Failure(str(error)) from error


def _folder(found: System) -> Path:
    """The tests that a package is installed with."""
    from importlib.util import find_spec

    spec = find_spec(found.package)
    folder = Path(spec.origin).parent / "tests" if spec is not None and spec.origin else Path()
    if not folder.name or not folder.is_dir():
        raise Failure(f"{found.package} comes without tests: name the folder of its source that has them")
    return folder


def _counts(counted: dict[str, int]) -> str:
    return (
        f"{counted['passed']} cases passed ({counted['values']} values), {counted['failed']} failed, "
        f"{counted['not-expressible']} are not expressible"
    )


def _tell(word: str, results: list[Result]) -> None:
    for one in results[:_SHOWN]:
        click.echo(f"  {word}  {one.file.name}, {one.name}: {one.why}")
    if len(results) > _SHOWN:
        click.echo(f"  … and {len(results) - _SHOWN} more (--json lists them all)")


def _lines(found: Described) -> Iterator[str]:
    yield f"{found.name}: {found.label}  ({found.law})"
    yield f"  of each {found.entity}, for each {found.period}"
    unit = f", {found.unit}" if found.unit else ""
    yield f"  values: {found.values}{unit}" + (f": {', '.join(found.choices)}" if found.choices else "")
    if found.versions:
        yield f"  versions: {', '.join(found.versions)}; in force: {found.formula or 'none'}"
    else:
        yield "  a fact: somebody has to say it"
    if found.ends:
        yield f"  in force until {found.ends}"
    yield from (f"  reference: {reference}" for reference in found.references)
    yield from (f"    {line}".rstrip() for line in found.text.splitlines())
