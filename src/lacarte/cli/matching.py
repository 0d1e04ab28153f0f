"""Match: the records of an installation, or two files without one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from click.core import ParameterSource

from lacarte.cli.installation import Failure, installation, progress, stoppable
from lacarte.cli.matching_files import Files, match_by_choice, match_by_need

__all__ = ["match"]

#: What a match by choice knows beside its files.
_BY_CHOICE = {"by_choice", "needs", "offers", "out", "verify", "seed", "language"}
#: What a folder says of itself, so that it is not asked for where the folder is checked.
_SAID = {"seed", "language", "tolerance", "balance"}


def _file(what: str, words: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """An option that names a file."""
    return click.option(f"--{what}", type=click.Path(path_type=Path), help=words)


@click.command()
@_file("needs", "Match the needs of this file, CSV or Parquet, without a database.")
@_file("offers", "With the offers of this file.")
@_file("out", "Write assignment, reasons, prices and a report into this folder.")
@_file("agreements", "Regions are borders, and these are the agreements across them.")
@_file("rules", "What is allowed, and what counts how many seconds, TOML.")
@click.option(
    "--by-choice", is_flag=True, help="People rank offers and offers have priorities: nobody has a better claim."
)
@click.option(
    "--balance",
    is_flag=False,
    flag_value="region",
    default="",
    metavar="[COLUMN]",
    help="Inside a class, serve the groups of this column of needs as evenly as possible. [region]",
)
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
    needs: Path | None, offers: Path | None, out: Path | None, verify: Path | None, by_choice: bool,
    preview: bool, again: UUID | None, seed: str, language: str, **options: Any,
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
    elif by_choice and (others := given - _BY_CHOICE):
        raise click.UsageError(f"--{min(others)} says nothing where people choose: leave it out, or --by-choice")
    elif verify is not None and (said := given & _SAID):
        raise click.UsageError(
            f"--{min(said)} is not for --verify: what the folder says of it is checked; leave it out"
        )
    elif "balance" in given and not options["balance"].strip():
        raise click.UsageError("--balance names no column: write one, or --balance alone for region")
    else:
        files = Files(needs, offers, out, verify, seed, language)
        match_by_choice(files) if by_choice else match_by_need(files, **options)


def _match_records(preview: bool) -> None:
    with installation():
        from lacarte.kernel import jobs
        from lacarte.loop.matching.actions import compute
        from lacarte.loop.matching.actions import match as run_matching
        from lacarte.loop.matching.lease import RunUnderwayError
        from lacarte.loop.matching.models import MatchingRun

        try:
            with stoppable("stopped before there was a proved result: no run is published"):
                run = compute(MatchingRun.Kind.BY_HAND, progress=progress) if preview else run_matching(progress)
        except RunUnderwayError as error:
            raise Failure(str(error)) from error
        if preview:
            click.echo(f"Run {run.pk}: {run.matched} of {run.needs} needs would be matched (gap {run.gap:g}).")
            return
        with stoppable(f"stopped: run {run.pk} counts, and the worker takes the units that are left"):
            while jobs.work_once():
                pass
        click.echo(f"{run.matched} of {run.needs} needs matched, proved optimal (gap {run.gap:g}).")


def _compare_run(pk: UUID) -> None:
    with installation():
        from lacarte.loop.matching.models import MatchingRun
        from lacarte.loop.matching.replaying import replay

        try:
            with stoppable("stopped: nothing is compared"):
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
