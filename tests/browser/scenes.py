"""A city in which something is going on, and the pages of needs that show it.

``fill`` brings it about once, through the channels that people use; each scene then opens a page in the state in
which there is most to see.
"""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, FilePayload, Page, expect

from lacarte.standards.gateways.signing import sign
from tests.browser.answer_scenes import ANSWERS
from tests.browser.looking import Site
from tests.browser.ordering import order_until
from tests.browser.provider_scenes import PROVIDER
from tests.browser.rule_scenes import RULES
from tests.browser.serving import of_installation
from tests.browser.time_scenes import TIMES
from tests.standards.gateways.posting import SECRET

#: Where the lights went out, and where it smells of gas: degrees (WGS84).
_LIGHTS, _GAS = (122.2, 29.9), (122.12, 29.95)
_OUT = (
    "No street light burns here since the storm",
    "Our lamps are dark, they went out with the storm",
    "Since the storm on Tuesday the whole lane is dark",
    "The lamp at the bus stop does not work since the storm",
    "It is pitch dark on our way home since the storm, all lamps are out",
    "The storm has put out four lights between the shops and the school",
    "Street lights flickered in the storm and have been off from then on",
)
_ADDED_BY_PAGE = "This is our gate. The lamp there is broken: please ring, I open for you."
_NUMBER = "+8613800138000"
_WRITTEN = "The street light at our gate in Rope Walk has been out for a week. My mother is 81 and afraid to fall."
_ANSWERED = "Thank you. Does the lamp itself not burn, or is the post damaged as well?"
_ADDED = "Only the lamp. It is the second post from the corner, number LW-2041."
_LOOK = """
from lacarte.cli.installation import installation
with installation():
    from lacarte.loop.needs.surges.finding import SCALES, look
    look(scales=SCALES)
"""

_PAPERS = """
import sys
from lacarte.cli.installation import installation
with installation():
    from lacarte.kernel.models import User
    from lacarte.loop.needs.models import Attachment, LegalHold, Need
    need = Need.objects.get(reference=sys.argv[1])
    message = need.messages.filter(incoming=True).last()
    like = {"need": need, "message": message, "media_type": "application/pdf", "size": 48_000, "sha256": "0" * 64}
    for state, more in (
        ("waiting", {}),
        ("quarantined", {"harm": "Win.Test.EICAR_HDB-1"}),
        ("removed", {"removed_at": need.received_at}),
    ):
        Attachment.objects.create(state=state, **more, **like)
    by = User.objects.get(username="case-worker")
    LegalHold.objects.get_or_create(need=need, defaults={"reason": "A claim for damages, case 14/2026", "by": by})
"""


@dataclass(frozen=True)
class Going:
    """References of what is going on."""

    by_sms: str
    lights: str
    gas: str


