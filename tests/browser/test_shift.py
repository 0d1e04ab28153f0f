"""A shift at the desk: twenty cases, one after the other, by keyboard alone.

With LACARTE_SCREENSHOTS set, pictures of the cases and a trace (``playwright show-trace``) are kept there.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import WIDTHS, Site, keep_screenshot
from tests.browser.serving import served
from tests.browser.test_call_taker import NO_MOUSE, recorded

CASES = 20
#: What a case worker would rather do, turn by turn: the first that is offered is done.
WISHES = ("ase", "dsa", "qsa", "hqs", "eas")
WORDS = "We come on Monday."
#: Fills what has the focus, and says whether it is the button that sends the form.
_LETTERS = """() => [...document.querySelectorAll("main .doings [aria-keyshortcuts]")]
    .map((one) => one.getAttribute("aria-keyshortcuts"))"""
_FOCUSED = """() => {
  const at = document.activeElement, form = at.closest("#doing form");
  return form ? (at.tagName === "BUTTON" ? "button" : at.type || at.tagName.toLowerCase()) : "outside";
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A city of the shift's own: other tests look for the cases that it works on."""
    with served(tmp_path_factory.mktemp("shift"), residents=1500, needs=900) as address:
        yield address


def fill(page: Page) -> None:
    """Answer the form that has opened, field by field, and send it."""
    expect(page.locator("#doing form")).to_be_visible()
    expect(page.locator("#doing form :focus")).to_have_count(1)
    for _ in range(12):
        at = page.evaluate(_FOCUSED)
        if at == "button":
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
        if at.startswith("select"):
            page.keyboard.press("ArrowDown")
        elif at == "radio":
            page.keyboard.press("Space")
        elif at == "number":
            page.keyboard.press("Control+a")
            page.keyboard.type("3")
        elif at in ("text", "textarea"):
            page.keyboard.type(WORDS)
        page.keyboard.press("Tab")
    raise AssertionError("the form has no button that the keyboard reaches")


def work(page: Page, turn: int) -> str:
    """Do with the case what the turn asks for: the letter of what was done, empty where nothing can be."""
    offered = page.evaluate(_LETTERS)
    letter = next((one for one in WISHES[turn % len(WISHES)] if one in offered), "")
    if not letter:
        return ""
    doing = page.locator(f'main .doings [aria-keyshortcuts="{letter}"]')
    asks = doing.evaluate("(one) => one.tagName === 'A'")
    if asks:
        page.keyboard.press(letter)
        fill(page)
    else:
        with page.expect_navigation():
            page.keyboard.press(letter)
    return letter


def test_twenty_cases_are_worked_on_without_a_mouse(site: Site, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": WIDTHS["desktop"], "height": 900})
    context.add_init_script(NO_MOUSE)
    page = context.new_page()
    site.sign_in(page, "case-worker")
    page.goto(f"{site.address}/desk/")
    done: Counter[str] = Counter()
    worked: list[str] = []
    began = time.monotonic()
    with recorded(context, "shift-of-twenty"):
        for tab, name in {"answer": "To answer", "running": "In progress"}.items():
            with page.expect_navigation():
                page.keyboard.press("g")
                page.keyboard.press("d")
            page.keyboard.press("Control+k")
            page.keyboard.type(name)
            with page.expect_navigation(url=f"**/desk/?list={tab}*"):
                page.keyboard.press("Enter")
            page.keyboard.press("j")
            page.keyboard.press("Enter")
            page.wait_for_url("**/desk/needs/*/")
            while len(worked) < CASES // (2 if tab == "answer" else 1):
                here = page.url
                if here not in worked and (letter := work(page, len(worked))):
                    assert page.url.split("#")[0] == here.split("#")[0]
                    if page.locator(".delivering :is(.newest, .notice)").count():
                        done[letter] += 1
                        worked.append(here)
                        keep_screenshot(page, f"shift-{len(worked):02}-{letter}")
                    else:  # such as one whose parts are not done: why not is said, and the shift goes on
                        expect(page.locator("main")).to_contain_text("not done yet")
                page.keyboard.press("j")
                page.wait_for_url(lambda url, was=here: url.split("#")[0] != was.split("#")[0])
    assert len(set(worked)) == CASES
    assert len(done) >= 4, f"a shift has more than one kind of work: {done}"
    assert page.evaluate("sessionStorage.getItem('mouse')") == "0"
    print(f"{CASES} cases in {time.monotonic() - began:.0f} s: {dict(done)}")
