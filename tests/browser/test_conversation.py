"""A resident and the desk talk about a need; the official shows a photo to everybody."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import WIDTHS, Site, keep_screenshot, overflow, violations
from tests.engines.images.drawn import photo


def visitor(site: Site, browser: Browser, who: str) -> Page:
    context = browser.new_context(bypass_csp=True, viewport={"width": 360, "height": 800})
    page = context.new_page()
    site.sign_in(page, who)
    return page


def looks_right(page: Page, name: str) -> None:
    for width_name, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == []
        assert overflow(page) == 0
        keep_screenshot(page, f"{name}-{width_name}")


def test_they_write_to_each_other_and_a_photo_is_released(site: Site, browser: Browser, tmp_path: Path) -> None:
    picture = tmp_path / "pothole.jpg"
    picture.write_bytes(photo())
    resident, worker = visitor(site, browser, "resident"), visitor(site, browser, "case-worker")
    resident.goto(f"{site.address}/my/")
    resident.locator("main a[href^='/needs/']").first.click()
    reference = resident.url.rstrip("/").rpartition("/")[2]
    resident.get_by_label("Write to us about this").fill("Please ring twice, I hear badly.")
    resident.get_by_label("Photos or documents").set_input_files(picture)
    resident.get_by_role("button", name="Send", exact=True).click()
    expect(resident.get_by_text("We have your message.")).to_be_visible()
    expect(resident.locator(".thread img")).to_be_visible()
    looks_right(resident, "conversation-resident")

    worker.goto(f"{site.address}/desk/?list=messages")
    worker.locator(f"tr:has-text('{reference}') a").first.click()
    expect(worker.get_by_text("Please ring twice, I hear badly.")).to_be_visible()
    looks_right(worker, "conversation-desk")
    worker.get_by_role("button", name="Show to everybody").first.click()
    expect(worker.get_by_role("button", name="Hide again")).to_be_visible()
    worker.get_by_label("Write to them").fill("We will, thank you.")
    worker.get_by_role("button", name="Send", exact=True).click()
    expect(worker.get_by_text("Your message is on its way.")).to_be_visible()

    resident.reload()
    expect(resident.get_by_text("We will, thank you.")).to_be_visible()
    for page in (resident, worker):
        page.context.close()
