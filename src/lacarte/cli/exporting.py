"""Write the menu in the forms of the standards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lacarte.cli.installation import Failure, installation, progress, stoppable

if TYPE_CHECKING:
    from lacarte.standards.validation import Validation

__all__ = ["export"]


@click.group()
def export() -> None:
    """Write the menu for other systems. What breaks its standard is not published."""


@export.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--validate", is_flag=True, help="Only check; write nothing to PATH.")
def hsds(path: Path, validate: bool) -> None:
    """The whole menu as a data package of HSDS 3.1: a folder, or one file where PATH ends in .zip."""
    with installation(), _publishing(path) as report:
        from lacarte.standards.hsds.collecting import collected
        from lacarte.standards.hsds.publishing import publish

        report(collected(progress).validation if validate else publish(path, progress=progress))


@export.command()
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--validate", is_flag=True, help="Only check, by a SHACL engine too; write nothing to PATH.")
def cpsv(path: Path, validate: bool) -> None:
    """The whole menu as linked data of CPSV-AP 3.2: Turtle or JSON-LD, as PATH ends in .ttl or .jsonld."""
    with installation(), _publishing(path) as report:
        from lacarte.standards.cpsv.publishing import MEDIA_TYPES, publish, validated

        if path.suffix not in MEDIA_TYPES:
            raise click.UsageError(f"{path} ends neither in .ttl nor in .jsonld.")
        report(validated(MEDIA_TYPES[path.suffix], progress) if validate else publish(path, progress))


@contextmanager
def _publishing(path: Path) -> Iterator[Callable[[Validation], None]]:
    """Tells and keeps the report of an export; what may be expected to go wrong becomes a :class:`Failure`."""
    from lacarte.standards.validation import InvalidExportError, MissingEngineError

    with stoppable("stopped; what was published before is as it was"):
        try:
            yield _report
        except InvalidExportError as error:
            _report(error.validation)
        except MissingEngineError as error:
            raise Failure(str(error)) from error
        except OSError as error:
            raise Failure(f"{path} cannot be written: {error.strerror or error}") from error


def _report(found: Validation) -> None:
    click.echo(found.text())
    click.echo(f"The report is in {found.keep()}.")
    if not found.holds:
        raise Failure("nothing was published; see the report")