def fill(site: Site, browser: Browser) -> Going:
    """People write by SMS and are answered, tell of the same thing by an app, and of a danger. Once for a site."""
    near = [(_LIGHTS[0] + n % 4 * 0.0003, _LIGHTS[1] + n // 4 * 0.0003) for n in range(2 * len(_OUT))]
    dark = {"service_code": "street-light", "attribute[fault]": "dark"}
    lights = [_told_by_app(site, words, at, **dark) for words, at in zip(2 * _OUT, near, strict=True)]
    gas = _told_by_app(site, "It smells strongly of gas in our stairwell", _GAS, service_code="fire-safety-check")
    by_sms = _written(site, "SM1", _WRITTEN)
    _answer(site, browser, by_sms, _ANSWERED)
    assert _written(site, "SM2", _ADDED) == by_sms
    subprocess.run([sys.executable, "-c", _LOOK], env=of_installation(site.home), check=True)
    _write_from_page(site, browser)
    return Going(by_sms, lights[0], gas)


def add_papers(site: Site, going: Going) -> None:
    """Documents that nobody can open: not looked at yet, harmful, deleted; and a hold on all of them."""
    command = [sys.executable, "-c", _PAPERS, going.by_sms]
    subprocess.run(command, env=of_installation(site.home), check=True)


def _told_by_app(site: Site, words: str, at: tuple[float, float], **said: str) -> str:
    """By the Open311 interface."""
    said |= {"description": words, "long": f"{at[0]:.6f}", "lat": f"{at[1]:.6f}"}
    address = f"{site.address}/open311/v2/requests.json"
    with urllib.request.urlopen(address, urllib.parse.urlencode(said).encode(), timeout=30) as answer:
        return str(json.load(answer)[0]["service_request_id"])


def _written(site: Site, key: str, words: str) -> str:
    """By SMS, through the gateway."""
    body = json.dumps({"id": key, "from": _NUMBER, "text": words, "language": "en"}).encode()
    now = int(time.time())
    heads = {"content-type": "application/json", "webhook-id": key, "webhook-timestamp": str(now)}
    heads["webhook-signature"] = sign(base64.b64decode(SECRET), key=key, timestamp=now, body=body)
    asked = urllib.request.Request(f"{site.address}/gateways/relay/", body, heads)
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return str(json.load(answer)["reference"])


def _answer(site: Site, browser: Browser, reference: str, words: str) -> None:
    worker = browser.new_page()
    site.sign_in(worker, "case-worker")
    worker.goto(f"{site.address}/desk/needs/{reference}/")
    worker.get_by_label("Write to them").fill(words)
    worker.get_by_role("button", name="Send", exact=True).click()
    expect(worker.get_by_text("Your message is on its way.")).to_be_visible()
    worker.close()


def _write_from_page(site: Site, browser: Browser) -> None:
    """A resident adds to their need, with a photo."""
    resident = browser.new_page()
    site.sign_in(resident, "resident")
    open_own_need(resident, site)
    resident.get_by_label("Write to us about this").fill(_ADDED_BY_PAGE)
    resident.get_by_label("Photos or documents").set_input_files(_photo())
    resident.get_by_role("button", name="Send", exact=True).click()
    expect(resident.get_by_text("We have your message.")).to_be_visible()
    resident.close()


def _photo() -> FilePayload:
    """A dark lamp before an evening sky."""
    picture = Image.linear_gradient("L").resize((480, 360)).convert("RGB")
    picture = Image.blend(picture, Image.new("RGB", picture.size, "#3b5b86"), 0.6)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 320, 480, 360), fill="#22303a")
    draw.rectangle((228, 90, 240, 330), fill="#11181a")
    draw.polygon(((190, 90), (280, 90), (262, 52), (208, 52)), fill="#11181a")
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return FilePayload(name="lamp.png", mimeType="image/png", buffer=kept.getvalue())


def open_own_need(page: Page, site: Site) -> None:
    """The first need on the resident's page."""
    page.goto(f"{site.address}/my/")
    page.locator("main table a[href^='/needs/']").first.click()
    page.wait_for_url("**/needs/*/")


@dataclass(frozen=True)
class Scene:
    """Who looks, and what they do until there is something to see."""

    who: str
    open: Callable[[Page, Site, Going], None]


def _goes(path: str) -> Callable[[Page, Site, Going], None]:
    def go(page: Page, site: Site, going: Going) -> None:
        page.goto(site.address + path.format(going=going))

    return go


def _tells_until(step: str) -> Callable[[Page, Site, Going], None]:
    """The question pages up to a step."""

    def tell(page: Page, site: Site, going: Going) -> None:
        page.goto(site.address)
        page.fill("textarea", "The street light in Anchor Street has been dark since the storm")
        while not page.url.endswith(f"/{step}/"):
            before = page.url
            _say(page)
            _goes_on(page)
            assert page.url != before, f"{before} does not lead to {step}"

    return tell


