"""The command ``lacarte``: run, look after and check an installation."""

from __future__ import annotations

import os
from pathlib import Path

import click

from lacarte import __version__
from lacarte.cli.checkout import settings_reference, test, translations
from lacarte.cli.deprivation import deprivation
from lacarte.cli.exporting import export
from lacarte.cli.importing import import_
from lacarte.cli.keys import key
from lacarte.cli.law import law
from lacarte.cli.matching import match
from lacarte.cli.messages import messages
from lacarte.cli.searching import search
from lacarte.cli.serving import check, demo, migrate, serve, worker
from lacarte.cli.tables import tables
from lacarte.cli.takeup import takeup
from lacarte.cli.understanding import train, understand
from lacarte.cli.users import member, user

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="lacarte")
@click.option(
    "--home", type=click.Path(file_okay=False, path_type=Path), help="Folder of this installation (.lacarte)."
)
def main(home: Path | None) -> None:
    """Lacarte: public services à la carte. What people need decides what is supplied."""
    if home is not None:
        os.environ["LACARTE_HOME"] = str(home)


for command in (
    migrate, demo, serve, worker, import_, export, search, messages, match, user, member, key, train, understand,
    law, tables, deprivation, takeup, check, settings_reference, translations, test,
):  # fmt: skip
    main.add_command(command)
