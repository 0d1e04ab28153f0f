"""The menu in a browser: a list that fits, offers side by side, read aloud and printed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.looking import WIDTHS, Site, keep_screenshot, overflow, violations

LIST = "/menu/list/?event=parent-needs-care"
#: What a browser without voices would do with what is to be read.
_VOICE = """
window.spoken = [];
Object.defineProperty(window, "speechSynthesis", {value: {
  speak(said) {
    window.spoken.push([said.lang, said.text]);
    setTimeout(() => said.dispatchEvent(new Event("end")), 0);
  },
  cancel() {},
}});
window.SpeechSynthesisUtterance = class extends EventTarget {
  constructor(text) { super(); this.text = text; }
};
"""


def answered(page: Page, site: Site) -> None:
    """Open the list, say where one is and rather nothing else."""
    page.goto(site.address + LIST)
    page.get_by_role("combobox", name="Or your neighbourhood").select_option("rope-walk")
    page.get_by_role("button", name="Show how far").click()
    not_said = page.get_by_role("button", name="I would rather not say")
    while not_said.count():
        not_said.first.click()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_list_is_made_to_fit_and_offers_are_compared(site: Site, browser: Browser, javascript: bool) -> None:
    visitor = browser.new_context(java_script_enabled=javascript)
    page = visitor.new_page()
    answered(page, site)
    expect(page.locator("section.service").first).to_contain_text(" km")
    ticks = page.get_by_role("checkbox", name="Choose")
    for number in range(3):
        ticks.nth(number).check()
    page.get_by_role("button", name="Compare the chosen offers").click()
    expect(page.locator("h1")).to_have_text("Offers side by side")
    expect(page.locator("thead th")).to_have_count(3)
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator("h1")).to_have_text("My mother cannot live alone any more")
    visitor.close()


def test_nothing_is_wrong_with_offers_side_by_side(site: Site, browser: Browser) -> None:
    visitor = browser.new_context(bypass_csp=True)
    page = visitor.new_page()
    answered(page, site)
    keys = [tick.get_attribute("value") for tick in page.get_by_role("checkbox", name="Choose").all()[:4]]
    for name, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{site.address}/menu/compare/?{'&'.join(f'offer={key}' for key in keys)}")
        keep_screenshot(page, f"menu-compare-{name}")
        assert violations(page) == []
        assert overflow(page) <= 0
    visitor.close()


def test_a_list_is_read_aloud_from_its_heading_to_its_end(site: Site, context: BrowserContext) -> None:
    page = context.new_page()
    page.add_init_script(_VOICE)
    page.goto(f"{site.address}/menu/services/home-care")
    page.get_by_role("button", name="Read aloud").click()
    expect(page.get_by_role("button", name="Read aloud")).to_be_visible()  # it has come to the end
    spoken = page.evaluate("window.spoken")
    assert spoken[0] == ["en", "Home care"]
    assert any(text.startswith("Price: ") for _language, text in spoken)
    assert not any("Compare" in text for _language, text in spoken), "only what can be read is read"


def test_what_is_printed_has_the_list_and_no_buttons(site: Site, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(site.address + LIST)
    page.emulate_media(media="print")
    expect(page.locator("section.service").first).to_be_visible()
    expect(page.locator("button:visible")).to_have_count(0)
    expect(page.locator("input:visible")).to_have_count(0)
