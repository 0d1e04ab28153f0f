"""Make, serve and look after an installation."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from lacarte.cli.installation import Failure, installation, progress
from lacarte.kernel.listening import why_taken

if TYPE_CHECKING:
    from lacarte.loop.needs.urgency.shipping import Shipping

__all__ = ["check", "demo", "migrate", "serve", "worker"]


@click.command()
@click.option("--dry-run", is_flag=True, help="Say which rules of urgency it would change; change nothing.")
def migrate(dry_run: bool) -> None:
    """Create the database, or bring it up to date, and the shipped rules of urgency with it."""
    with installation():
        from django.core.management import call_command

        from lacarte.loop.needs.urgency import shipping

        planned = shipping.plan()
        if dry_run:
            click.echo(_of_rules(planned) or "No rule of urgency that is here would change.")
            return
        call_command("migrate", verbosity=0)
        click.echo("The database is up to date.")
        if said := _of_rules(planned):
            click.echo(said)


def _of_rules(planned: Shipping) -> str:
    """A line for what is new, what changes, and what stays as it was edited here."""
    lines = {
        "new": planned.new,
        "brought up to date": planned.updated,
        "edited here, so the newer shipped one is left out": planned.edited,
    }
    return "\n".join(f"Rules of urgency {how}: {', '.join(codes)}." for how, codes in lines.items() if codes)


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.option("--check", "only_check", is_flag=True, help="Turn the whole loop once, say what happened, and end.")
@click.option(
    "--home", "own_home", type=click.Path(file_okay=False, path_type=Path), help="Folder of the demo (.lacarte)."
)
@click.option("--residents", default=30_000, hidden=True, type=click.IntRange(500, 200_000))
@click.option("--needs", default=8_000, hidden=True, type=click.IntRange(200, 100_000))
def demo(port: int, no_browser: bool, only_check: bool, own_home: Path | None, residents: int, needs: int) -> None:
    """Try everything on a fictional city: makes it on first use, then serves it with demo accounts."""
    from lacarte.demo import run

    if own_home is not None:
        os.environ["LACARTE_HOME"] = str(own_home)
    with ExitStack() as until_the_end:
        if only_check and "LACARTE_HOME" not in os.environ:
            os.environ["LACARTE_HOME"] = until_the_end.enter_context(TemporaryDirectory(prefix="lacarte-"))
        home = Path(os.environ.get("LACARTE_HOME") or ".lacarte").expanduser().resolve()
        try:
            run.write_settings(home)
            if not only_check and (why := why_taken("127.0.0.1", port)):
                raise Failure(why)
            with installation():
                run.prepare(residents=residents, needs=needs, progress=progress)
                if only_check:
                    run.check_loop(click.echo)
            if not only_check:
                run.serve(home, port, browser=not no_browser, say=click.echo)
        except run.DemoError as error:
            raise Failure(str(error)) from error


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def serve(host: str, port: int) -> None:
    """Serve the site and its Open311 interface."""
    with installation():
        from django.conf import settings
        from granian import Granian
        from granian.constants import Interfaces
        from granian.log import LogLevels

        from lacarte.site.bodies import WAITING

        if why := why_taken(host, port):
            raise Failure(why)
        click.echo(f"Serving on http://{host}:{port} – stop with Ctrl-C")
        server = Granian(
            "lacarte.site.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=settings.CONFIGURED["processes"],
            blocking_threads=settings.CONFIGURED["threads"] + WAITING,
            log_access=False,
            log_level=LogLevels.error,  # that it has started is said above
            websockets=False,
        )
        server.serve()


@click.command()
def worker() -> None:
    """Run background work until stopped: events, matching, deadlines."""
    with installation():
        from lacarte.kernel.worker import run_until_signalled

        click.echo("Working – stop with Ctrl-C")
        run_until_signalled()


@click.command()
def check() -> None:
    """Is this installation healthy? Exit code 1 when something is wrong."""
    with installation():
        from lacarte.site.health import findings

        wrong = 0
        for finding in findings():
            click.echo(f"{'ok  ' if finding.well else 'BAD '} {finding.what}: {finding.words}")
            wrong += not finding.well
    if wrong:
        raise Failure(f"{wrong} of the checks failed")
