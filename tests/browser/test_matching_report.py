"""The report of a match of files: one page that everybody can read, on a phone too, and that fetches nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from lacarte import standalone
from tests.browser.looking import WIDTHS, keep_screenshot, overflow, violations
from tests.docs.running import ROOT

TUTORIAL = ROOT / "docs" / "tutorial" / "matching"


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports of the tutorial's match, in a folder for each language."""
    folder = tmp_path_factory.mktemp("reports")
    inputs = standalone.read(
        TUTORIAL / "needs.csv", TUTORIAL / "offers.csv", rules=TUTORIAL / "rules.toml", seed="1"
    )
    matched = standalone.match(inputs)
    for language in ("en", "zh-hans"):
        standalone.save(matched, folder / language, language)
    return folder


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_report_is_sound(browser: Browser, reports: Path, language: str, width: str, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": WIDTHS[width], "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        bypass_csp=True,  # axe is injected; the page's own policy lets nothing run
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((reports / language / "report.html").as_uri())
    keep_screenshot(page, f"matching-report-{language}-{width}-{scheme}")
    assert violations(page) == []
    assert overflow(page) <= 0
    assert len(asked) == 1
    assert page.locator("script").count() == 0
    context.close()


def test_every_chart_and_map_comes_after_its_table(browser: Browser, reports: Path) -> None:
    page = browser.new_page()
    page.goto((reports / "en" / "report.html").as_uri())
    for figure in page.locator("figure").all():
        assert figure.locator("xpath=preceding-sibling::div[@class='table-frame']").count() >= 1
        assert figure.locator("svg[role=img][aria-label]").count() == 1
    page.close()
