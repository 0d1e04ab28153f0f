"""Ordering the bundle for a new child, up to one of its pages."""

from __future__ import annotations

import io

from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page

from tests.browser.looking import Site

#: What is ordered, as a link of the menu asks for it.
CHILD = "/order/new/?event=child-born"


def order_until(page: Page, site: Site, step: str) -> None:
    """Answer page after page until that of ``step`` is open; ``order`` is the one on which every part stands."""
    page.goto(site.address + CHILD)
    while step not in page.url.removeprefix(site.address).removesuffix("/").split("/")[-2:]:
        before = page.url
        _answer(page)
        page.locator("main form[method=post] button.button:not(.second, .grave)").first.click()
        page.wait_for_load_state()
        if step == "order" and "/order/new/" not in page.url:
            break
        assert page.url != before, f"{before} says {page.locator('.error-summary').all_inner_texts()}"
    if step == "offers":
        _answer(page)


def _answer(page: Page) -> None:
    step = page.url.rstrip("/").rpartition("/")[2]
    if step == "who" and page.locator("#id_region").count() and not page.locator("#id_home").count():
        page.locator("#id_region").select_option("rope-walk")
    elif step == "offers":
        page.locator("main select").first.select_option(index=1)  # a time, which is held
    elif step == "questions":
        for field in _seen(page.locator("main input[type=text]")):
            field.fill("2" if field.get_attribute("inputmode") == "decimal" else "Bao")
        for field in _seen(page.locator("main input[type=date]")):
            field.fill("2026-11-20")
        for choice in _seen(page.locator("main input[value=yes]")):
            choice.check()
    elif step == "proofs":
        page.locator("main input[type=file]").first.set_input_files(_paper())
        page.locator("button[name=add]").click()
        page.locator(".uploads img").first.wait_for()


def _seen(fields: Locator) -> list[Locator]:
    return [field for field in fields.all() if field.is_visible()]


def _paper() -> FilePayload:
    """A sheet of paper on a table."""
    picture = Image.new("RGB", (480, 360), "#6b4f3a")
    picture.paste("#f4f1e6", (120, 40, 360, 330))
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return FilePayload(name="paper.png", mimeType="image/png", buffer=kept.getvalue())
