"""A part whose time went in the meantime: what to do is said and done by keyboard alone, without JavaScript.

The rest of the order goes on. In both languages, on a phone.
"""

from __future__ import annotations

import subprocess
import sys

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.looking import Site, keep_screenshot, overflow
from tests.browser.serving import of_installation

#: Orders two services, of which the time of the first is given to somebody else at the last moment.
_LOSE = """
from lacarte.cli.installation import installation
with installation():
    from lacarte.loop.orders.bundles.placing import Part, Said, Whose, place_bundle
    from lacarte.loop.orders.bundles.sending import send_part
    from lacarte.registers.menu.capacity.counting import open_lots, with_free_units
    from lacarte.registers.menu.capacity.holding import hold, release
    from lacarte.registers.menu.models import CapacityLot
    from lacarte.registers.people.models import Household
    import sys
    free = with_free_units(CapacityLot.objects.filter(open_lots())).filter(free__gt=0)
    free = free.select_related("offer_at_place__offer__service_type", "offer_at_place__region")
    first = free.earliest("ends_at")
    place = first.offer_at_place
    kind = place.offer.service_type
    other = free.exclude(offer_at_place__offer__service_type=kind).earliest("ends_at").offer_at_place
    unit = hold(first)
    release(unit)
    home = Household(region=place.region, longitude=place.longitude, latitude=place.latitude)
    parts = [Part(kind, place, unit), Part(other.offer.service_type, other)]
    bundle = place_bundle(parts, Whose(household=home, language=sys.argv[1]), Said(), sent_with=sys.argv[1])
    for part in bundle.parts.all():
        send_part(part.pk)
    print(bundle.secret)
"""


def lose(site: Site, language: str) -> str:
    """The address of the order's page."""
    command = [sys.executable, "-c", _LOSE, language]
    ran = subprocess.run(command, env=of_installation(site.home), check=True, capture_output=True, text=True)
    return f"{site.address}/order/{ran.stdout.split()[-1]}/"


def tab_to(page: Page, control: Locator) -> None:
    """Press Tab until a control has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.locator("*:focus").count() and control.evaluate("it => it.matches(':focus')"):
            return
    raise AssertionError(f"no key leads to {control}")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_another_time_is_chosen_by_keys_without_javascript(site: Site, browser: Browser, language: str) -> None:
    visitor = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800})
    site.speak(visitor, language)
    page = visitor.new_page()
    page.goto(lose(site, language))
    parts = page.locator(".parts > li")
    expect(parts).to_have_count(2)
    failed = parts.first
    expect(failed.locator("button")).to_have_count(3)
    said = "您选的时间" if language == "zh-hans" else "The time that you chose is not free any more."
    expect(failed).to_contain_text(said)
    expect(parts.nth(1).locator("button[value=again]")).to_have_count(0)
    keep_screenshot(page, f"part-failed-{language}-phone")
    tab_to(page, failed.locator("button[value=choose]"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/times/")
    keep_screenshot(page, f"part-choose-{language}-phone")
    tab_to(page, page.locator("main ul.cards a.button").first)
    page.keyboard.press("Enter")
    tab_to(page, page.locator("input[name=lot]").first)
    page.keyboard.press("Space")
    keep_screenshot(page, f"part-times-{language}-phone")
    tab_to(page, page.locator("main form[method=post] button.button").first)
    page.keyboard.press("Enter")
    page.wait_for_url("**/held/")
    tab_to(page, page.locator("button[name=book]"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/needs/*/")
    keep_screenshot(page, f"part-booked-{language}-phone")
    page.locator("a[href^='/order/']").first.click()
    expect(page.locator(".parts > li").first.locator("button[value=again]")).to_have_count(0)
    keep_screenshot(page, f"part-mended-{language}-phone")
    visitor.close()


def test_nothing_sticks_out(site: Site, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.goto(lose(site, "fr"))
    assert overflow(page) <= 0
    page.close()
