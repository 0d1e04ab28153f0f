"""Every page of a provider, with something to see on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from playwright.sync_api import FilePayload, Page, expect

from tests.browser.looking import Site

Open = Callable[[Page, Site], None]
_AN_OFFER = ("a[href$='/offers/']", "table a")
_A_PART = ("a[href$='/parts/']", "a[href='?list=running']", "table a")
_A_PLACE = (*_AN_OFFER, "a[href*='/places/']:not([href$='/new/'])")


def _follows(*links: str) -> Open:
    """From a provider's overview along these links."""

    def follow(page: Page, site: Site) -> None:
        page.goto(f"{site.address}/provider/")
        for link in links:
            page.locator(f"main {link}").first.click()
            page.wait_for_load_state("load")

    return follow


def _keeps(page: Page) -> None:
    page.locator("main .buttons .button").last.click()
    page.wait_for_load_state("load")


def _wrong_price(page: Page, site: Site) -> None:
    _follows(*_AN_OFFER)(page, site)
    page.locator("input[name=charge][value=costs]").check()
    page.fill("#id_price", "-3")
    page.fill("#id_currency", "XYZ")
    _keeps(page)
    expect(page.locator(".error-summary")).to_be_visible()


def _two_at_once(page: Page, site: Site) -> None:
    """Somebody else, in another window, is quicker."""
    _follows(*_AN_OFFER)(page, site)
    other = page.context.new_page()
    other.goto(page.url)
    other.fill("#id_phone", f"555 0{len(other.locator('#id_phone').input_value())}")
    _keeps(other)
    other.close()
    page.fill("#id_price_note-en", "each visit")
    _keeps(page)
    expect(page.locator(".notice.caution")).to_be_visible()


def _tries_times(page: Page, site: Site) -> None:
    _follows(*_A_PLACE, "a[href$='/times/new/']")(page, site)
    page.fill("#id_opens", "09:00")
    page.fill("#id_closes", "12:00")
    page.locator("button[name=try]").click()
    expect(page.locator(".next-lots")).to_be_visible()


def _gives_a_file(page: Page, site: Site) -> None:
    """One price is changed in it, and one row is wrong."""
    _follows("a[href$='/file/']")(page, site)
    with page.expect_download() as taken:
        page.locator("a[href$='.csv']").click()
    head, *rows = taken.value.path().read_text(encoding="utf-8-sig").splitlines()
    dearer, odd = (re.sub(r",[0-9.]*,CNY,", f",{price},CNY,", rows[at]) for at, price in ((0, "88"), (-1, "much")))
    data = "\n".join([head, dearer, odd]).encode()
    page.set_input_files("#id_file", FilePayload(name="offers.csv", mimeType="text/csv", buffer=data))
    page.locator("main form .button").last.click()
    expect(page.locator("button[name=keep]")).to_be_visible()


def _a_day_before(page: Page, site: Site) -> None:
    """What was offered on another day."""
    _follows("a[href$='/history/']")(page, site)
    page.fill("#id_day", (date.today() - timedelta(days=1)).isoformat())
    page.locator("main form.filters button").click()
    page.wait_for_url("**/history/?day=*")


def _asks_the_resident(page: Page, site: Site) -> None:
    """What is asked for is swapped into the page of the order."""
    _follows("a[href$='/orders/']", "table a")(page, site)
    page.locator("main a[href$='/do/ask/']").click()
    expect(page.locator("#do_question")).to_be_focused()


def _returns_without_a_word(page: Page, site: Site) -> None:
    _follows("a[href$='/orders/']", "table a", "a[href$='/do/rejected/']")(page, site)
    page.locator("#doing button").click()
    expect(page.locator(".error-summary")).to_be_visible()


def _asks_wrongly(page: Page, site: Site) -> None:
    """Two parts are asked for, and what is wrong with both is said."""
    _follows("a[href$='/orders/']", "table a", "a[href$='/parts/new/']")(page, site)
    page.locator("button[name=more]").click()
    page.wait_for_load_state("load")
    page.fill("#id_1-cost", "-3")
    page.locator("main form[method=post] .buttons .button").first.click()
    expect(page.locator(".error-summary")).to_be_visible()


def _sees_what_is_free(page: Page, site: Site) -> None:
    _follows(*_A_PART, "a[href$='/lend/']")(page, site)
    page.locator("main form.filters .button").click()
    expect(page.locator("main table").first).to_be_visible()


def _notes_nothing(page: Page, site: Site) -> None:
    _follows(*_A_PART)(page, site)
    page.locator("main summary").last.click()
    page.locator("main form[action$='/notes/'] .button").click()
    expect(page.locator(".error-summary")).to_be_visible()


PROVIDER: dict[str, Open] = {
    "provider-overview": _follows(),
    "provider-orders": _follows("a[href$='/orders/']"),
    "provider-order": _follows("a[href$='/orders/']", "table a"),
    "provider-order-asks": _asks_the_resident,
    "provider-order-returned": _returns_without_a_word,
    "provider-offers": _follows("a[href$='/offers/']"),
    "provider-offer": _follows(*_AN_OFFER),
    "provider-offer-new": _follows("a[href$='/offers/']", "a[href$='/offers/new/']"),
    "provider-offer-wrong": _wrong_price,
    "provider-offer-meanwhile": _two_at_once,
    "provider-pause": _follows(*_AN_OFFER, "a[href$='/pause/']"),
    "provider-place": _follows(*_A_PLACE),
    "provider-place-new": _follows(*_AN_OFFER, "a[href$='/places/new/']"),
    "provider-times": _follows(*_A_PLACE, "a[href*='/provider/times/']"),
    "provider-times-tried": _tries_times,
    "provider-history": _follows("a[href$='/history/']"),
    "provider-history-day": _a_day_before,
    "provider-file": _follows("a[href$='/file/']"),
    "provider-file-shown": _gives_a_file,
    "provider-about": _follows("a[href$='/about/']"),
    "provider-leave-out": _follows(
        *("a[href$='/orders/']", "a[href='?list=ended']", "table a", "a[href$='/leave-out/']")
    ),
    "provider-parts": _follows("a[href$='/parts/']"),
    "provider-part": _follows(*_A_PART),
    "provider-part-asked": _follows("a[href$='/parts/']", "table a"),
    "provider-part-noted": _notes_nothing,
    "provider-resources": _follows("a[href$='/resources/']"),
    "provider-resource": _follows("a[href$='/resources/']", "table a"),
    "provider-resource-new": _follows("a[href$='/resources/']", "a[href$='/resources/new/']"),
    "part-new": _asks_wrongly,
    "part-lend": _sees_what_is_free,
}