def _sends(page: Page, site: Site, going: Going) -> None:
    """The question pages to the end, and its thanks."""
    _tells_until("check")(page, site, going)
    _goes_on(page)
    expect(page.locator(".reference")).to_be_visible()


def _goes_on(page: Page) -> None:
    page.locator("main form[method=post] button.button:not(.second, .grave, .danger)").last.click()


def _say(page: Page) -> None:
    step = page.url.rstrip("/").rpartition("/")[2]
    if step == "kind":
        page.locator("input[value=street-light]").check()
    elif step == "where":
        page.fill("#id_nearby", "at the old kiln")
        page.locator("#id_region").select_option("rope-walk")
    elif step == "more":
        page.locator("input[value=dark]").check()
    elif step == "photos":
        page.set_input_files("#id_photos", _photo())
        page.locator("button[name=add]").click()
        expect(page.locator(".uploads img")).to_be_visible()


def _orders_until(step: str) -> Callable[[Page, Site, Going], None]:
    """The pages of an order up to a step."""

    def order(page: Page, site: Site, going: Going) -> None:
        order_until(page, site, step)

    return order


def _takes_call(words: str, *, name: str = "", born: str = "") -> Callable[[Page, Site, Going], None]:
    """The phone desk with what it makes of the words, and of who calls."""

    def take(page: Page, site: Site, going: Going) -> None:
        page.goto(f"{site.address}/desk/register/")
        page.fill("#id_text", words)
        expect(page.locator("#looked .accept, #looked .danger-notice").first).to_be_visible()
        if name:
            page.fill("#id_name", name)
            page.fill("#id_birth_year", born)
            page.locator("[data-find]").click()
            page.locator("#looked .accept", has_text=name).first.click()
            expect(page.locator("#looked-caller")).to_be_visible()
        page.wait_for_load_state("networkidle")

    return take


def _opens_first(listed: str) -> Callable[[Page, Site, Going], None]:
    def open_it(page: Page, site: Site, going: Going) -> None:
        page.goto(f"{site.address}/desk/?list={listed}")
        page.locator("#queue th a").first.click()
        page.wait_for_url("**/desk/needs/*/")

    return open_it


def _many(act: str, listed: str, *, do: bool = False) -> Callable[[Page, Site, Going], None]:
    """One of a list is ticked by keyboard, and what would happen is looked at; or done, to the first it can be."""
    doing = "form[action$='/do/'] button"

    def choose(page: Page, site: Site, nth: int) -> None:
        page.goto(f"{site.address}/desk/?list={listed}")
        for _ in range(nth):
            page.keyboard.press("j")
        page.keyboard.press("x")
        expect(page.locator("[data-chosen]")).to_be_visible()
        page.locator("#many-act").select_option(act)
        page.locator(".many button").click()
        page.wait_for_url("**/desk/many/choose/")

    def open_it(page: Page, site: Site, going: Going) -> None:
        choose(page, site, 1)
        if do:
            nth = 1
            while not page.locator(doing).count():  # done before, in another language
                nth += 1
                choose(page, site, nth)
            page.locator(doing).click()
            page.wait_for_url(re.compile("/desk/many/[0-9a-f-]{36}/"))

    return open_it


def _does(what: str) -> Callable[[Page, Site, Going], None]:
    """Something is done with the first order that waits for an answer."""

    def does(page: Page, site: Site, going: Going) -> None:
        _opens_first("answer")(page, site, going)
        page.locator(f"main a[href$='/do/{what}/']").click()
        expect(page.locator("#doing form")).to_be_visible()

    return does


def _keys(page: Page, site: Site, going: Going) -> None:
    page.goto(f"{site.address}/desk/register/")
    page.locator("#keys summary").click()


def _alone(go: Callable[[Page, Site], None]) -> Callable[[Page, Site, Going], None]:
    """What does not depend on what is going on."""

    def alone(page: Page, site: Site, going: Going) -> None:
        go(page, site)

    return alone


