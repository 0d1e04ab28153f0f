"""The question pages from first to last: on a phone, by keyboard, in both languages, without JavaScript."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from lacarte.kernel.proof_of_work import solves
from tests.browser.looking import Site, keep_screenshot, overflow, violations

PHONE = {"width": 360, "height": 800}
SAID = {
    "en": "The street light at the ferry steps has been dark for a week, I fell there yesterday",
    "zh-hans": "渡口台阶旁的路灯坏了一周，昨天我在那里摔了一跤",
}
WINDOWS = 12


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "lamp.jpg"
    Image.radial_gradient("L").convert("RGB").save(path)
    return path


@pytest.fixture
def without_javascript(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport=PHONE, java_script_enabled=False)
    yield opened
    opened.close()


def on(page: Page, step: str) -> None:
    page.wait_for_url(re.compile(f"/need/{step}/$"))


def past_same(page: Page, step: str, look: Callable[[str], None] = lambda name: None) -> None:
    """To ``step``, past “Is it this one?”, which is asked of what others told, and again after a photo."""
    page.wait_for_url(re.compile(f"/need/(same|{step})/$"))
    if page.url.endswith("/same/"):
        look("same")
        page.locator("button[value='-']").press("Enter")
    on(page, step)


def press_go_on(page: Page) -> None:
    """The main button, by keyboard: at the end of the form."""
    page.locator("main form button.button:not(.second, .grave, .danger)").last.press("Enter")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_need_of_a_place_is_told_by_keyboard_on_a_phone(
    site: Site, browser: Browser, photo: Path, language: str
) -> None:
    visitor = browser.new_context(viewport=PHONE, bypass_csp=True)
    site.speak(visitor, language)
    page = visitor.new_page()

    def look(name: str) -> None:
        assert violations(page) == [], name
        assert overflow(page) <= 0, name
        assert page.locator("h1").count() == 1, name
        assert page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('main')"
        )
        keep_screenshot(page, f"telling-{name}-{language}")

    page.goto(site.address)
    page.locator("textarea").focus()
    page.keyboard.type(SAID[language])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    on(page, "kind")
    look("kind")
    page.locator("input[value=street-light]").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    on(page, "where")
    look("where")
    page.locator("#id_address").focus()
    page.keyboard.press("Tab")
    page.keyboard.type("behind the old kiln")
    page.keyboard.press("Enter")
    on(page, "which")
    look("which")
    page.locator("#id_region").select_option("rope-walk")
    press_go_on(page)
    past_same(page, "more", look)
    look("more")
    press_go_on(page)
    expect(page.locator(".error-summary")).to_be_focused()
    look("more-wrong")
    page.locator(".error-summary a").first.press("Enter")
    expect(page.locator("input[value=dark]")).to_be_focused()
    page.keyboard.press("Space")
    press_go_on(page)
    on(page, "when")
    look("when")
    press_go_on(page)
    on(page, "photos")
    page.set_input_files("#id_photos", photo)
    page.locator("button[name=add]").press("Enter")
    expect(page.locator(".uploads img")).to_be_visible()
    expect(page.locator(".uploads img")).not_to_have_js_property("naturalWidth", 0)
    look("photos")
    page.locator("button[name=go]").press("Enter")
    past_same(page, "contact")
    look("contact")
    page.locator("#id_email").press("Enter")
    on(page, "check")
    look("check")
    press_go_on(page)
    page.wait_for_url(re.compile("/needs/"))
    expect(page.locator(".reference")).to_be_visible()
    look("sent")
    visitor.close()


def test_without_javascript_nothing_is_missing(
    site: Site, without_javascript: BrowserContext, photo: Path
) -> None:
    page = without_javascript.new_page()
    page.goto(site.address)
    page.fill("textarea", SAID["en"])
    page.get_by_role("button", name="Go on").click()
    page.locator("input[value=street-light]").check()
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("[data-place-picker]")).to_be_hidden()
    page.fill("#id_nearby", "by the two cranes")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("We do not know this place yet")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    past_same(page, "more")
    page.locator("input[value=dark]").check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Go on").click()
    page.set_input_files("#id_photos", [photo])
    page.get_by_role("button", name="Go on").click()
    past_same(page, "contact")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".uploads img")).to_be_visible()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("We have it. Thank you.")).to_be_visible()


def test_ones_own_position_is_used_and_can_be_taken_back(site: Site, browser: Browser) -> None:
    here = {"longitude": 122.25, "latitude": 29.9}
    visitor = browser.new_context(viewport=PHONE, geolocation=here, permissions=["geolocation"])
    page = visitor.new_page()
    to_where(site, page)
    page.get_by_role("button", name="Use my position").click()
    expect(page.get_by_text("The point is set.")).to_be_visible()
    assert page.input_value("#id_longitude") == "122.250000"
    page.get_by_role("button", name="Remove the point").click()
    assert page.input_value("#id_longitude") == ""
    expect(page.get_by_role("button", name="Remove the point")).to_be_hidden()
    visitor.close()


def test_who_does_not_tell_their_position_is_told_what_else_to_do(site: Site, browser: Browser) -> None:
    visitor = browser.new_context(viewport=PHONE)
    page = visitor.new_page()
    to_where(site, page)
    page.get_by_role("button", name="Use my position").click()
    expect(page.get_by_text("Your position is not available.")).to_be_visible()
    visitor.close()


def to_where(site: Site, page: Page) -> None:
    page.goto(site.address)
    page.fill("textarea", SAID["en"])
    page.get_by_role("button", name="Go on").click()
    page.locator("input[value=street-light]").check()
    page.get_by_role("button", name="Go on").click()
    on(page, "where")


def test_a_closed_browser_goes_on_where_it_stopped(site: Site, browser: Browser) -> None:
    visitor = browser.new_context(viewport=PHONE)
    page = visitor.new_page()
    to_where(site, page)
    kept = [cookie for cookie in visitor.cookies() if cookie["expires"] > time.time() + 7 * 86400 - 60]
    visitor.close()
    again = browser.new_context(viewport=PHONE)
    again.add_cookies([dict(cookie) for cookie in kept])  # type: ignore[misc]  # what is kept when it is closed
    page = again.new_page()
    page.goto(site.address)
    expect(page.get_by_text("Go on where you stopped")).to_be_visible()
    page.get_by_role("link", name="Go on").click()
    on(page, "where")
    page.goto(site.address)
    page.get_by_role("button", name="Delete my answers").click()
    expect(page.get_by_text("What you had told us is deleted.")).to_be_visible()
    again.close()


def test_sent_from_many_windows_at_once_it_is_one_need(site: Site, browser: Browser) -> None:
    visitor = browser.new_context(viewport=PHONE)
    page = visitor.new_page()
    page.goto(f"{site.address}/menu/ageing/")
    page.get_by_role("button", name="Ask for this").first.click()
    page.fill("textarea", "every morning, please")
    page.get_by_role("button", name="Go on").click()
    page.locator("#id_region").select_option("rope-walk")
    page.get_by_role("button", name="Go on").click()
    page.fill("#id_name", "Ada")
    page.get_by_role("button", name="Go on").click()
    on(page, "check")
    form = page.locator("main form[method=post]").first
    fields = {one: form.locator(f"input[name={one}]").input_value() for one in ("csrfmiddlewaretoken", "draft")}
    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in visitor.cookies())
    visitor.close()

    def send() -> str:
        data = urllib.parse.urlencode(fields).encode()
        asked = urllib.request.Request(f"{site.address}/need/check/", data, {"Cookie": cookies})
        try:
            urllib.request.build_opener(_Stays).open(asked, timeout=30)
        except urllib.error.HTTPError as error:
            return f"{error.code} {error.headers['Location']}"
        return "no redirect"

    with ThreadPoolExecutor(WINDOWS) as pool:
        replies = {one.result() for one in [pool.submit(send) for _ in range(WINDOWS)]}
    assert len(replies) == 1, replies
    assert re.fullmatch(r"302 /needs/[2-9A-Z]{4}-[2-9A-Z]{4}/", replies.pop())


class _Stays(urllib.request.HTTPRedirectHandler):
    """Does not follow a redirect."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        """Nowhere."""


def test_the_browser_proves_its_work_before_it_sends(site: Site, browser: Browser) -> None:
    """The page of an attack, made of the ordinary one: the script must fill in a number that solves it."""
    visitor = browser.new_context(viewport=PHONE)
    page = visitor.new_page()
    sent: list[dict[str, str]] = []

    def attacked(route: Route) -> None:
        if route.request.method == "POST":
            pairs = urllib.parse.parse_qsl(route.request.post_data or "", keep_blank_values=True)
            sent.append(dict(pairs))
            route.fulfill(status=200, body="sent", content_type="text/plain")
            return
        body = route.fetch().text()
        work = '<form method="post" data-work="/static/lacarte/proof-of-work-worker.js" data-bits="13">'
        more = '<input type="hidden" name="challenge" value="c:1"><input type="hidden" name="proof" value="">'
        more += '<p role="status" data-said data-working="One moment"></p>'
        body = body.replace('<form method="post">', work + more, 1)
        body = body.replace("</head>", '<script src="/static/lacarte/proof-of-work.js" defer></script></head>')
        route.fulfill(body=body, content_type="text/html")

    page.goto(f"{site.address}/menu/ageing/")
    page.get_by_role("button", name="Ask for this").first.click()
    page.fill("textarea", "every morning, please")
    page.get_by_role("button", name="Go on").click()
    page.locator("#id_region").select_option("rope-walk")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Go on").click()
    on(page, "check")
    page.route("**/need/check/", attacked)  # a redirect would not come by here
    page.reload()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("sent")).to_be_visible(timeout=30_000)
    assert sent[0]["challenge"] == "c:1"
    assert solves("c:1", sent[0]["proof"], bits=13)
    visitor.close()


def test_names_of_places_are_offered_while_one_types(site: Site, context: BrowserContext) -> None:
    page = context.new_page()
    to_where(site, page)
    page.locator("#id_address").press_sequentially("anch")
    option = page.locator("datalist#place-names option").first
    expect(option).to_have_attribute("value", re.compile("Anchor Street"))
    page.fill("#id_address", "Anchor Street")
    page.locator("#id_address").press("Enter")
    expect(page.locator("h1")).to_have_text("Which part of Anchor Street do you mean?")
    page.locator("input[type=radio]").first.check()
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(re.compile("/need/(same|more)/$"))
