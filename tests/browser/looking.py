"""What the browser tests look at, and how."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import axe_core_python
from playwright.sync_api import BrowserContext, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
#: Only what is wrong comes back: all that axe finds is megabytes for each page.
_VIOLATIONS = """async () => (await axe.run({resultTypes: ["violations"]})).violations.map(
    ({id, nodes}) => ({id, targets: nodes.slice(0, 3).map(({target}) => target)})
)"""
PASSWORD = "welcome-to-lanwan"
WIDTHS = {"phone": 360, "desktop": 1280}
#: Name of the page -> its address and who looks at it.
PAGES: dict[str, tuple[str, str]] = {
    "home": ("/", ""),
    "area": ("/menu/ageing/", ""),
    "menu": ("/menu/", ""),
    "menu-list": ("/menu/list/?event=parent-needs-care", ""),
    "menu-list-mine": ("/menu/list/?event=child-born", "resident"),
    "menu-list-filtered": ("/menu/list/?area=ageing&sort=soon&free=on&step=on&near=5000", ""),
    "menu-list-linked": ("/menu/list/?event=parent-needs-care&fact=age%3A41&fact=work%3Aretired", ""),
    "menu-list-of-nothing": ("/menu/list/?q=xyzzy", ""),
    "menu-search": ("/menu/search/?q=help+at+home", ""),
    "menu-search-of-nothing": ("/menu/search/?q=xyzzy", ""),
    "menu-service": ("/menu/services/home-care", ""),
    "menu-why": ("/menu/services/unemployment-benefit/why/", "resident"),
    "menu-object": ("/menu/services/unemployment-benefit/object/", ""),
    "menu-share": ("/menu/list/share/?event=parent-needs-care&with=facts", "resident"),
    "menu-where": ("/menu/where/", ""),
    "menu-fact": ("/menu/answer/?kind=work", ""),
    "order-parts": ("/order/new/?event=child-born", ""),
    "question": ("/need/what/", ""),
    "find": ("/needs/find/", ""),
    "rates": ("/rates/", ""),
    "rates-method": ("/rates/method/", ""),
    "rates-compare": ("/rates/by/provider/", ""),
    "rates-district": ("/rates/region/old-port/", ""),
    "rates-matter": ("/rates/matter/", ""),
    "rates-records": ("/rates/records/", ""),
    "priority": ("/priority/", ""),
    "priority-most": ("/priority/most/", ""),
    "priority-groups": ("/priority/groups/", ""),
    "desk-calls": ("/desk/calls/", "case-worker"),
    "desk-heard": ("/desk/heard/", "case-worker"),
    "desk-inquiries": ("/desk/heard/", "auditor"),
    "replies": ("/replies/", "provider"),
    "design": ("/design/", ""),
    "sign-in": ("/sign-in/", ""),
    "not-found": ("/no/such/page/", ""),
    "my-page": ("/my/", "resident"),
    "my-found": ("/my/found/", "resident"),
    "acting": ("/my/mandates/", "resident"),
    "desk": ("/desk/", "case-worker"),
    "desk-waiting": ("/desk/?list=waiting", "case-worker"),
    "desk-many-lately": ("/desk/many/", "case-worker"),
    "register": ("/desk/register/", "call-taker"),
    "desk-mandates": ("/desk/mandates/", "case-worker"),
    "desk-objections": ("/desk/?list=objections", "case-worker"),
    "desk-answer-objections": ("/desk/objections/?list=answered", "case-worker"),
    "desk-orders": ("/desk/orders/", "case-worker"),
    "desk-orders-due": ("/desk/orders/?sort=due&names=on", "case-worker"),
    "desk-orders-wrong": ("/desk/orders/?reference=12&since=2026-11-02&until=2026-11-01", "case-worker"),
    "desk-mine": ("/desk/?list=all&whose=mine", "case-worker"),
    "desk-escalations": ("/desk/escalations/", "case-worker"),
    "desk-extensions": ("/desk/extensions/", "case-worker"),
    "order-handovers": ("/handovers/", "provider"),
    "workload": ("/desk/workload/", "case-worker"),
    "workload-of": ("/desk/workload/nobody/", "case-worker"),
    "handovers": ("/desk/handover/", "case-worker"),
    "desk-held": ("/desk/?list=held", "case-worker"),
    "ready-answers": ("/desk/answers/", "case-worker"),
    "ready-answer": ("/desk/answers/takes-longer/", "administrator"),
    "rules": ("/desk/rules/?text=fire+station,+but+the+house+is+on+fire", "case-worker"),
    "rule-read": ("/desk/rules/fire/", "case-worker"),
    "rule": ("/desk/rules/fire/", "administrator"),
    "deadlines": ("/desk/deadlines/?service=home-care&region=old-port&urgency=", "case-worker"),
    "deadline-new": ("/desk/deadlines/new/", "planner"),
    "tables": ("/desk/tables/", "case-worker"),
    "tables-kept": ("/desk/tables/", "planner"),
    "table": ("/desk/tables/rent-help/?try=yes&f0=true&f1=4800&f2=2", "planner"),
    "table-open": ("/desk/tables/care-hours/?try=yes&f1=83", "case-worker"),
    "table-new": ("/desk/tables/new/", "planner"),
    "table-import": ("/desk/tables/import/", "planner"),
    "calendars": ("/desk/calendars/", "case-worker"),
    "calendar": ("/desk/calendars/old-port/", "planner"),
    "reasons": ("/desk/reasons/", "planner"),
    "reason": ("/desk/reasons/objection/", "planner"),
    "reason-new": ("/desk/reasons/new/", "planner"),
    "weights": ("/desk/weights/", "planner"),
    "weights-new": ("/desk/weights/new/", "planner"),
    "dangers": ("/desk/dangers/", "case-worker"),
    "burning": ("/burning/", ""),
    "field": ("/field/", "provider"),
    "field-offline": ("/field/offline/", ""),
    "provider": ("/provider/", "provider"),
    "providers": ("/provider/", "administrator"),
    "unmet": ("/unmet/", "planner"),
    "together": ("/unmet/together/", "planner"),
    "unmet-most": ("/unmet/most/", "planner"),
    "sites": ("/unmet/sites/", "planner"),
    "sites-reach": ("/unmet/sites/?service=job-search&who=lately&sites=5&aim=reach&minutes=20", "planner"),
    "sites-wrong": ("/unmet/sites/?sites=0&minutes=no&service=none", "planner"),
    "sharing": ("/unmet/sharing/", "planner"),
    "sharing-agreement": ("/unmet/sharing/?one=ironworks&other=crescent-sands", "planner"),
    "sharing-staff": ("/unmet/sharing/?what=staff&service=job-search&one=old-port&other=new-town", "planner"),
    "take-up": ("/unmet/take-up/", "planner"),
    "take-up-auditor": ("/unmet/take-up/?service=rent-help", "auditor"),
    "take-up-reach": ("/unmet/take-up/reach/?service=rent-help", "planner"),
    "runs": ("/unmet/runs/", "planner"),
    "runs-urgent": ("/unmet/runs/?kind=urgent", "planner"),
    "operations": ("/operations/", "administrator"),
}


@dataclass(frozen=True)
class Site:
    """The served site, and the folder of its installation."""

    address: str
    home: Path

    def speak(self, context: BrowserContext, language: str) -> None:
        """Choose the language of the visitor."""
        context.add_cookies([{"name": "django_language", "value": language, "url": self.address}])

    def sign_in(self, page: Page, name: str) -> None:
        """Sign in as one of the demo's accounts."""
        page.goto(f"{self.address}/sign-in/")
        page.fill("#id_username", name)
        page.fill("#id_password", PASSWORD)
        page.press("#id_password", "Enter")
        page.wait_for_url(f"{self.address}/")


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with the page. The page's policy must be bypassed for this visitor."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate(_VIOLATIONS)
    return [f"{one['id']}: {one['targets']}" for one in found]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def keep_screenshot(page: Page, name: str) -> None:
    """Keep a picture for somebody to look at, where LACARTE_SCREENSHOTS says."""
    if folder := os.environ.get("LACARTE_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
