"""How deprived places are, read from a table."""

from __future__ import annotations

from pathlib import Path

import click

from lacarte.cli.installation import Failure, installation

__all__ = ["deprivation"]


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--mapping",
    required=True,
    type=click.Path(path_type=Path),
    help="Which column names the region, has its people, and counts (TOML).",
)
def deprivation(file: Path, mapping: Path) -> None:
    """Set how deprived regions are by the CSV FILE, such as a census. Bad rows are listed, the rest counts."""
    with installation():
        from lacarte.standards.imports import ImportFaultError
        from lacarte.standards.imports.deprivation import import_deprivation

        try:
            click.echo(import_deprivation(file, mapping).text())
        except ImportFaultError as error:
            raise Failure(str(error)) from error
