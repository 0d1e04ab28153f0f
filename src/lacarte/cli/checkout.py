"""What only a checkout of the source can do: its checks, its catalogues, its generated pages."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from lacarte.cli.installation import Failure

__all__ = ["settings_reference", "test", "translations"]


@click.command("settings-reference")
def settings_reference() -> None:
    """Write docs/reference/settings.md anew (in a checkout)."""
    from lacarte.site.configuration import reference

    page = source_root() / "docs" / "reference" / "settings.md"
    page.write_text(reference(), encoding="utf-8")
    click.echo(f"Wrote {page}")


@click.command()
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit code 1 when something is wrong.")
def translations(only_check: bool) -> None:
    """Bring the catalogues up to date with the source, and list what is left to translate (in a checkout)."""
    root = source_root()
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


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(arguments: tuple[str, ...]) -> None:
    """Run all checks of a checkout; ARGUMENTS go to pytest."""
    from lacarte.site.quality import run_all

    sys.exit(run_all(source_root(), list(arguments)))


def source_root() -> Path:
    """The root of the source. Raises :class:`Failure` in an installed package."""
    root = Path(__file__).resolve().parents[3]
    if not (root / "pyproject.toml").is_file():
        raise Failure("this needs a checkout of the source, and this is an installed package")
    return root
