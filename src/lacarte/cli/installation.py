"""An installation, set up for a command, and what may be expected to go wrong there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click

__all__ = ["Failure", "installation", "progress"]


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


def progress(line: str) -> None:
    """What a long step is doing, on standard error."""
    click.echo(f"… {line}", err=True)
