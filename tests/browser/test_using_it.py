"""People at work: a resident by keyboard, a map to point at, a desk all day."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.looking import WIDTHS, Site, keep_screenshot, overflow, violations


def test_a_need_is_told_by_keyboard_alone(site: Site, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(site.address)
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.locator("textarea").focus()
    page.keyboard.type("My mother is 82 and needs somebody to help her wash at home")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Is it one of these?")
    page.get_by_role("radio", name=re.compile("^Home care")).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Where is it needed?")
    page.locator("#id_region").select_option("rope-walk")
    page.locator("#id_address").press("Enter")
    expect(page.locator("h1")).to_have_text("How can we reach you?")
    page.locator("#id_email").press("Enter")
    expect(page.locator("h1")).to_have_text("Check your answers")
    page.get_by_role("button", name="Send", exact=True).press("Enter")
    expect(page.get_by_text("We have it. Thank you.")).to_be_visible()
    assert re.search(r"/needs/[2-9A-Z]{4}-[2-9A-Z]{4}/$", page.url)
    keep_screenshot(page, "need-sent")


def test_an_error_takes_the_focus_and_leads_to_its_field(site: Site, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{site.address}/need/what/")
    page.get_by_role("button", name="Go on").click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    summary.get_by_role("link").click()
    expect(page.locator("#id_text")).to_be_focused()


def test_a_point_is_chosen_on_the_map(site: Site, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(site.address)
    page.fill("textarea", "the lift is stuck")
    page.get_by_role("button", name="Go on").click()
    page.locator("input[type=radio]").first.check()
    page.get_by_role("button", name="Go on").click()
    chart = page.locator(".map-picker")
    expect(chart.locator("path").first).to_be_visible()
    box = chart.bounding_box()
    assert box is not None
    chart.click(position={"x": box["width"] * 0.4, "y": box["height"] * 0.5})
    assert 122 < float(page.input_value("#id_longitude")) < 123
    assert 29 < float(page.input_value("#id_latitude")) < 31
    page.get_by_role("button", name="Go on").click()
    page.locator("input[name=q-inside]").last.check()
    for _page in ("more", "when", "photos", "contact"):
        page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("A point on the map")).to_be_visible()


def test_the_resident_rates_what_was_done(site: Site, browser: Browser) -> None:
    visitor = browser.new_context(bypass_csp=True, viewport={"width": 360, "height": 800})
    page = visitor.new_page()
    site.sign_in(page, "resident")
    page.goto(f"{site.address}/my/")
    page.locator(".notice a").first.click()
    assert violations(page) == []
    keep_screenshot(page, "need-to-rate-phone")
    page.locator("#id_solved_0").check()
    page.locator("#id_contacted_in_time_0").check()
    page.get_by_role("button", name="Tell us").click()
    expect(page.locator(".error-summary")).to_be_focused()
    for field in ("solved", "contacted_in_time", "satisfaction"):
        page.locator(f"#id_{field}_0").check()
    page.get_by_role("button", name="Tell us").click()
    expect(page.get_by_text("Your word counts in the rates")).to_be_visible()
    visitor.close()


def test_the_desk_filters_without_a_new_page_and_works_an_order(site: Site, browser: Browser) -> None:
    visitor = browser.new_context(bypass_csp=True)
    page = visitor.new_page()
    site.sign_in(page, "case-worker")
    page.goto(f"{site.address}/desk/?list=all")
    page.evaluate("window.stays = true")
    before = page.locator("#queue tbody tr").count()
    page.select_option("#id_district", "old-port")
    page.wait_for_url(re.compile("district=old-port"))
    expect(page.locator("#queue tbody tr").first).to_be_visible()
    assert page.evaluate("window.stays") is True, "htmx swapped the list alone"
    assert before > 0
    page.goto(f"{site.address}/desk/")
    page.locator("#queue tbody a").first.click()
    assert violations(page) == []
    keep_screenshot(page, "desk-need-desktop")
    page.get_by_role("button", name="Accept").click()
    expect(page.locator(".timeline")).to_contain_text("The provider has accepted it.")
    visitor.close()


def test_a_preview_is_looked_at_and_discarded(site: Site, browser: Browser) -> None:
    visitor = browser.new_context(bypass_csp=True)
    page = visitor.new_page()
    site.sign_in(page, "planner")
    page.goto(f"{site.address}/unmet/runs/")
    page.get_by_role("button", name="Compute a preview").click()
    for _ in range(60):
        page.goto(f"{site.address}/unmet/runs/")
        if page.get_by_text("Preview", exact=True).count():
            break
        page.wait_for_timeout(500)
    page.locator("tr", has_text="Preview").first.locator("a").click()
    address = page.url
    for language in ("en", "zh-hans"):
        site.speak(visitor, language)
        for name, width in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(address)
            assert violations(page) == []
            assert overflow(page) <= 0
            keep_screenshot(page, f"run-{language}-{name}")
    site.speak(visitor, "en")
    page.goto(address)
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_text("Discarded on")).to_be_visible()
    visitor.close()


def test_somebody_who_waits_asks_why_objects_and_is_answered(site: Site, browser: Browser) -> None:
    visitor = browser.new_context(bypass_csp=True, viewport={"width": 360, "height": 800})
    page = visitor.new_page()
    site.sign_in(page, "resident")
    page.goto(f"{site.address}/my/")
    addresses = [row.get_attribute("href") for row in page.locator("table a").all()]
    for address in addresses:
        page.goto(f"{site.address}{address}")
        if page.locator("details summary", has_text="Why").count():
            break
    reference = page.url.rstrip("/").split("/")[-1]
    if not page.locator("details[open]").count():
        page.locator("summary", has_text="Why").click()
    assert violations(page) == []
    keep_screenshot(page, "why-phone")
    page.get_by_role("link", name="I object").click()
    page.get_by_role("button", name="Send the objection").click()
    expect(page.locator(".error-summary")).to_be_focused()
    assert violations(page) == []
    keep_screenshot(page, "objection-phone")
    page.fill("#id_reason", "I cannot climb the stairs there.")
    page.get_by_role("button", name="Send the objection").click()
    expect(page.get_by_role("heading", name="Your objection")).to_be_visible()
    assert violations(page) == []
    desk = browser.new_context(bypass_csp=True).new_page()
    site.sign_in(desk, "case-worker")
    desk.goto(f"{site.address}/desk/?list=objections")
    desk.locator("tr", has_text=reference).locator("a").click()
    assert violations(desk) == []
    keep_screenshot(desk, "desk-objection")
    desk.locator("#id_upheld_1").check()
    desk.fill("#id_words", "There is a lift at the back.")
    desk.get_by_role("button", name="Answer", exact=True).click()
    expect(desk.get_by_text("There is a lift at the back.")).to_be_visible()
    site.speak(visitor, "zh-hans")
    page.goto(f"{site.address}/needs/{reference}/")
    expect(page.get_by_text("There is a lift at the back.")).to_be_visible()
    assert violations(page) == []
    keep_screenshot(page, "objection-answered-zh-phone")
    desk.context.close()
    visitor.close()


def test_the_language_is_changed_on_any_page(site: Site, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{site.address}/rates/")
    page.get_by_role("button", name="简体中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert page.url == f"{site.address}/rates/"
    expect(page.locator("h1")).not_to_have_text("How we are doing")
