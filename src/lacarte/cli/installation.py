"""An installation, set up for a command, and what may be expected to go wrong there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

__all__ = ["STOPPED", "Failure", "installation", "progress", "stoppable"]

#: Exit code where Ctrl-C ended a command early.
STOPPED = 130


class Failure(click.ClickException):
    """An expected failure: one clear line, exit code 1."""

    def show(self, file: object = None) -> None:
        """Say it on standard error."""
        click.echo(f"lacarte: {self.message}", err=True)


@contextmanager
def installation() -> Iterator[None]:
    """Django, set up; what may be expected to go wrong becomes a :class:`Failure`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lacarte.site.settings")
    from lacarte.site.configuration import ConfigurationError

    try:
        import django
        from django.conf import settings
        from django.db import DatabaseError

        from lacarte.site.home import why_unreachable

        django.setup()
    except ConfigurationError as error:
        raise Failure(str(error)) from error
    if why := why_unreachable(settings.DATABASES["default"]):
        raise Failure(f"the database cannot be reached: {why}")
    try:
        yield
    except DatabaseError as error:
        line = " ".join(str(error).split())
        raise Failure(f"the database said: {line} (is it running and migrated? `lacarte migrate`)") from error


@contextmanager
def stoppable(meaning: str) -> Iterator[None]:
    """Ctrl-C becomes one line that says what it has ended, and exit code 130."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo(f"lacarte: {meaning}", err=True)
        sys.exit(STOPPED)


def progress(line: str) -> None:
    """What a long step is doing, on standard error."""
    click.echo(f"… {line}", err=True)
