"""What the browser tests look at, and how."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import axe_core_python
from playwright.sync_api import BrowserContext, Page

CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
PASSWORD = "welcome-to-lanwan"
WIDTHS = {"phone": 360, "desktop": 1280}
#: Name of the page -> its address and who looks at it.
PAGES: dict[str, tuple[str, str]] = {
    "home": ("/", ""),
    "area": ("/menu/ageing/", ""),
    "question": ("/need/what/", ""),
    "find": ("/needs/find/", ""),
    "rates": ("/rates/", ""),
    "design": ("/design/", ""),
    "sign-in": ("/sign-in/", ""),
    "not-found": ("/no/such/page/", ""),
    "my-page": ("/my/", "resident"),
    "desk": ("/desk/", "case-worker"),
    "desk-waiting": ("/desk/?list=waiting", "case-worker"),
    "register": ("/desk/register/", "call-taker"),
    "desk-objections": ("/desk/?list=objections", "case-worker"),
    "desk-held": ("/desk/?list=held", "case-worker"),
    "rules": ("/desk/rules/?text=fire+station,+but+the+house+is+on+fire", "case-worker"),
    "rule-read": ("/desk/rules/fire/", "case-worker"),
    "rule": ("/desk/rules/fire/", "administrator"),
    "dangers": ("/desk/dangers/", "case-worker"),
    "burning": ("/burning/", ""),
    "unmet": ("/unmet/", "planner"),
    "sites": ("/unmet/sites/", "planner"),
    "sites-reach": ("/unmet/sites/?service=job-search&who=lately&sites=5&aim=reach&minutes=20", "planner"),
    "sites-wrong": ("/unmet/sites/?sites=0&minutes=no&service=none", "planner"),
    "sharing": ("/unmet/sharing/", "planner"),
    "sharing-agreement": ("/unmet/sharing/?one=ironworks&other=crescent-sands", "planner"),
    "sharing-staff": ("/unmet/sharing/?what=staff&service=job-search&one=old-port&other=new-town", "planner"),
    "runs": ("/unmet/runs/", "planner"),
    "runs-urgent": ("/unmet/runs/?kind=urgent", "planner"),
    "operations": ("/operations/", "administrator"),
}


@dataclass(frozen=True)
class Site:
    """The served site."""

    address: str

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
    page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate("axe.run()")["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}" for one in found]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def keep_screenshot(page: Page, name: str) -> None:
    """Keep a picture for somebody to look at, where LACARTE_SCREENSHOTS says."""
    if folder := os.environ.get("LACARTE_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
