"""A danger reaches an open desk by itself, is said in the title, and is taken on with one button."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Browser, expect

from tests.browser.looking import Site, keep_screenshot, overflow, violations

#: What is promised is a minute.
SOON = 25_000


def _danger(site: Site, browser: Browser, words: str) -> None:
    """Somebody tells of it by another program."""
    stranger = browser.new_context()
    services = stranger.request.get(f"{site.address}/open311/v2/services.json").json()
    point = {"lat": "29.9", "long": "122.2", "address_string": "the old pier"}
    code = services[0]["service_code"]
    sent = stranger.request.post(
        f"{site.address}/open311/v2/requests.json",
        form={"service_code": code, "description": words, **point},
    )
    assert sent.ok, sent.text()
    stranger.close()


def test_a_danger_appears_on_an_open_desk_and_is_taken_on(site: Site, browser: Browser) -> None:
    visitor = browser.new_context(bypass_csp=True, viewport={"width": 360, "height": 800})
    page = visitor.new_page()
    site.sign_in(page, "case-worker")
    page.goto(f"{site.address}/desk/")
    said = page.locator("[data-dangers-said]")
    began = time.monotonic()
    _danger(site, browser, "Thick smoke comes out of the old warehouse, the roof is on fire")
    first = page.locator(".dangers li").filter(has_text="Fire or smoke")
    expect(first).to_be_visible(timeout=SOON)
    assert time.monotonic() - began < 60
    expect(page).to_have_title(re.compile(r"^\(\d+!\) "))
    expect(said).to_contain_text("Danger to life")
    assert violations(page) == []
    assert overflow(page) <= 0
    keep_screenshot(page, "danger-banner-phone")
    first.get_by_role("button").click()
    expect(page.locator("main")).to_contain_text("It is yours")
    expect(page.locator(".dangers li").filter(has_text="Fire or smoke")).to_have_count(0)
    visitor.close()


def test_without_javascript_the_queue_shows_it_and_asks_again_by_itself(site: Site, browser: Browser) -> None:
    _danger(site, browser, "my father is unconscious and does not wake up")
    visitor = browser.new_context(java_script_enabled=False)
    page = visitor.new_page()
    site.sign_in(page, "case-worker")
    page.goto(f"{site.address}/desk/")
    banner = page.locator(".dangers li").filter(has_text="Unconscious")
    expect(banner).to_be_visible()
    assert page.locator("meta[http-equiv='refresh']").get_attribute("content") == "45"
    banner.get_by_role("button").click()
    expect(page.locator("main")).to_contain_text("It is yours")
    visitor.close()
