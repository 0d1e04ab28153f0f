"""The project's own files agree with each other."""

from __future__ import annotations

import re
import tomllib

from tests.docs.running import ROOT


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~!;, ]", line)[0].lower() for line in requirements}


def test_the_lock_holds_everything_that_is_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    asked = [project["project"]["dependencies"], *extras, *project["dependency-groups"].values()]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = names([line for line in lock.splitlines() if "==" in line and not line.startswith((" ", "#"))])
    assert set().union(*map(names, asked)) <= locked, "make the lock anew: its second line says how"


def test_the_version_is_told_once() -> None:
    import lacarte

    public = (ROOT / "publiccode.yml").read_text(encoding="utf-8")
    assert f"softwareVersion: {lacarte.__version__}\n" in public
