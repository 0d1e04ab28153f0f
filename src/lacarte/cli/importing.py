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
@click.option("--currency", default="USD", show_default=True, help="Of prices that name none (ISO 4217).")
@click.option("--validate", is_flag=True, help="Only check the file; load nothing.")
def menu(path: Path, currency: str, validate: bool) -> None:
    """Providers and offers from PATH: HSDS 1.1 to 3.1 (package or JSON), CPSV-AP (RDF) or a LinkSF list (JSON)."""
    if not (len(currency) == 3 and currency.isascii() and currency.isupper()):
        raise click.UsageError(f"“{currency}” is no currency code such as EUR.")
    with installation():
        from lacarte.standards.imports import ImportFaultError, import_menu

        try:
            told = import_menu(path, currency=currency, only_check=validate, progress=progress)
            click.echo(told.text() + ("\nNothing was loaded." if validate else ""))
        except ImportFaultError as error:
            raise Failure(str(error)) from error


@import_.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--provider", required=True, help="Code of the provider whose offers they are.")
@click.option("--preview", is_flag=True, help="Say what it would do, and keep nothing.")
def offers(path: Path, provider: str, preview: bool) -> None:
    """Offers of one provider from the CSV file PATH; an offer with a row that is wrong stays as it is."""
    with installation():
        from lacarte.registers.providers.models import Provider
        from lacarte.standards.imports import ImportFaultError
        from lacarte.standards.offers import import_offers, preview_offers

        found = Provider.objects.filter(code=provider).first()
        if found is None:
            raise Failure(f"there is no provider with the code “{provider}”")
        try:
            if preview:
                seen = preview_offers(path.read_bytes(), found, actor=None)
                click.echo(f"{len(seen.changes)} changes, none is kept.\n{seen.report.text()}")
            else:
                click.echo(import_offers(path.read_bytes(), found, actor=None).text())
        except ImportFaultError as error:
            raise Failure(f"{path}: {error}") from error


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


@import_.command("life-events")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--validate", is_flag=True, help="Only check the file; load nothing.")
def life_events(path: Path, validate: bool) -> None:
    """Life events, requirements and kinds of evidence from the TOML file PATH: all of it, or nothing."""
    with installation():
        from lacarte.standards.imports import ImportFaultError, import_life_events

        try:
            told = import_life_events(path, only_check=validate)
        except ImportFaultError as error:
            raise Failure(str(error)) from error
        if told.rejections:
            raise Failure(f"{path}: {told.text()}")
        click.echo(told.text() + ("\nNothing was loaded." if validate else ""))


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
