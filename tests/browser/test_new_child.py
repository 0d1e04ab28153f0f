"""Somebody who reads Chinese orders all that a new child needs, from the front page on, in under three minutes.

Once with mouse and keys, once by keyboard alone, at the pace of a person who does it for the first time. With
LACARTE_SCREENSHOTS set, a picture of each page and a trace are kept there.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.looking import Site, keep_screenshot
from tests.browser.test_call_taker import NO_MOUSE, recorded

#: Seconds to press a key, to write a sign of Chinese, to move to a button and click it, to look a page over.
KEY, SIGN, CLICK, LOOK = 0.1, 0.5, 0.8, 3.0
SECONDS = 180
_FORM = "main form[method=post]:not([action*=forget])"


@dataclass(frozen=True)
class Person:
    """Goes to a control and uses it, by mouse or by keyboard alone."""

    page: Page
    keys_alone: bool

    def goes_to(self, control: Locator) -> None:
        """Have the focus on a control."""
        if not self.keys_alone:
            time.sleep(CLICK)
            control.click()
            return
        for _ in range(150):
            if control.evaluate("it => it === document.activeElement"):
                return
            self.presses("Tab")
        raise AssertionError(f"no key leads to {control}")

    def presses(self, *keys: str) -> None:
        """Press one key after the other."""
        for key in keys:
            time.sleep(KEY)
            self.page.keyboard.press(key)

    def uses(self, control: Locator) -> None:
        """Press a button or follow a link."""
        self.goes_to(control)
        if self.keys_alone:
            self.presses("Enter")

    def chooses(self, choice: Locator) -> None:
        """Choose one of a list: keys lead to the one that is chosen, and from there to the others."""
        if not self.keys_alone:
            self.goes_to(choice)
            return
        group = self.page.locator(f"input[name='{choice.get_attribute('name')}']")
        chosen = group.and_(self.page.locator(":checked"))
        self.goes_to(chosen if chosen.count() else group.first)
        self.presses("Space")
        for _ in range(group.count()):
            if choice.is_checked():
                return
            self.presses("ArrowDown")
        expect(choice).to_be_checked()

    def writes(self, control: Locator, text: str) -> None:
        """Write into a field, Chinese sign by sign."""
        self.goes_to(control)
        for sign in text:
            time.sleep(KEY if sign.isascii() else SIGN)
            self.page.keyboard.type(sign)

    def writes_day(self, control: Locator, year: str, rest: str) -> None:
        """Write into the parts of a day's field: the year last, as this browser asks for it."""
        if self.keys_alone:
            self.goes_to(control)
            self.presses(*rest, *year)
            expect(control).to_have_value(f"{year}-{rest[:2]}-{rest[2:]}")
        else:
            time.sleep(CLICK + KEY * len(year + rest))
            control.fill(f"{year}-{rest[:2]}-{rest[2:]}")


@pytest.fixture
def visitor(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    site.speak(made, "zh-hans")
    yield made
    made.close()


@pytest.mark.parametrize("keys_alone", [False, True], ids=["mouse", "keyboard"])
def test_the_bundle_for_a_new_child_in_under_three_minutes(
    site: Site, visitor: BrowserContext, keys_alone: bool
) -> None:
    visitor.add_init_script(NO_MOUSE)
    page = visitor.new_page()
    person = Person(page, keys_alone)
    page.goto(site.address)
    with recorded(visitor, f"new-child-{'keyboard' if keys_alone else 'mouse'}"):
        began = time.monotonic()
        time.sleep(LOOK)
        person.uses(page.get_by_role("link", name="孩子出生").first)
        page.wait_for_url("**/menu/list/**")
        time.sleep(LOOK)
        keep_screenshot(page, "new-child-list")
        person.uses(page.get_by_role("button", name="一次办理多项"))
        page.wait_for_url("**/order/new/**")
        while "/order/new/" in page.url:
            _answer(person)
        seconds = time.monotonic() - began
        keep_screenshot(page, "new-child-ordered")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    for name in ("出生登记", "新生儿医保参保", "生育与育儿补贴", "产后访视", "疫苗接种"):
        expect(page.locator("main")).to_contain_text(name)
    assert seconds < SECONDS, f"it took {seconds:.0f} s"
    print(f"{seconds:.0f} s")
    if keys_alone:
        assert page.evaluate("sessionStorage.getItem('mouse')") == "0"


def _answer(person: Person) -> None:
    """Look one page over, answer it, and go on."""
    page, before = person.page, person.page.url
    step = before.rstrip("/").rpartition("/")[2]
    time.sleep(LOOK)
    if step == "who":
        person.writes(page.locator("#id_name"), "王芳")
        person.writes(page.locator("#id_phone"), "13800138000")
        person.writes(page.locator("#id_address"), "缆绳里12号")
    elif step == "questions":
        for field in page.locator(f"{_FORM} input[type=text]").all():
            if field.is_visible():
                person.writes(field, "2" if field.get_attribute("inputmode") == "decimal" else "王宝")
        for field in page.locator(f"{_FORM} input[type=date]").all():
            person.writes_day(field, "2026", "1120")
        for choice in page.locator(f"{_FORM} input[type=radio][value=yes]").all():
            person.chooses(choice)
    keep_screenshot(page, f"new-child-{step.partition('?')[0]}")
    person.uses(page.locator(f"{_FORM} button.button:not(.second, .grave)").last)
    page.wait_for_url(lambda url: url != before, timeout=15_000)
    page.wait_for_load_state()
