"""Every page, in both languages, light and dark, on a phone and on a desktop."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.looking import PAGES, WIDTHS, Site, keep_screenshot, overflow, violations
from tests.browser.scenes import SCENES, Going, add_papers, fill, leave_nothing

Scheme = Literal["light", "dark"]


#: Each language and each scheme: colours do not depend on words, nor widths on colours.
LOOKS = [("en", "light"), ("zh-hans", "dark")]


@pytest.mark.parametrize(("language", "scheme"), LOOKS)
def test_axe_finds_nothing_and_nothing_sticks_out(
    site: Site, browser: Browser, scheme: Scheme, language: str
) -> None:
    wrong: list[str] = []
    visitors: dict[str, Page] = {}
    for name, (path, who) in PAGES.items():
        page = visitors.get(who) or visitors.setdefault(who, _visitor(site, browser, who, scheme, language))
        page.goto(site.address + path)
        for width_name, width in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": 900})
            where = f"{name}-{language}-{width_name}-{scheme}"
            wrong += [f"{where}: {one}" for one in violations(page)]
            if (pixels := overflow(page)) > 0:
                wrong.append(f"{where}: {pixels} pixels too wide")
            keep_screenshot(page, where)
    for page in visitors.values():
        page.context.close()
    assert not wrong


@pytest.fixture(scope="package")
def going(site: Site, browser: Browser) -> Going:
    """What is going on in the city, with everything that needs come in by."""
    going = fill(site, browser)
    add_papers(site, going)
    return going


@pytest.mark.parametrize(("language", "scheme"), LOOKS)
def test_nor_on_pages_of_needs_that_are_full(
    site: Site, browser: Browser, going: Going, scheme: Scheme, language: str
) -> None:
    wrong: list[str] = []
    visitors: dict[str, Page] = {}
    for name, scene in SCENES.items():
        who = scene.who
        page = visitors.get(who) or visitors.setdefault(who, _visitor(site, browser, who, scheme, language))
        scene.open(page, site, going)
        for width_name, width in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": 900})
            where = f"{name}-{language}-{width_name}-{scheme}"
            wrong += [f"{where}: {one}" for one in violations(page)]
            if (pixels := overflow(page)) > 0:
                wrong.append(f"{where}: {pixels} pixels too wide")
            keep_screenshot(page, where)
    leave_nothing(visitors["call-taker"], site)
    for page in visitors.values():
        page.context.close()
    assert not wrong


def _visitor(site: Site, browser: Browser, who: str, scheme: Scheme, language: str) -> Page:
    visitor = browser.new_context(color_scheme=scheme, bypass_csp=True)
    site.speak(visitor, language)
    page = visitor.new_page()
    if who:
        site.sign_in(page, who)
    return page


def test_no_request_leaves_the_site_and_the_policy_blocks_nothing(site: Site, browser: Browser) -> None:
    visitor = browser.new_context()
    page = visitor.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda line: said.append(line.text) if line.type in ("error", "warning") else None)
    for path, who in PAGES.values():
        if not who and path != "/no/such/page/":
            page.goto(site.address + path)
            page.wait_for_load_state("networkidle")
    visitor.close()
    assert asked
    assert {url for url in asked if not url.startswith((site.address, "data:"))} == set()
    assert said == []


@pytest.mark.parametrize("path", ["/", "/rates/", "/unmet/"])
def test_pages_are_whole_without_javascript(site: Site, browser: Browser, path: str) -> None:
    visitor = browser.new_context(java_script_enabled=False)
    page = visitor.new_page()
    if path == "/unmet/":
        site.sign_in(page, "planner")
    page.goto(site.address + path)
    assert page.locator("h1").count() == 1
    assert page.locator("main").inner_text().strip()
    if path == "/unmet/":
        assert page.locator("svg.map path").count() == 12
        assert page.locator("table").count() >= 4
    visitor.close()


def test_right_to_left_does_not_break_the_layout(site: Site, browser: Browser) -> None:
    visitor = browser.new_context(viewport={"width": 360, "height": 800})
    page = visitor.new_page()
    for path in ("/", "/menu/ageing/", "/rates/", "/need/what/"):
        page.goto(site.address + path)
        page.evaluate("document.documentElement.dir = 'rtl'")
        assert overflow(page) <= 0, path
        heading = page.locator("h1").bounding_box()
        assert heading is not None
        keep_screenshot(page, f"rtl{path.replace('/', '-')}")
    visitor.close()
