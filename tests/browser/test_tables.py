"""A table of rules is changed in a browser: each cell is read out while it is written, or by a button."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import Site


def _at_a_rule(site: Site, page: Page) -> None:
    site.sign_in(page, "administrator")
    page.goto(f"{site.address}/desk/tables/rent-help/")
    page.locator("main form[action$='/change/'] button.button").click()
    page.goto(f"{site.address}/desk/tables/rent-help/draft/rules/1/")


def test_a_cell_is_read_out_while_it_is_written_and_nothing_is_put_into_the_draft(
    site: Site, browser: Browser
) -> None:
    page = browser.new_page()
    _at_a_rule(site, page)
    page.locator("#id_t1").fill("[1000..2500")
    page.keyboard.press("Tab")
    expect(page.locator("#id_t1_reads")).to_contain_text("sign 12: a range ends with ]")
    page.locator("#id_t1").fill("[1000..2500)")
    page.keyboard.press("Tab")
    expect(page.locator("#id_t1_reads")).to_have_text("→ from 1000 to below 2500")
    page.goto(f"{site.address}/desk/tables/rent-help/draft/")
    expect(page.locator("#rule-1")).to_contain_text("below 3000")
    _throw_away(page)
    page.close()


def test_without_javascript_a_button_reads_it_out(site: Site, browser: Browser) -> None:
    visitor = browser.new_context(java_script_enabled=False)
    page = visitor.new_page()
    _at_a_rule(site, page)
    page.locator("#id_t1").fill("< 2500")
    page.get_by_role("button", name="Read it out first").click()
    expect(page.locator("#id_t1_reads")).to_have_text("→ below 2500")
    page.locator("#part .buttons button").first.click()
    expect(page.locator("#rule-1")).to_contain_text("below 2500")
    _throw_away(page)
    visitor.close()


def _throw_away(page: Page) -> None:
    closed = page.locator("main details:not([open]) summary")
    if closed.count():
        closed.last.click()
    page.get_by_role("button", name="Throw it away").click()
    expect(page.get_by_text("The draft is gone.")).to_be_visible()
