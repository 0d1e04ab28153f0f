"""Load files of other systems."""

from __future__ import annotations

from pathlib import Path

import click

from lacarte.cli.installation import Failure, installation

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
def requests(path: Path, mapping: Path | None) -> None:
    """Needs from the CSV file PATH, such as a 311 export."""
    with installation():
        from lacarte.standards.imports import ImportFaultError, import_requests

        try:
            told = import_requests(path, mapping=mapping, progress=lambda n: click.echo(f"{n} rows", err=True))
            click.echo(told.text())
        except ImportFaultError as error:
            raise Failure(str(error)) from error


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
