"""A crew's round on a phone whose connection comes and goes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Error, Locator, Page, expect

from tests.browser.looking import Site, keep_screenshot, overflow, violations

_KEEPS = """async () => {
  for (let tries = 0; tries < 200; tries += 1) {
    for (const name of await caches.keys())
      if (await (await caches.open(name)).match(location.pathname)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}"""


@pytest.fixture
def crew(site: Site, browser: Browser) -> Iterator[Page]:
    """A member's phone, with the round of today kept in it. The page's policy is bypassed for axe-core only."""
    phone = browser.new_context(viewport={"width": 360, "height": 800}, bypass_csp=True)
    page = phone.new_page()
    site.sign_in(page, "provider")
    page.goto(f"{site.address}/field/")
    assert page.evaluate(_KEEPS), "the page is not kept in the phone"
    yield page
    phone.close()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "hole.jpg"
    Image.radial_gradient("L").convert("RGB").resize((3000, 1500)).save(path)
    return path


def stop_of(page: Page) -> tuple[Locator, str]:
    """The last that can be done and has no parts that others do, opened; and which it is."""
    can_end = page.locator(".stop:not(.is-over)").filter(has=page.locator("button[value=done]"))
    alone = can_end.filter(has_not_text="not done yet")
    name = alone.last.get_attribute("id") or ""
    opened = page.locator(f"#{name}")
    if not opened.locator("details").first.evaluate("(one) => one.open"):
        opened.locator("summary").first.click()
    return opened, name


def test_what_is_done_without_a_connection_is_kept_and_sent_once(crew: Page, photo: Path) -> None:
    stop, name = stop_of(crew)
    waits = crew.locator("[data-sent]")
    crew.context.set_offline(True)
    stop.locator("input[type=file]").last.set_input_files(photo)
    expect(waits).to_have_text("1 thing waits to be sent.")
    stop.locator("input[name=words-done]").fill("Filled and rolled.")
    stop.get_by_role("button", name="Done", exact=True).click()
    expect(waits).to_have_text("2 things wait to be sent.")
    expect(stop).to_have_class(re.compile("is-over"))
    assert violations(crew) == []
    assert overflow(crew) <= 0
    keep_screenshot(crew, "field-waiting")
    crew.reload()
    expect(waits).to_have_text("2 things wait to be sent.")
    expect(crew.locator(f"#{name}")).to_have_class(re.compile("is-over"))
    sent: list[str] = []
    crew.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
    crew.context.set_offline(False)
    ended = crew.locator("section", has=crew.locator("#ended")).locator(f"#{name}")
    expect(ended).to_be_visible(timeout=15_000)
    expect(waits).to_have_text("All is sent.")
    assert len(sent) == 2
    ended.locator("summary").click()
    expect(ended.locator(".taken a, .photos a").first).to_be_visible()
    keep_screenshot(crew, "field-sent")


def test_the_list_is_read_without_a_connection_and_not_after_signing_out(site: Site, crew: Page) -> None:
    stops = crew.locator(".stop").count()
    crew.context.set_offline(True)
    crew.reload()
    expect(crew.locator(".stop")).to_have_count(stops)
    crew.context.set_offline(False)
    crew.get_by_role("button", name="Sign out").click()
    crew.wait_for_url(f"{site.address}/**")
    crew.context.set_offline(True)
    with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
        crew.goto(f"{site.address}/field/")
