"""Look for something on the menu, as its pages do."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from lacarte.cli.installation import Failure, installation

__all__ = ["search"]


@click.command()
@click.argument("text", required=False, default="")
@click.option("--lang", default="en", show_default=True, help="Language of whoever looks, such as zh-hans.")
@click.option("--most", type=click.IntRange(1, 100), default=10, show_default=True, help="Results at most.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--rebuild", is_flag=True, help="File all that is on the menu anew before.")
@click.option("--validate", is_flag=True, help="Check first that all that is on the menu is filed as it is.")
def search(text: str, lang: str, most: int, as_json: bool, rebuild: bool, validate: bool) -> None:
    """Find TEXT on the menu: life events, services and offers, best first."""
    if not text.strip() and not rebuild and not validate:
        raise click.UsageError("say what to look for, or give --rebuild or --validate")
    with installation():
        from lacarte.registers.menu.searching import look
        from lacarte.registers.menu.searching.synonyms import SynonymsError

        try:
            if rebuild:
                _rebuild()
            if validate:
                _validate()
        except SynonymsError as error:
            raise Failure(str(error)) from error
        if not text.strip():
            return
        results = look(text, lang, most)
    if as_json:
        found = [asdict(one) | {"kind": one.kind.name.lower().replace("_", "-")} for one in results.found]
        said = {"found": found, "meant": results.meant, "unknown": list(results.unknown)}
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    for typed, meant in results.meant.items():
        click.echo(f"“{typed}” was taken for “{meant}”")
    for one in results.found:
        kind = one.kind.name.lower().replace("_", " ")
        click.echo(f"{one.score:5.2f}  {kind:<10}  {one.title}  ({one.code}; {', '.join(one.words)})")
    if not results.found:
        click.echo("nothing was found")


def _rebuild() -> None:
    from lacarte.registers.menu.searching import refresh

    filing = refresh()
    click.echo(f"{filing.entries} entries, {filing.changed} filed anew, {filing.removed} taken out", err=True)


def _validate() -> None:
    from lacarte.registers.menu.searching import compared

    filing = compared()
    if filing.changed or filing.removed:
        raise Failure(
            f"of {filing.entries} entries {filing.changed} are not filed as the menu has them, "
            f"and {filing.removed} are of what is gone: give --rebuild"
        )
    click.echo(f"{filing.entries} entries, all as the menu has them", err=True)
