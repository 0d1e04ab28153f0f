"""Every command in the README and the how-to pages runs; every link and every setting leads somewhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from lacarte.site.options import OPTIONS
from tests.docs.running import DATA, ROOT, SMALL, Checkout, commands

PAGES = sorted(path for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
WITH_COMMANDS = [page for page in PAGES if commands(page) and "tutorial" not in page.parts]


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.fixture(scope="module")
def with_city(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Where ``./lacarte demo`` runs: what makes the city is the same on every page."""
    return Checkout.copied_to(tmp_path_factory.mktemp("city"))


@pytest.mark.once
@pytest.mark.parametrize("page", WITH_COMMANDS, ids=named)
def test_every_command_of_the_page_runs(page: Path, tmp_path: Path, with_city: Checkout) -> None:
    checkout = with_city if ["./lacarte", "demo"] in commands(page) else Checkout.copied_to(tmp_path)
    for words in commands(page):
        if any("shared/data" in word for word in words) and not DATA.is_dir():
            pytest.skip("the real data are not here")
        if words[1] == "demo":
            assert "Lanwan" in checkout.served([*words, *SMALL], "/")
        elif words[1] == "test":  # it is what runs this
            assert "Run all checks" in checkout.run([*words, "--help"])
        else:
            checkout.run(words)


def test_pages_with_commands_are_found() -> None:
    assert {"README.md", "docs/how-to/run-an-installation.md", "docs/how-to/translate.md"} <= set(
        map(named, WITH_COMMANDS)
    )


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_to_a_file(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    missing = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert not missing


def test_the_settings_of_the_how_to_exist() -> None:
    text = (ROOT / "docs" / "how-to" / "run-an-installation.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert blocks
    for block in blocks:
        assert set(tomllib.loads(block)) <= {option.name for option in OPTIONS}
