"""What ``lacarte test`` runs, in turn."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import click

from lacarte.site.options import OPTIONS

#: All tests, shared out to as many processes as there are processors (how: tests/sharing_out.py).
_ALL = ["-n", "auto", "--maxprocesses", "8", "--durations", "10"]
#: These need no database; one is as good as the other.
_NO_DATABASE = [f"--ignore=tests/{path}" for path in ("engines", "standalone")]


def run_all(root: Path, pytest_arguments: list[str]) -> int:
    """Run every check in the checkout at ``root``, with all tests or those that ``pytest_arguments`` choose.

    Returns 0 when all passed. What failed is named at the end.
    """
    binaries = Path(sys.executable).parent
    own = {"home", *(option.name for option in OPTIONS)}
    environment = {k: v for k, v in os.environ.items() if k.removeprefix("LACARTE_").lower() not in own}
    python = [sys.executable]
    pytest = [*python, "-m", "pytest", *(pytest_arguments or _ALL)]
    steps: list[tuple[str, list[str], dict[str, str]]] = [
        ("code style", [str(binaries / "ruff"), "check"], {}),
        ("format", [str(binaries / "ruff"), "format", "--check"], {}),
        ("types", [str(binaries / "mypy")], {}),
        ("floors", [str(binaries / "lint-imports"), "--no-logo"], {}),
        ("migrations", [*python, "manage.py", "makemigrations", "--check", "--dry-run"], {}),
        ("translations", [str(binaries / "lacarte"), "translations", "--check"], {}),
        ("tests on SQLite", pytest, {}),
    ]
    if postgres := os.environ.get("LACARTE_TEST_POSTGRES"):
        # The other way round, as no test may depend on one before it (docs/decisions/two-runs-of-the-tests.md).
        reverse = [*pytest, "--reverse", *([] if pytest_arguments else _NO_DATABASE)]
        steps.append(("tests on PostgreSQL, in reverse order", reverse, {"LACARTE_DATABASE": postgres}))
    failed = [name for name, command, extra in steps if not _run(name, command, root, environment | extra)]
    if failed:
        click.echo(f"\nFailed: {', '.join(failed)}", err=True)
    return 1 if failed else 0


def _run(name: str, command: list[str], root: Path, environment: dict[str, str]) -> bool:
    click.secho(f"── {name}", bold=True)
    began = time.monotonic()
    code = subprocess.run(command, cwd=root, env=environment, check=False).returncode  # noqa: S603 (our own tools)
    click.secho(f"   {'ok' if code == 0 else 'FAILED'}, {time.monotonic() - began:.0f} s")
    return code == 0
