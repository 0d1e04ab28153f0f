"""The pages on which a resident chooses a time, holds it, books it, moves it, or waits in turn.

Each scene asks for a service of its own account of the demo, so that no scene depends on another.
"""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.looking import Site

Open = Callable[[Page, Site], None]
#: Services without questions: one that has times to book, and one with a place where all of them are taken.
_BOOKED, _FULL = "address-change", "infant-care-place"


def _asks_for(page: Page, site: Site, area: str, service: str) -> None:
    """The question pages of a service to the end, and the page on which a time is chosen."""
    page.goto(f"{site.address}/menu/{area}/")
    page.locator(f"button[name=service][value={service}]").click()
    page.wait_for_url("**/need/**")
    while not page.locator(".reference").count():
        before = page.url
        if page.locator("main textarea").count():
            page.locator("main textarea").first.fill("As soon as there is a time")
        if page.locator("#id_home").count():
            page.locator("#id_home input").first.check()
        page.locator("main form[method=post] button.button:not(.second, .grave, .danger)").last.click()
        page.wait_for_load_state("load")
        assert page.url != before, f"{before} says {page.locator('.error-summary').all_inner_texts()}"
    reference = page.locator(".reference").first.inner_text().strip()
    page.goto(f"{site.address}/needs/{reference}/times/")


def offers(page: Page, site: Site) -> None:
    """Whose times there are."""
    _asks_for(page, site, "registry", _BOOKED)


def times(page: Page, site: Site) -> None:
    """The free times of one."""
    offers(page, site)
    page.locator("main .card .buttons a.button").first.click()
    expect(page.locator(".times input").first).to_be_attached()


def held(page: Page, site: Site) -> None:
    """A time is held, for some minutes more."""
    times(page, site)
    page.locator(".times label").first.click()
    page.locator("main form[method=post] .button").last.click()
    expect(page.locator("#left")).to_be_visible()


def booked(page: Page, site: Site) -> None:
    """It is booked: the request with its time, and how to move or cancel it."""
    held(page, site)
    page.locator("button[name=book]").click()
    page.wait_for_url("**/needs/*/")


def moved(page: Page, site: Site) -> None:
    """Another time in place of the one that is booked."""
    booked(page, site)
    page.locator("main a[href*='/times/']").first.click()
    expect(page.locator(".times input").first).to_be_attached()


def waits(page: Page, site: Site) -> None:
    """All is taken there: the offers with a list to wait in, and a place in it."""
    _asks_for(page, site, "family", _FULL)
    page.locator("form[action$='/wait/'] button").first.click()
    page.wait_for_load_state("load")


TIMES: dict[str, Open] = {
    "times-offers": offers,
    "times": times,
    "times-held": held,
    "times-booked": booked,
    "times-move": moved,
    "times-waiting": waits,
}
