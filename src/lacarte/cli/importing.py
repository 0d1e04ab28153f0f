"""Load files of other systems."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lacarte.cli.installation import Failure, installation, progress, stoppable

if TYPE_CHECKING:
    from lacarte.standards.imports.requests import Progress as ImportProgress

__all__ = ["import_"]


@click.group("import")
def import_() -> None:
    """Load files of other systems. Bad rows are listed, the rest is loaded."""


@import_.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--city", default="", help="Name of the city the regions belong to. [the file's name]")
@click.option("--name-property", default="", help="Property that names a region. [found]")
def places(path: Path, city: str, name_property: str) -> None:
    """Regions from the GeoJSON file PATH."""
    with installation():
        from lacarte.standards.imports import ImportFaultError, import_places

        try:
            click.echo(import_places(path, city=city, name_property=name_property).text())
        except ImportFaultError as error:
            raise Failure(str(error)) from error


@import_.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--mapping", type=click.Path(path_type=Path), help="Which column says what, TOML. [found]")
@click.option(
    "--rejects",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A new CSV file for the rows that cannot be used: mend it and import it.",
)
@click.option("--understand", is_flag=True, help="Read the words of each need too, which takes longer.")
@click.option("--again", is_flag=True, help="Begin at the beginning, wherever an earlier run was interrupted.")
def requests(path: Path, mapping: Path | None, rejects: Path | None, understand: bool, again: bool) -> None:
    """Needs from the CSV file PATH, such as a 311 export. Run it again to go on where it was interrupted."""
    with installation(), stoppable("stopped; the same command goes on from here"):
        from lacarte.standards.imports import ImportFaultError, import_requests

        try:
            told = import_requests(
                path, mapping=mapping, rejects=rejects, understand=understand, again=again, progress=_Told()
            )
            click.echo(told.text())
        except ImportFaultError as error:
            raise Failure(str(error)) from error


class _Told:
    """Says now and then how far an import is."""

    def __init__(self) -> None:
        self._every = 1.0 if sys.stderr.isatty() else 10.0
        self._at = 0.0

    def __call__(self, far: ImportProgress) -> None:
        if far.seconds - self._at < self._every:
            return
        self._at = far.seconds
        minutes, seconds = divmod(round(far.seconds_left), 60)
        left = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
        progress(f"{far.rows:,} rows ({far.share:.0%}), {far.rate:,.0f} a second, {left} left")


@import_.command()
@click.argument("path", type=click.Path(path_type=Path))
def menu(path: Path) -> None:
    """Providers and offers from PATH: an HSDS data package (zip) or a LinkSF list (JSON)."""
    with installation():
        from lacarte.standards.imports import ImportFaultError, import_menu

        try:
            click.echo(import_menu(path).text())
        except ImportFaultError as error:
            raise Failure(str(error)) from error


@import_.command()
@click.argument("path", type=click.Path(path_type=Path))
def attributes(path: Path) -> None:
    """Follow-up questions of service types from the TOML file PATH; they take the place of those there were."""
    with installation():
        from lacarte.standards.imports import ImportFaultError, import_attributes

        try:
            click.echo(import_attributes(path).text())
        except ImportFaultError as error:
            raise Failure(str(error)) from error


@import_.command()
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--source", default="", help="Keeps the entries of several files apart. [the file's name]")
@click.option("--replace", is_flag=True, help="Also remove what this source had and the file no longer has.")
@click.option("--learn", is_flag=True, help="Not from a file: from the addresses of past needs and of offers.")
def gazetteer(path: Path | None, source: str, replace: bool, learn: bool) -> None:
    """Streets, estates and landmarks from PATH: a CSV file with a column “name”, or GeoJSON."""
    if (path is None) != learn:
        raise click.UsageError("Give the file to load, or --learn.")
    with installation():
        from lacarte.loop.needs.understanding.placing import learn_places
        from lacarte.standards.imports import ImportFaultError, import_gazetteer

        if path is None:
            fresh, known = learn_places()
            click.echo(f"{fresh} streets and crossings learnt, {known} known already.")
            return
        try:
            click.echo(import_gazetteer(path, source=source, replace=replace).text())
        except ImportFaultError as error:
            raise Failure(str(error)) from error
