"""Decision tables in files: checked, decided by, kept, and turned from one format into the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from lacarte.cli.installation import Failure, installation

if TYPE_CHECKING:
    from lacarte.engines.rules import Compiled, Decision, Known, Said, Value, Where
    from lacarte.standards import dmn

__all__ = ["tables"]

_FILE = click.Path(path_type=Path)


@click.group()
def tables() -> None:
    """Check and use decision tables, which are files in DMN (XML) or CSV."""


@tables.command("check")
@click.argument("files", nargs=-1, required=True, type=_FILE)
def check_files(files: tuple[Path, ...]) -> None:
    """Say what is wrong in the tables of FILES, and where their rules leave gaps or overlap, with examples."""
    with installation():
        wrong = sum(_checked(path) for path in files)
    if wrong:
        raise Failure(f"{wrong} fault{'s' * (wrong != 1)}")


@tables.command("decide")
@click.argument("file", type=_FILE)
@click.argument("facts", nargs=-1, metavar="FACT=VALUE...")
@click.option("--table", "code", default="", help="The code of the table, where the file has several.")
def decide_by_file(file: Path, facts: tuple[str, ...], code: str) -> None:
    """Say what a table of FILE decides by these FACTs (values as in its cells), or what has to be asked first."""
    with installation():
        from lacarte.engines.rules import decide

        table = _table(file, code)
        decision = decide(table, dict(_fact(table, one) for one in facts))
    for one in decision.refused:
        raise Failure(f"{one.fact}: {one.why}")
    for line in _told(table, decision):
        click.echo(line)


@tables.command("keep")
@click.argument("file", type=_FILE)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="The day from which on it counts. [today]")
@click.option("--law", default="", help="The legal basis, where the file does not say it.")
@click.option(
    "--from-records", multiple=True, metavar="FACT", help="A fact that records bring, and nobody is asked for."
)
def keep(file: Path, since: datetime | None, law: str, from_records: tuple[str, ...]) -> None:
    """Keep the tables of FILE in the installation, all or none: requirements may then ask them.

    Their test cases are run; a table of which one fails is refused, and one that needs a fact that nobody is asked
    for, unless records bring it.
    """
    with installation():
        from dataclasses import replace

        from django.utils import timezone

        from lacarte.registers.entitlement.tables.faults import TableRefusedError
        from lacarte.registers.entitlement.tables.keeping import keep_tables
        from lacarte.registers.entitlement.tables.queries import findings_of
        from lacarte.standards.dmn import written_of

        taken, day = _whole(file), since.date() if since else timezone.localdate()
        written = [written_of(one if one.law else replace(one, law=law)) for one in taken.decisions]
        unknown = {
            fact: None for one in written for fact in findings_of(one).not_asked if fact not in from_records
        }
        if unknown:
            raise Failure("\n".join(map(_unknown, unknown)))
        try:
            keep_tables(written, since=day, actor=None)
        except TableRefusedError as error:
            raise Failure("\n".join(map(str, error.problems))) from error
    for one in taken.decisions:
        click.echo(f"{one.table.code} counts from {day} on: {len(one.table.rows)} rules{_cases(one)}")


def _unknown(fact: str) -> str:
    return f"nobody is asked for “{fact}”{_nearest(fact)}; if records bring it, say --from-records {fact}"


def _nearest(fact: str) -> str:
    """The fact that may have been meant."""
    from difflib import get_close_matches

    from lacarte.registers.entitlement.tables.facts import asked_anywhere

    near = get_close_matches(fact, sorted(asked_anywhere()), 1)
    return f" (did you mean “{near[0]}”?)" if near else ""


def _cases(decision: dmn.Decision) -> str:
    return f"{_tried(decision)} came out as expected" if decision.cases else ""


@tables.command("export")
@click.argument("code")
@click.argument("out", type=_FILE)
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="As it is on that day. [today]")
def export(code: str, out: Path, day: datetime | None) -> None:
    """Write a kept table to OUT, with its test cases: as CSV where it ends in .csv, else as DMN."""
    with installation():
        from django.utils import timezone

        from lacarte.registers.entitlement.models import DecisionTable
        from lacarte.registers.entitlement.tables.records import written_of
        from lacarte.standards.dmn import decision_of

        when = day.date() if day else timezone.localdate()
        row = DecisionTable.objects.filter(code=code, since__lte=when).order_by("-since").first()
        if row is None:
            raise Failure(
                f"there is no table “{code}” on {when}: `lacarte tables list` names those that there are"
            )
        _write([decision_of(written_of(row))], out)
    click.echo(f"wrote {code}, in force since {row.since}, to {out}")


@tables.command("list")
def list_kept() -> None:
    """List the tables that are kept, the newest of each first."""
    with installation():
        from lacarte.registers.entitlement.models import DecisionTable

        for row in DecisionTable.objects.all():
            click.echo(f"{row.code}  from {row.since}  {len(row.body['rows'])} rules  {row}")


@tables.command("convert")
@click.argument("file", type=_FILE)
@click.argument("out", type=_FILE)
def convert(file: Path, out: Path) -> None:
    """Write the tables of FILE to OUT: as CSV where it ends in .csv (one table), else as DMN."""
    with installation():
        taken = _whole(file)
        _write(taken.decisions, out)
    click.echo(f"wrote {len(taken.decisions)} table{'s' * (len(taken.decisions) != 1)} to {out}")


def _write(decisions: Sequence[dmn.Decision], out: Path) -> None:
    from lacarte.standards import dmn

    as_csv = out.suffix.lower() == ".csv"
    if as_csv and len(decisions) != 1:
        raise Failure(f"there are {len(decisions)} tables; a CSV file has one")
    try:
        written = dmn.write_csv(decisions[0]).encode() if as_csv else dmn.write_xml(decisions)
    except dmn.UnwritableError as error:
        raise Failure(str(error)) from error
    try:
        out.write_bytes(written)
    except OSError as error:
        raise Failure(f"{out}: {error.strerror}") from error


def _taken(path: Path) -> dmn.Taken:
    from lacarte.standards import dmn
    from lacarte.standards.imports.report import ImportFaultError

    try:
        data = path.read_bytes()
        return dmn.read_csv(data, code=path.stem) if path.suffix.lower() == ".csv" else dmn.read_xml(data)
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error
    except ImportFaultError as error:
        raise Failure(f"{path}: {error}") from error


def _whole(path: Path) -> dmn.Taken:
    """What a file holds, if nothing of it is left out."""
    taken = _taken(path)
    if taken.faults:
        raise Failure("; ".join(f"{one.where}, {one.field}: {one.reason}" for one in taken.faults))
    return taken


def _checked(path: Path) -> int:
    """Print what is found; returns how many faults."""
    from lacarte.engines.rules import WrongTable, check
    from lacarte.registers.entitlement.tables.faults import compiled

    taken, wrong = _taken(path), 0
    for one in taken.faults:
        click.echo(f"{path}, {one.where}, {one.field}: {one.reason}")
    for decision in taken.decisions:
        table = decision.table
        try:
            ready = compiled(table)
        except WrongTable as error:
            wrong += len(error.faults)
            for fault in error.faults:
                where = f"rule {fault.row}" if fault.row else "heading"
                click.echo(f"{table.code}, {where}, {fault.column}: {fault.what}")
            continue
        found = check(ready)
        for overlap in found.overlaps:
            click.echo(f"{table.code}: rules {overlap.first} and {overlap.second} both hold {_at(overlap.where)}")
        for gap in found.gaps:
            click.echo(f"{table.code}: no rule holds {_at(gap.where)}: the default is said")
        wrong += len(found.overlaps) + _failing(ready, decision)
        more = "" if found.finished else "; there may be more gaps or overlaps than are listed"
        click.echo(f"{table.code}: {len(table.rows)} rules, {len(found.gaps)} gaps{more}{_tried(decision)}")
    return wrong + len(taken.faults)


def _failing(ready: Compiled, decision: dmn.Decision) -> int:
    """Print which test cases come out otherwise; returns how many."""
    from lacarte.engines.rules import case_faults, failures

    wrong = case_faults(ready.table, decision.cases)
    for fault in wrong:
        click.echo(f"{ready.table.code}, case {fault.row}, {fault.column or 'name'}: {fault.what}")
    failed = () if wrong else failures(ready, decision.cases)
    for one in failed:
        otherwise = f"cannot be {one.expected}" if one.refused else f"expected {one.expected}, it says {one.said}"
        click.echo(f"{ready.table.code}, case “{one.case.name}”, {one.output}: {otherwise}")
    return len(wrong) + len(failed)


def _tried(decision: dmn.Decision) -> str:
    count = len(decision.cases)
    return f", {count} test case{'s' * (count != 1)}" if count else ""


def _at(where: Sequence[Where]) -> str:
    """Where, in the words of cells, and one example."""
    from lacarte.engines.rules import literal_text

    narrow = [one for one in where if one.tests != "-"] or where
    tests = " and ".join(f"{one.fact} {one.tests}" for one in narrow)
    example = ", ".join(f"{one.fact}={literal_text(one.example)}" for one in where)
    return f"where {tests} (such as {example})"


def _table(path: Path, code: str) -> Compiled:
    from lacarte.engines.rules import WrongTable, compile_table

    found = {one.table.code: one.table for one in _taken(path).decisions}
    if code not in found and (code or len(found) != 1):
        raise Failure(f"{path} has the tables {', '.join(found) or '–'}: name one of them by --table")
    try:
        return compile_table(found[code] if code else next(iter(found.values())))
    except WrongTable as error:
        raise Failure(str(error)) from error


def _fact(table: Compiled, said: str) -> tuple[str, Known]:
    from lacarte.engines.rules import NotFeel, parse_literal

    name, separator, value = said.partition("=")
    kinds = {one.fact: one.kind for one in table.table.inputs}
    if not separator or name not in kinds:
        raise Failure(f"“{said}” is no FACT=VALUE; facts are {', '.join(kinds)}")
    try:
        return name, parse_literal(value, kinds[name])
    except NotFeel as error:
        raise Failure(f"{name}: {error}") from error


def _told(table: Compiled, decision: Decision) -> list[str]:
    from lacarte.engines.rules import literal_text

    if decision.contradicts:
        return [f"rules {', '.join(map(str, decision.holds))} hold and contradict each other"]
    if not decision.settled or decision.said is None:
        asks = sorted(decision.missing, key=lambda one: (-one.settles, one.fact))
        return ["cannot say yet", *(f"  ask: {one.fact} (settles it for {one.settles:.0%})" for one in asks)]
    names = [output.name for output in table.table.outputs]
    told = [
        ", ".join(f"{name} = {literal_text(value)}" for name, value in zip(names, row, strict=True))
        for row in _rows(table, decision.said)
    ]
    by = f"  by rule {', '.join(map(str, decision.holds))}" if decision.holds else "  no rule holds"
    return [*told, by]


def _rows(table: Compiled, said: Said) -> list[tuple[Value, ...]]:
    """What each rule that counts says; where they are counted up or one decides, that is one."""
    if table.table.hit_policy != "C":
        return [cast("tuple[Value, ...]", said)]
    return list(cast("tuple[tuple[Value, ...], ...]", said))
