"""Why a service is for somebody, their objection, and the official who reads it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.looking import Site

_SERVICE = "unemployment-benefit"


def says_and_asks_why(page: Page, site: Site) -> None:
    """Some facts are said, one is not, and the answer is explained."""
    for kind, value in (("months-insured", "3"), ("age", "34")):
        page.goto(f"{site.address}/menu/answer/?kind={kind}&next=/menu/services/{_SERVICE}/why/")
        page.fill("[name=value]", value)
        page.locator("main form button").first.click()
    page.goto(f"{site.address}/menu/services/{_SERVICE}/why/")
    expect(page.locator("#rules")).to_be_visible()


def would_rather_not_say(page: Page, site: Site) -> None:
    """A list on which somebody was asked and did not say."""
    page.goto(f"{site.address}/menu/answer/?kind=age&next=/menu/list/?event=job-lost")
    page.locator("main form button").last.click()
    page.goto(f"{site.address}/menu/list/?event=job-lost")
    page.locator("summary").first.click()


def objects(page: Page, site: Site) -> None:
    """The objection as it stands once it is sent; sent before, it is shown again."""
    says_and_asks_why(page, site)
    page.goto(f"{site.address}/menu/services/{_SERVICE}/object/")
    page.fill("[name=reason]", "I paid for fourteen months: eleven here and three before I moved.")
    page.fill("[name=contact]", "shen@example.org")
    page.fill("[name=fact-months-insured]", "14")
    page.locator("main form button").last.click()
    expect(page.locator("#reason")).to_be_visible()


def reads_an_objection(page: Page, site: Site) -> None:
    """The first that waits."""
    page.goto(f"{site.address}/desk/objections/")
    page.locator("main tbody a").first.click()
    expect(page.locator("[name=words]")).to_be_visible()


def looks_for_a_ward(page: Page, site: Site) -> None:
    """What was found about somebody for whom one acts by law."""
    page.goto(f"{site.address}/my/found/")
    page.locator("main .tabs a").last.click()
    expect(page.locator("main .tabs [aria-current]")).not_to_have_attribute("href", "/my/found/")


ANSWERS = {
    "my-found-ward": ("resident", looks_for_a_ward),
    "menu-list-not-said": ("", would_rather_not_say),
    "menu-why-said": ("", says_and_asks_why),
    "answer-objection": ("", objects),
    "desk-answer-objection": ("case-worker", reads_an_objection),
}
