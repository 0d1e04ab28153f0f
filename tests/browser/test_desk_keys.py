"""The desk without a mouse: lists, pages, and a palette of all that can be done."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import WIDTHS, Site, keep_screenshot, overflow, violations


@pytest.fixture
def desk(site: Site, browser: Browser) -> Page:
    """The queue of a case worker. The page's policy is bypassed for axe-core only."""
    worker = browser.new_context(viewport={"width": WIDTHS["desktop"], "height": 900}, bypass_csp=True)
    page = worker.new_page()
    site.sign_in(page, "case-worker")
    page.goto(f"{site.address}/desk/?list=all")
    return page


def reference(page: Page) -> str:
    return page.url.rstrip("/").rsplit("/", 1)[-1]


def test_a_list_is_gone_through_by_j_and_k_and_from_page_to_page(desk: Page) -> None:
    links = desk.locator("main tbody th[scope=row] a")
    desk.keyboard.press("j")
    expect(links.nth(0)).to_be_focused()
    desk.keyboard.press("j")
    expect(links.nth(1)).to_be_focused()
    desk.keyboard.press("k")
    expect(links.nth(0)).to_be_focused()
    first, second = (re.search(r"needs/([^/]+)/", links.nth(n).get_attribute("href") or "") for n in (0, 1))
    assert first and second
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/desk/needs/*/")
    assert reference(desk) == first[1]
    desk.keyboard.press("j")
    desk.wait_for_url(f"**/desk/needs/{second[1]}/")
    desk.keyboard.press("k")
    desk.wait_for_url(f"**/desk/needs/{first[1]}/")


def test_g_and_a_letter_go_to_a_page_and_a_field_takes_letters_as_letters(desk: Page) -> None:
    desk.keyboard.press("g")
    desk.keyboard.press("a")
    desk.wait_for_url("**/desk/answers/")
    desk.keyboard.press("g")
    desk.keyboard.press("d")
    desk.wait_for_url("**/desk/")
    desk.keyboard.press("/")
    expect(desk.locator("#id_words")).to_be_focused()
    desk.keyboard.type("gjk?")
    expect(desk.locator("#id_words")).to_have_value("gjk?")
    expect(desk.locator("dialog[open]")).to_have_count(0)


def test_what_can_be_done_with_an_order_has_a_letter_that_is_shown(site: Site, desk: Page) -> None:
    desk.goto(f"{site.address}/desk/?list=answer")
    desk.locator("#queue th a").first.click()
    desk.wait_for_url("**/desk/needs/*/")
    letter = desk.locator("main a[aria-keyshortcuts=q] .letter")
    expect(letter).to_have_text("q")
    desk.keyboard.press("q")
    expect(desk.locator("#do_question")).to_be_focused()
    desk.keyboard.type("Which floor? erq")
    expect(desk.locator("#do_question")).to_have_value("Which floor? erq")
    desk.locator("h1").click()
    desk.keyboard.press("w")
    expect(desk.locator("#do_target")).to_be_focused()
    desk.keyboard.press("Control+k")
    desk.keyboard.type("later deadline")
    desk.keyboard.press("Enter")
    expect(desk.locator("#do_days")).to_be_focused()
    desk.locator("h1").click()
    desk.keyboard.press("?")
    desk.locator("#desk-keys input").press("Space")
    desk.keyboard.press("Escape")
    expect(letter).to_be_hidden()


def test_the_palette_finds_what_can_be_done_and_any_need(desk: Page) -> None:
    desk.keyboard.press("Control+k")
    palette = desk.locator("#palette")
    expect(palette).to_be_visible()
    expect(desk.locator("#palette-words")).to_be_focused()
    assert violations(desk) == []
    keep_screenshot(desk, "desk-palette")
    desk.keyboard.type("ready ans")
    options = palette.get_by_role("option")
    expect(options).to_have_count(2)
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/desk/answers/")
    desk.keyboard.press("Control+k")
    desk.keyboard.type("zzz nothing is called so")
    expect(options).to_have_count(1)
    expect(options.first).to_have_text("Look for “zzz nothing is called so” in all needs")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/desk/?list=all&words=zzz*")
    desk.keyboard.press("Control+k")
    desk.keyboard.press("Escape")
    expect(palette).to_be_hidden()


def test_the_palette_offers_first_what_begins_with_the_words(desk: Page) -> None:
    desk.keyboard.press("Control+k")
    desk.keyboard.type("To answer")
    options = desk.locator("#palette").get_by_role("option")
    expect(options.filter(has_text="Objections to answer"), "it stands earlier on the page").to_have_count(1)
    expect(options.first).to_have_text(re.compile("^To answer"))


def test_the_keys_are_listed_and_single_ones_can_be_switched_off(desk: Page) -> None:
    desk.keyboard.press("?")
    expect(desk.locator("#desk-keys")).to_be_visible()
    assert violations(desk) == []
    keep_screenshot(desk, "desk-keys")
    desk.locator("#desk-keys input").press("Space")
    desk.keyboard.press("Escape")
    before = desk.url
    desk.keyboard.press("g")
    desk.keyboard.press("a")
    desk.keyboard.press("?")
    expect(desk.locator("dialog[open]")).to_have_count(0)
    assert desk.url == before
    desk.reload()
    desk.keyboard.press("?")
    expect(desk.locator("dialog[open]")).to_have_count(0)
    desk.keyboard.press("Control+k")
    expect(desk.locator("#palette")).to_be_visible()


def test_the_palette_fits_a_phone(site: Site, browser: Browser) -> None:
    phone = browser.new_context(viewport={"width": WIDTHS["phone"], "height": 740}, bypass_csp=True)
    page = phone.new_page()
    site.sign_in(page, "case-worker")
    page.goto(f"{site.address}/desk/")
    page.locator("[data-open-palette]").click()
    expect(page.locator("#palette")).to_be_visible()
    assert overflow(page) <= 0
    keep_screenshot(page, "desk-palette-phone")
