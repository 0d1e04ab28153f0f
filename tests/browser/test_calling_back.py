"""Somebody is called back by keyboard alone, and another answers by the link of a message."""

from __future__ import annotations

import json
import subprocess
import sys

from playwright.sync_api import Browser, expect

from tests.browser.looking import Site, keep_screenshot, overflow, violations
from tests.browser.serving import of_installation

_ASK = """
from lacarte.cli.installation import installation
with installation():
    import json
    from lacarte.kernel import clock
    from lacarte.loop.orders.models import Order
    from lacarte.loop.voice.asking import token_of
    from lacarte.loop.voice.models import FollowUp
    done = Order.objects.filter(state="completed", rating=None, follow_up=None, need__person__isnull=False)
    called, linked = done.exclude(need__person__phone="").order_by("pk")[:2]
    FollowUp.objects.create(order=called, state="to-call", next_try=clock.now())
    print(json.dumps({"order": str(called.pk), "token": token_of(linked)}))
"""


def test_a_call_is_made_and_a_link_answered(site: Site, browser: Browser) -> None:
    asked = subprocess.run(
        [sys.executable, "-c", _ASK], env=of_installation(site.home), check=True, capture_output=True, text=True
    )
    going = json.loads(asked.stdout)
    for language in ("en", "zh-hans"):
        context = browser.new_context(viewport={"width": 360, "height": 900}, bypass_csp=True)
        site.speak(context, language)
        page = context.new_page()
        page.goto(f"{site.address}/how/{going['token']}/")
        assert violations(page) == []
        assert overflow(page) <= 0
        keep_screenshot(page, f"how-{language}-phone")
        site.sign_in(page, "case-worker")
        page.goto(f"{site.address}/desk/calls/")
        page.keyboard.press("Alt+KeyN")
        page.wait_for_url(f"**/desk/calls/{going['order']}/")
        expect(page.locator("[name=outcome]").first).to_be_focused()
        assert violations(page) == []
        assert overflow(page) <= 0
        keep_screenshot(page, f"desk-call-{language}-phone")
        if language == "zh-hans":
            page.keyboard.press("Space")
            for name in ("solved", "contacted_in_time", "satisfaction"):
                page.locator(f"[name={name}]").first.focus()
                page.keyboard.press("Space")
            page.keyboard.press("Control+Enter")
            page.wait_for_url("**/desk/calls/")
        context.close()
    visitor = browser.new_context(java_script_enabled=False)
    page = visitor.new_page()
    page.goto(f"{site.address}/how/{going['token']}/")
    for name in ("solved", "contacted_in_time", "satisfaction"):
        page.locator(f"[name={name}]").first.check()
    page.locator("main form button.button").click()
    expect(page.locator(".notice.good")).to_be_visible()
    visitor.close()
