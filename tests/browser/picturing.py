"""Makes the pictures of the documentation, from a demo city in which something is going on.

``.venv/bin/python -m tests.browser.picturing`` writes them all into ``docs/images``; with names, only those.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.looking import CHROMIUM, CHROMIUM_FLAGS, Site
from tests.browser.scenes import SCENES, Going, fill
from tests.browser.serving import served

IMAGES = Path(__file__).parents[2] / "docs" / "images"
_MOST_BYTES = 150_000
_PAPER, _CASE = "#e9e6df", "#20211f"
_PHONE = (360, 760)


class Studio:
    """A browser before a city."""

    def __init__(self, site: Site, browser: Browser, going: Going) -> None:
        self.site, self.browser, self.going = site, browser, going

    def page(self, who: str, width: int, height: int, language: str = "en", scale: float = 1) -> Page:
        """A window of so many CSS pixels, of which each becomes ``scale`` pixels of the picture."""
        visitor = self.browser.new_context(
            viewport={"width": width, "height": height}, device_scale_factor=scale, locale=language
        )
        self.site.speak(visitor, "zh-hans" if language == "zh-CN" else language)
        page = visitor.new_page()
        if who:
            self.site.sign_in(page, who)
        return page

    def scene(self, name: str, width: int, height: int, language: str = "en", scale: float = 1) -> Page:
        """A scene, opened."""
        page = self.page(SCENES[name].who, width, height, language, scale)
        SCENES[name].open(page, self.site, self.going)
        page.evaluate("document.activeElement?.blur()")
        return page

    def shot(self, page: Page) -> Image.Image:
        """What the window shows; then the visitor leaves."""
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        page.context.close()
        return picture

    def take_on(self) -> None:
        """Somebody takes the danger on, so that it is not in every picture of the desk."""
        page = self.page("case-worker", 1280, 900)
        page.goto(f"{self.site.address}/desk/dangers/")
        while page.locator(".dangers .button").count():
            page.locator(".dangers .button").first.click()
            expect(page.locator("main")).to_contain_text("It is yours")
        page.context.close()


def _in_frame(onto: Image.Image, screen: Image.Image, at: tuple[int, int], *, edge: int = 0) -> None:
    """Lay a screen with round corners and a shadow on a picture; ``edge`` is the width of a phone's case."""
    radius = 10 + 2 * edge
    whole = _rounded((screen.width + 2 * edge, screen.height + 2 * edge), radius)
    corner = (at[0] - edge, at[1] - edge)
    shadow = Image.new("L", onto.size, 0)
    shadow.paste(whole.point(lambda light: light * 70 // 255), (corner[0] + 6, corner[1] + 6))
    onto.paste("#8d897e", mask=shadow.filter(ImageFilter.GaussianBlur(14)))
    onto.paste(_CASE, corner, whole)
    onto.paste(screen, at, _rounded(screen.size, radius - edge))


def _rounded(size: tuple[int, int], radius: int) -> Image.Image:
    """A mask with round corners, drawn larger so that they are smooth."""
    large = Image.new("L", (size[0] * 4, size[1] * 4), 0)
    ImageDraw.Draw(large).rounded_rectangle((0, 0, large.width - 1, large.height - 1), radius * 4, fill=255)
    return large.resize(size, Image.Resampling.LANCZOS)


def _phones(screens: list[Image.Image]) -> Image.Image:
    """Phones beside each other."""
    across, gap = screens[0].width, 48
    drawn = Image.new("RGB", (len(screens) * (across + gap) + gap, screens[0].height + 2 * gap), _PAPER)
    for n, screen in enumerate(screens):
        _in_frame(drawn, screen, (gap + n * (across + gap), gap), edge=8)
    return drawn


def _told_by_web(studio: Studio, language: str) -> Image.Image:
    pages = [
        studio.scene(name, *_PHONE, language) for name in ("tell-kind", "tell-where", "tell-more", "tell-sent")
    ]
    return _phones([studio.shot(page) for page in pages])


def _asked_and_told(studio: Studio) -> Image.Image:
    """A question beside what was not said, and an answer with its reasons, in both languages."""
    pages = [
        studio.scene(name, *_PHONE, language)
        for language in ("en", "zh-CN")
        for name in ("menu-list-not-said", "menu-why-said")
    ]
    for page in pages:
        page.evaluate("scrollTo(0, 0)")
    return _phones([studio.shot(page) for page in pages])


def _most_in_need(studio: Studio) -> Image.Image:
    """Tables and map of who is most in need, in both languages."""
    drawn = Image.new("RGB", (1280, 960), _PAPER)
    for n, language in enumerate(("en", "zh-CN")):
        window = studio.page("", 1080, 1640, language, scale=0.54)
        window.goto(f"{studio.site.address}/priority/most/")
        _in_frame(drawn, studio.shot(window), (37 + n * 623, 37))
    return drawn


def _both_sides(studio: Studio) -> Image.Image:
    """The planner's page beside the resident's first one, in Chinese."""
    drawn = Image.new("RGB", (1280, 800), _PAPER)
    window = studio.page("planner", 1280, 900, scale=980 / 1280)
    window.goto(f"{studio.site.address}/unmet/")
    _in_frame(drawn, studio.shot(window), (40, 40))
    phone = studio.page("", 360, 778, "zh-CN", scale=284 / 360)
    phone.goto(studio.site.address)
    _in_frame(drawn, studio.shot(phone), (948, 118), edge=8)
    return drawn


def _window(scene: str, height: int) -> Callable[[Studio], Image.Image]:
    return lambda studio: studio.shot(studio.scene(scene, 1280, height))


def _conversation(studio: Studio) -> Image.Image:
    """What was said by SMS, without the rest of the page."""
    page = studio.scene("desk-need", 1280, 2600)
    box = page.locator("section[aria-labelledby=messages]").bounding_box()
    assert box is not None
    left, top = int(box["x"]) - 32, int(box["y"]) - 16
    return studio.shot(page).crop((left, top, left + int(box["width"]) + 32, top + int(box["height"]) + 48))


PICTURES: dict[str, Callable[[Studio], Image.Image]] = {
    "lacarte": _both_sides,
    "channel-phone-desk": _window("phone-desk", 940),
    "channel-messages": _conversation,
    "channel-open311": _window("desk-need-same", 940),
    "desk-need": _window("desk-need", 1180),
    "burning": _window("burning-now", 860),
    "interview": _asked_and_told,
    "most-in-need": _most_in_need,
    "channel-web": lambda studio: _told_by_web(studio, "en"),
    "channel-web-zh": lambda studio: _told_by_web(studio, "zh-CN"),
}


def _keep(picture: Image.Image, path: Path) -> None:
    """Write it with as many colours as 150 KB hold."""
    for colours in (256, 128, 64):
        kept = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(kept, "PNG", optimize=True)
        if kept.tell() <= _MOST_BYTES:
            break
    path.write_bytes(kept.getvalue())
    print(f"{path.name}: {picture.width} × {picture.height}, {kept.tell() / 1000:.0f} kB")


def main(names: list[str]) -> None:
    """Make the pictures of these names, or all."""
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder) / "demo"
        with served(home, residents=30_000, needs=8_000) as site:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
            studio = Studio(site, browser, fill(site, browser))
            studio.take_on()
            for name in names or PICTURES:
                _keep(PICTURES[name](studio), IMAGES / f"{name}.png")
            browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
