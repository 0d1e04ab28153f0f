"""The command ``lacarte``: run, look after and check an installation."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import click
from click.core import ParameterSource

from lacarte import __version__
from lacarte.kernel.listening import why_taken
from lacarte.site.configuration import ConfigurationError

#: Exit code where Ctrl-C ended a match early.
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


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="lacarte")
@click.option(
    "--home", type=click.Path(file_okay=False, path_type=Path), help="Folder of this installation (.lacarte)."
)
def main(home: Path | None) -> None:
    """Lacarte: public services à la carte. What people need decides what is supplied."""
    if home is not None:
        os.environ["LACARTE_HOME"] = str(home)


@main.command()
def migrate() -> None:
    """Create the database, or bring it up to date."""
    with installation():
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        click.echo("The database is up to date.")


def _progress(line: str) -> None:
    """What a long step is doing, on standard error."""
    click.echo(f"… {line}", err=True)


@main.command()
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
                run.prepare(
                    residents=residents, needs=needs, progress=lambda line: click.echo(f"… {line}", err=True)
                )
                if only_check:
                    run.check_loop(click.echo)
            if not only_check:
                run.serve(home, port, browser=not no_browser, say=click.echo)
        except run.DemoError as error:
            raise Failure(str(error)) from error


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def serve(host: str, port: int) -> None:
    """Serve the site and its Open311 interface."""
    with installation():
        from django.conf import settings
        from granian import Granian
        from granian.constants import Interfaces

        if why := why_taken(host, port):
            raise Failure(why)
        click.echo(f"Serving on http://{host}:{port} – stop with Ctrl-C")
        server = Granian(
            "lacarte.site.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            blocking_threads=settings.CONFIGURED["threads"],
            log_access=False,
            websockets=False,
        )
        server.serve()


@main.command()
def worker() -> None:
    """Run background work until stopped: events, matching, deadlines."""
    with installation():
        from lacarte.kernel.worker import run_until_signalled

        click.echo("Working – stop with Ctrl-C")
        run_until_signalled()


@main.group("import")
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


def _file(what: str, words: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """An option that names a file."""
    return click.option(f"--{what}", type=click.Path(path_type=Path), help=words)


@main.command()
@_file("needs", "Match the needs of this file, CSV or Parquet, without a database.")
@_file("offers", "With the offers of this file.")
@_file("out", "Write assignment, reasons, prices and a report into this folder.")
@_file("agreements", "Regions are borders, and these are the agreements across them.")
@_file("rules", "What is allowed, and what counts how many seconds, TOML.")
@click.option("--seed", default="", help="A public number or text whose draw decides among equals.")
@click.option("--language", type=click.Choice(["en", "zh-hans"]), default="en", show_default=True)
@click.option(
    "--tolerance",
    default=1e-6,
    show_default=True,
    type=click.FloatRange(0, 1, max_open=True),
    help="How far the cost may be from the least; 0 proves the optimum.",
)
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1, 64))
@_file("verify", "Work the results in this folder out anew from the same files.")
@click.option("--preview", is_flag=True, help="Over the records: compute a run for planners to look at, no more.")
@click.option("--again", type=click.UUID, help="Over the records: compute this run again, and compare.")
def match(
    needs: Path | None, offers: Path | None, out: Path | None, verify: Path | None, preview: bool,
    again: UUID | None, **options: Any,
) -> None:  # fmt: skip
    """Match waiting needs with free capacity, once, and place the orders.

    With --needs, --offers and --out, match two files instead: no database is asked.
    """
    context = click.get_current_context()
    given = {name for name in context.params if context.get_parameter_source(name) == ParameterSource.COMMANDLINE}
    if given & {"preview", "again"} and len(given) > 1:
        raise click.UsageError("--preview and --again stand alone: they are about the records")
    if not given - {"preview", "again"}:
        _compare_run(again) if again else _match_records(preview)
    elif needs is None or offers is None or (out is None) == (verify is None):
        raise click.UsageError("files are matched with --needs, --offers and --out, or checked with --verify DIR")
    else:
        _match_files(needs, offers, out, verify, **options)


def _match_records(preview: bool) -> None:
    with installation():
        from lacarte.kernel import jobs
        from lacarte.loop.matching.actions import compute
        from lacarte.loop.matching.actions import match as run_matching
        from lacarte.loop.matching.lease import RunUnderwayError
        from lacarte.loop.matching.models import MatchingRun

        try:
            if preview:
                run = compute(MatchingRun.Kind.BY_HAND, progress=_progress)
                click.echo(f"Run {run.pk}: {run.matched} of {run.needs} needs would be matched (gap {run.gap:g}).")
                return
            run = run_matching(_progress)
        except RunUnderwayError as error:
            raise Failure(str(error)) from error
        while jobs.work_once():
            pass
        click.echo(f"{run.matched} of {run.needs} needs matched, proved optimal (gap {run.gap:g}).")


def _compare_run(pk: UUID) -> None:
    with installation():
        from lacarte.loop.matching.models import MatchingRun
        from lacarte.loop.matching.replaying import replay

        try:
            differences = replay(MatchingRun.objects.get(pk=pk))
        except MatchingRun.DoesNotExist as error:
            raise Failure(f"there is no run {pk}") from error
        except (LookupError, ValueError) as error:
            raise Failure(str(error)) from error
        for difference in differences:
            click.echo(str(difference))
    if differences:
        raise Failure("the run does not come out the same")
    click.echo("The same comes out, to the last bit.")


def _match_files(
    needs: Path, offers: Path, out: Path | None, verify: Path | None, *, agreements: Path | None,
    rules: Path | None, seed: str, language: str, tolerance: float, threads: int,
) -> None:  # fmt: skip
    from lacarte import standalone

    try:
        if verify is not None:
            held = standalone.verify(verify, needs, offers, agreements, rules, threads, _progress)
            click.echo(f"{verify} holds, it follows from the files: {held.in_a_line()}")
            return
        assert out is not None
        standalone.refuse_overwriting(out, needs, offers, agreements, rules)
        inputs = standalone.read(needs, offers, agreements, rules, seed, _progress)
        matched = standalone.match(inputs, tolerance, threads, _progress)
        standalone.save(matched, out, language)
    except standalone.FaultError as error:
        raise Failure(str(error)) from error
    except KeyboardInterrupt:
        click.echo("lacarte: stopped before anything was written", err=True)
        sys.exit(STOPPED)
    click.echo(f"{matched.in_a_line()} All of it is in {out}.")
    if matched.stopped:
        sys.exit(STOPPED)


@main.command()
@click.argument("name")
@click.option("--role", type=click.Choice(["call-taker", "case-worker", "planner", "auditor", "administrator"]))
@click.option("--region", default="everywhere", show_default=True, help="Code of the region the mandate covers.")
@click.option("--days", default=365, show_default=True, type=click.IntRange(1, 3660), help="How long it is valid.")
@click.password_option(help="Asked for when not given.")
def user(name: str, role: str | None, region: str, days: int, password: str) -> None:
    """Add a user called NAME, an official when a role is given."""
    with installation():
        from django.contrib.auth.password_validation import validate_password
        from django.core.exceptions import ValidationError
        from django.db import transaction

        from lacarte.kernel import clock
        from lacarte.kernel.models import OfficialMandate, User
        from lacarte.registers.places.models import Region

        if User.objects.filter(username=name).exists():
            raise Failure(f"there is a user called “{name}” already")
        place = Region.objects.filter(code=region).first()
        if place is None:
            raise Failure(f"there is no region with the code “{region}”")
        try:
            User(username=name).full_clean(exclude=["password"])
            validate_password(password)
        except ValidationError as error:
            raise Failure(" ".join(error.messages)) from error
        with transaction.atomic():
            added = User.objects.create_user(name, password=password)
            if role:
                OfficialMandate.objects.create(
                    holder=added,
                    role=role,
                    region_first=place.number,
                    region_last=place.last,
                    until=clock.now() + timedelta(days=days),
                )
        click.echo(f"Added {name}" + (f", {role} for {place}." if role else "."))


@main.command()
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


@main.command("settings-reference")
def settings_reference() -> None:
    """Write docs/reference/settings.md anew (in a checkout)."""
    from lacarte.site.configuration import reference

    page = _checkout() / "docs" / "reference" / "settings.md"
    page.write_text(reference(), encoding="utf-8")
    click.echo(f"Wrote {page}")


@main.command()
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit code 1 when something is wrong.")
def translations(only_check: bool) -> None:
    """Bring the catalogues up to date with the source, and list what is left to translate (in a checkout)."""
    root = _checkout()
    try:
        from lacarte.site import catalogue
    except ModuleNotFoundError as error:
        raise Failure(f"{error.name} is missing; `./lacarte test` installs what development needs") from error
    try:
        wrong = catalogue.findings(root) if only_check else catalogue.update(root)
    except catalogue.CatalogueError as error:
        raise Failure(str(error)) from error
    for finding in wrong:
        click.echo(str(finding))
    if wrong and only_check:
        raise Failure(f"{len(wrong)} faults in the translations; docs/how-to/translate.md says what to do")
    click.echo(f"{len(wrong)} to translate or to mend." if wrong else "The translations are complete.")


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(arguments: tuple[str, ...]) -> None:
    """Run all checks of a checkout; ARGUMENTS go to pytest."""
    from lacarte.site.quality import run_all

    sys.exit(run_all(_checkout(), list(arguments)))


def _checkout() -> Path:
    """The root of the source. Raises :class:`Failure` in an installed package."""
    root = Path(__file__).resolve().parents[2]
    if not (root / "pyproject.toml").is_file():
        raise Failure("this needs a checkout of the source, and this is an installed package")
    return root
