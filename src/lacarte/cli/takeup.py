"""Take-up: look who is entitled and does not receive, say which services look, and take it back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import click

from lacarte.cli.installation import Failure, installation, progress, stoppable

__all__ = ["takeup"]


@click.group(invoke_without_command=True)
@click.option(
    "--slice", "slice_of", default=4000, show_default=True, type=click.IntRange(1), help="Persons at a time."
)
@click.pass_context
def takeup(context: click.Context, slice_of: int) -> None:
    """Look at everybody who may be looked at, now, and tell those who are entitled and do not receive.

    A run that was stopped goes on where it was. A worker does the same every night.
    """
    if context.invoked_subcommand is None:
        _run(slice_of)


def _run(slice_of: int) -> None:
    with installation():
        from lacarte.kernel import jobs
        from lacarte.loop.takeup.running import RunTakenError, run

        try:
            with stoppable("stopped: the next run goes on from here"):
                done = run(progress, slice_of=slice_of)
                while jobs.work_once():
                    pass
        except RunTakenError as error:
            raise Failure(str(error)) from error
        found = done.findings.count()
        click.echo(f"Run {done.pk}: {done.looks} looked at, {found} found, {done.left_out_count} left out.")


@takeup.command("reach")
@click.argument("service")
@click.argument("how", type=click.Choice(["no", "invite", "grant"]))
@click.option("--purpose", default="find-support", show_default=True, help="What people consent to.")
@click.option("--law", default="", help="The legal basis.")
@click.option("--by-law", is_flag=True, help="Look at everybody: the law allows it without consent.")
@click.option("--period", default=365, show_default=True, help="Had within so many days counts as having it.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="From which day on. [today]")
def reach(
    service: str, how: str, purpose: str, law: str, by_law: bool, period: int, since: datetime | None
) -> None:
    """Say whether SERVICE (its code) looks for those who are entitled, and what happens to them."""
    with installation():
        from lacarte.loop.takeup.reach import ReachRefusedError, set_reach
        from lacarte.registers.menu.models import ServiceType

        kind = ServiceType.objects.filter(code=service).first()
        if kind is None:
            raise Failure(f"there is no service “{service}”")
        said = {"purpose": purpose, "legal_basis": law, "by_law": by_law, "period_days": period}
        try:
            set_reach(kind, how, since=since.date() if since else None, actor=None, **said)  # type: ignore[arg-type]
        except ReachRefusedError as error:
            raise Failure(str(error)) from error
        click.echo(f"{service}: {how}")


@takeup.command("report")
@click.argument("run", type=click.UUID, required=False)
def report(run: UUID | None) -> None:
    """Say what a run (the last one) counted, and name whom it left out, by the keys of their records."""
    with installation():
        from lacarte.loop.takeup.models import TakeUpRun

        runs = TakeUpRun.objects.filter(pk=run) if run is not None else TakeUpRun.objects.all()
        if (one := runs.first()) is None:
            raise Failure("there is no such run")
        click.echo(f"Run {one.pk}: {one.get_state_display()}, {one.looks} looked at")
        for row in one.measures.select_related("service_type", "region").order_by("service_type", "region"):
            click.echo(f"  {row.service_type.code}, {row.region.code}: {row.receiving} of {row.entitled} have it")
        for fault in one.left_out:
            click.echo(f"  left out: person {fault['person']}: {fault['why']} {fault['fact']}".rstrip())


@takeup.command("undo")
@click.argument("what")
def undo(what: str) -> None:
    """Take back WHAT: a run, by its key or as “last”, or one case, by the number that its person was written."""
    with installation():
        from lacarte.kernel import jobs
        from lacarte.loop.takeup.models import TakeUpRun
        from lacarte.loop.takeup.undoing import Undone, UndoRefusedError, by_reference, undo_case, undo_run

        run = _run_of(what)
        try:
            if what == "last" or run is not None:
                runs = TakeUpRun.objects.filter(state=TakeUpRun.State.DONE)
                undo_run(TakeUpRun.objects.get(pk=run) if run else runs.latest("started_at"), actor=None)
                click.echo("The run is taken back.")
            else:
                begun = undo_case(by_reference(what), actor=None) == Undone.BEGUN
                click.echo("The work has begun: it stays." if begun else "The case is taken back.")
        except TakeUpRun.DoesNotExist as error:
            raise Failure(f"there is no run {run or 'that has ended'}") from error
        except UndoRefusedError as error:
            raise Failure(str(error)) from error
        while jobs.work_once():
            pass


def _run_of(what: str) -> UUID | None:
    try:
        return UUID(what)
    except ValueError:
        return None