def _looks_for(page: Page, name: str, born: str) -> None:
    page.locator("#id_find-name").fill(name)
    page.locator("#id_find-birth_year").fill(born)
    page.locator("form:has(#id_find-name) button").click()


def _finds_whom_it_is_for(page: Page, site: Site, going: Going) -> None:
    page.goto(f"{site.address}/order/new/?service=home-care")
    page.locator("form:has(input[name=services]) button").first.click()
    page.locator("main details:has(#id_find-name) summary").click()
    _looks_for(page, "Shen Suyun", "1947")


def _finds_whom_it_concerns(page: Page, site: Site, going: Going) -> None:
    page.goto(f"{site.address}/desk/mandates/")
    _looks_for(page, "Shen Suyun", "1947")
    page.locator("main ul.cards a").first.click()


SCENES: dict[str, Scene] = {
    "tell-kind": Scene("", _tells_until("kind")),
    "tell-where": Scene("", _tells_until("where")),
    "tell-more": Scene("", _tells_until("more")),
    "tell-check": Scene("", _tells_until("check")),
    "tell-sent": Scene("", _sends),
    "order-who": Scene("", _orders_until("who")),
    "order-offers": Scene("", _orders_until("offers")),
    "order-questions": Scene("", _orders_until("questions")),
    "order-known": Scene("resident", _orders_until("questions")),
    "order-proofs": Scene("", _orders_until("proofs")),
    "order-check": Scene("resident", _orders_until("check")),
    "order": Scene("resident", _orders_until("order")),
    "order-who-found": Scene("case-worker", _finds_whom_it_is_for),
    "desk-mandates-of": Scene("case-worker", _finds_whom_it_concerns),
    "own-need": Scene("resident", lambda page, site, going: open_own_need(page, site)),
    "phone-desk": Scene("call-taker", _takes_call("The street lights at Rope Walk are out since the storm")),
    "phone-desk-danger": Scene("call-taker", _takes_call("There is a fire in the kitchen, we cannot get out")),
    "phone-desk-caller": Scene(
        "call-taker", _takes_call("I need somebody to help me wash at home", name="Shen Suyun", born="1947")
    ),
    "phone-desk-keys": Scene("call-taker", _keys),
    "desk-burning": Scene("case-worker", _goes("/desk/")),
    "desk-dangers": Scene("case-worker", _goes("/desk/dangers/")),
    "desk-messages": Scene("case-worker", _goes("/desk/?list=messages")),
    "desk-need": Scene("case-worker", _goes("/desk/needs/{going.by_sms}/")),
    "desk-order-hand-over": Scene("case-worker", _does("hand-over")),
    "desk-need-same": Scene("case-worker", _goes("/desk/needs/{going.lights}/")),
    "desk-need-danger": Scene("case-worker", _goes("/desk/needs/{going.gas}/")),
    "desk-need-held": Scene("case-worker", _opens_first("held")),
    "desk-many": Scene("case-worker", _many("to-accepted", "all")),
    "desk-many-fields": Scene("case-worker", _many("to-rejected", "answer")),
    "desk-many-handover": Scene("case-worker", _many("handover", "running")),
    "desk-many-done": Scene("case-worker", _many("take", "running", do=True)),
    "rule-new": Scene("administrator", _goes("/desk/rules/new/")),
    "burning-now": Scene("", _goes("/burning/")),
    **{name: Scene(who, _alone(go)) for name, (who, go) in ANSWERS.items()},
    **{name: Scene("provider", _alone(go)) for name, go in PROVIDER.items()},
    **{name: Scene("resident", _alone(go)) for name, go in TIMES.items()},
    **{name: Scene("planner", _alone(go)) for name, go in RULES.items()},
}


def leave_nothing(page: Page, site: Site) -> None:
    """Forget the call that was begun."""
    page.goto(f"{site.address}/desk/register/")
    page.locator("button[value=forget]").click()
