"""What a call-taker does in sixty seconds: a call from the first word to the reference, by keyboard alone.

With LACARTE_SCREENSHOTS set, pictures of each step and a trace (``playwright show-trace``) are kept there.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.looking import WIDTHS, Site, keep_screenshot, overflow, violations

#: Milliseconds between two keys: 80 words a minute, as somebody types who does it all day.
PACE = 150
SECONDS = 60
#: Counts whatever a mouse, a finger or a pen does; a button that is pressed by a key sends a click without detail.
NO_MOUSE = """
window.addEventListener("DOMContentLoaded", () => {
  const seen = Number(sessionStorage.getItem("mouse") || 0);
  sessionStorage.setItem("mouse", seen);
  const count = (event) => {
    if (event.type === "click" && event.detail === 0) return;
    sessionStorage.setItem("mouse", Number(sessionStorage.getItem("mouse")) + 1);
  };
  for (const kind of ["mousedown", "mouseup", "mousemove", "pointerdown", "touchstart", "click"])
    window.addEventListener(kind, count, true);
});
"""


@contextmanager
def recorded(context: BrowserContext, name: str) -> Iterator[None]:
    """Keep a trace with pictures, where somebody wants one."""
    folder = os.environ.get("LACARTE_SCREENSHOTS")
    if folder is None:
        yield
        return
    context.tracing.start(screenshots=True, snapshots=True)
    yield
    Path(folder).mkdir(parents=True, exist_ok=True)
    context.tracing.stop(path=str(Path(folder) / f"{name}.zip"))


def types(page: Page, text: str) -> None:
    page.keyboard.type(text, delay=PACE)


def takes(page: Page, title: str) -> None:
    """Press Alt and the number that stands beside a suggestion."""
    suggestion = page.locator("#looked .accept", has_text=title).first
    expect(suggestion).to_be_visible()
    page.keyboard.press(f"Alt+{suggestion.get_attribute('data-number')}")


def test_a_call_in_sixty_seconds_without_a_mouse(site: Site, context: BrowserContext) -> None:
    context.add_init_script(NO_MOUSE)
    page = context.new_page()
    site.sign_in(page, "call-taker")
    page.goto(f"{site.address}/desk/register/")
    expect(page.locator("#id_text")).to_be_focused()
    with recorded(context, "call-in-sixty-seconds"):
        began = time.monotonic()
        types(page, "I fell ill and need somebody to help me wash at home")
        expect(page.locator("#looked .accept").first).to_be_visible()
        keep_screenshot(page, "call-1-suggested")
        takes(page, "%")
        expect(page.locator('#looked .accept[aria-pressed="true"]')).to_have_count(1)
        page.keyboard.press("Alt+C")
        types(page, "Shen")
        for _ in range(2):
            page.keyboard.press("Tab")
        types(page, str(datetime.now(UTC).year - 79))
        page.keyboard.press("Enter")
        takes(page, "Shen Suyun")
        caller = page.locator("#looked-caller")
        expect(caller).to_be_visible()
        expect(page.locator("#looked .past a").first).to_be_visible()
        keep_screenshot(page, "call-2-known")
        page.keyboard.press("Control+Enter")
        reference = page.locator(".told-reference")
        expect(reference).to_be_visible()
        seconds = time.monotonic() - began
        keep_screenshot(page, "call-3-told")
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", reference.inner_text())
    expect(page.locator(".told-signs li")).to_have_count(8)
    expect(page.locator(".told-next [lang=zh-Hans]")).to_contain_text("与您联系")  # she speaks Chinese
    assert seconds < SECONDS, f"the call took {seconds:.0f} s"
    assert page.evaluate("sessionStorage.getItem('mouse')") == "0"
    page.keyboard.press("Alt+N")
    expect(page.locator("#id_text")).to_be_focused()
    expect(page.locator("#id_text")).to_have_value("")


def test_what_was_typed_survives_a_reload_and_closing_the_page(site: Site, context: BrowserContext) -> None:
    page = context.new_page()
    site.sign_in(page, "call-taker")
    page.goto(f"{site.address}/desk/register/")
    page.keyboard.type("The lamp at the harb")  # and no pause
    page.reload()
    expect(page.locator("#id_text")).to_have_value("The lamp at the harb")
    page.keyboard.press("End")
    page.keyboard.type("our")
    page.close(run_before_unload=False)
    again = context.new_page()
    again.goto(f"{site.address}/desk/register/")
    expect(again.locator("#id_text")).to_have_value(re.compile("^The lamp at the harb"))
    again.get_by_role("button", name="Forget this call").press("Enter")
    expect(again.locator("#id_text")).to_have_value("")


def test_a_danger_is_red_at_once_and_the_keys_are_listed(site: Site, context: BrowserContext) -> None:
    page = context.new_page()
    site.sign_in(page, "call-taker")
    page.goto(f"{site.address}/desk/register/")
    page.keyboard.type("There is a fire in the kitchen and we cannot get out")
    expect(page.locator("#looked .danger-notice")).to_be_visible()
    expect(page.locator("#looked .danger-notice a[href^='tel:']").first).to_be_visible()
    keep_screenshot(page, "call-danger")
    page.keyboard.press("Alt+K")
    expect(page.locator("#keys dl")).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("#keys dl")).to_be_hidden()
    page.get_by_role("button", name="Forget this call").press("Enter")


def test_the_phone_desk_is_sound_in_both_languages_and_widths(site: Site, browser: Browser) -> None:
    for language, words in {
        "en": "The street light at Rope Walk is out",
        "zh-hans": "家里老人需要上门护理",
    }.items():
        for name, width in WIDTHS.items():
            visitor = browser.new_context(bypass_csp=True, viewport={"width": width, "height": 900})
            site.speak(visitor, language)
            page = visitor.new_page()
            site.sign_in(page, "call-taker")
            page.goto(f"{site.address}/desk/register/")
            page.keyboard.type(words)
            expect(page.locator("#looked .accept").first).to_be_visible()
            assert (violations(page), overflow(page)) == ([], 0), (language, name)
            keep_screenshot(page, f"call-{language}-{name}")
            takes(page, "%")
            expect(page.locator('#looked .accept[aria-pressed="true"]')).to_have_count(1)
            page.locator("#id_region").select_option("rope-walk")
            for needed in page.locator("#questions fieldset.field").all():
                needed.locator("input").first.check()
            page.keyboard.press("Control+Enter")
            expect(page.locator(".told-reference")).to_be_visible()
            assert (violations(page), overflow(page)) == ([], 0), (language, name)
            keep_screenshot(page, f"call-told-{language}-{name}")
            visitor.close()


def test_the_phone_desk_works_without_javascript(site: Site, browser: Browser) -> None:
    visitor = browser.new_context(java_script_enabled=False)
    page = visitor.new_page()
    site.sign_in(page, "call-taker")
    page.goto(f"{site.address}/desk/register/")
    page.fill("#id_text", "I need somebody to help me wash at home")
    page.get_by_role("button", name="Look").click()
    page.locator("#looked .accept").first.click()
    expect(page.locator('#looked .accept[aria-pressed="true"]')).to_have_count(1)
    page.select_option("#id_region", "rope-walk")
    page.fill("#id_name", "Bo Lind")
    page.locator("[data-send]").click()
    expect(page.locator(".told-reference")).to_be_visible()
    visitor.close()
