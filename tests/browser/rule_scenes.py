"""What officials see before they change a rule: a deadline, a calendar, a table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from playwright.sync_api import Page, expect

from tests.browser.looking import Site

Open = Callable[[Page, Site], None]


def looks_at_a_rule(page: Page, site: Site) -> None:
    """What a strict rule would do to the orders under way."""
    page.goto(f"{site.address}/desk/deadlines/new/")
    page.fill("#id_contact", "0")
    page.fill("#id_resolution", "1")
    page.fill("#id_reason", "Council decision")
    page.locator("main form button").first.click()
    expect(page.locator("#what-if")).to_be_visible()


def looks_at_a_holiday(page: Page, site: Site) -> None:
    """What a holiday tomorrow would do, with all that can be declared open."""
    page.goto(f"{site.address}/desk/calendars/")
    page.locator("main table a").first.click()
    page.locator("main summary").first.click()
    page.fill("#id_days-since", (date.today() + timedelta(days=1)).isoformat())
    page.fill("#id_days-reason", "Storm")
    page.locator("details:has(#id_days-since) button").first.click()
    expect(page.locator("#what-if")).to_be_visible()
    for closed in page.locator("main details:not([open]) summary").all()[::-1]:
        closed.click()


def changes_a_table(part: str) -> Open:
    """A draft of the care hours with a rule that a test case does not fit; ``part`` is the page that is opened."""

    def change(page: Page, site: Site) -> None:
        page.goto(f"{site.address}/desk/tables/care-hours/")
        if page.locator("main form[action$='/change/'] button.button").count():
            page.locator("main form[action$='/change/'] button.button").click()
        page.goto(f"{site.address}/desk/tables/care-hours/draft/rules/1/")
        page.fill("#id_s0", "16" if part == "keep/" else "9")
        page.locator("#part .buttons button").first.click()
        if part == "keep/":
            page.goto(f"{site.address}/desk/tables/care-hours/draft/cases/1/")
            page.fill("#id_e0", "16")
            page.locator("main form .buttons button").first.click()
        page.goto(f"{site.address}/desk/tables/care-hours/draft/{part}")
        if part == "rules/1/":
            page.fill("#id_t1", "[75..80")
            page.locator("#part button[name=look]").click()

    return change


def compares_a_table(page: Page, site: Site) -> None:
    """What changed for those who rent."""
    page.goto(f"{site.address}/desk/tables/rent-help/compare/?one=2021-01-01&other=2026-11-01")


RULES: dict[str, Open] = {
    "table-draft": changes_a_table(""),
    "table-rule": changes_a_table("rules/1/"),
    "table-input": changes_a_table("facts/2/"),
    "table-case": changes_a_table("cases/1/"),
    "table-keep": changes_a_table("keep/"),
    "table-compare": compares_a_table,
    "deadline-looked-at": looks_at_a_rule,
    "calendar-looked-at": looks_at_a_holiday,
}
