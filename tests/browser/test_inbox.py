"""The inbox in a browser: live, by keyboard alone, and for everybody."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass
class Desk:
    """One brand, and a page in which its owner is signed in."""

    product: Product
    browser: Browser
    slug: str
    owner: int
    page: Page
    complaints: list[str]

    def hears(self, text: str, **post: object) -> int:
        """A customer writes; the id of the conversation."""
        return int(self.product.do("hears", slug=self.slug, text=text, **post)["id"])

    def act(self, action: str, conversation: int, by: int, **values: object) -> None:
        """Somebody else does something."""
        self.product.do(
            "act",
            slug=self.slug,
            action=action,
            conversation=conversation,
            by=by,
            values=values,
        )

    def colleague(self, name: str) -> int:
        """Another agent."""
        return int(self.product.do("colleague", slug=self.slug, name=name)["id"])

    def page_of(self, member: int, *, width: int = 1440, scheme: str = "light") -> Page:
        """A page of its own for this member."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900 if width > 500 else 844},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        self.product.sign_in(context, self.slug, member)
        page = context.new_page()
        page.on("console", self._heed)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _heed(self, message: object) -> None:
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        # A refusal is an answer: the browser's note about its status is not our complaint.
        if kind == "error" and "status of 4" not in text:
            self.complaints.append(text)

    def open(self, path: str = "", page: Page | None = None) -> Page:
        """Open a page of the inbox and wait until it hears of changes."""
        page = page or self.page
        page.goto(f"{self.product.url}/w/{self.slug}/inbox/{path}")
        expect(page.locator("#inbox")).to_have_attribute("data-connected", "true")
        return page


@pytest.fixture
def desk(product: Product, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Desk]:
    made = product.do("found", name=f"Rail {time.monotonic_ns() % 10**9}")
    desk = Desk(product, browser, made["slug"], made["owner"], None, [])  # type: ignore[arg-type]
    desk.page = desk.page_of(desk.owner)
    yield desk
    for context in browser.contexts:
        context.close()
    assert desk.complaints == []


def test_a_post_appears_by_itself_within_a_second(desk: Desk) -> None:
    first = desk.hears("Is the 22:10 still coming?", who="Maya Lindt", ago=20)
    page = desk.open()
    expect(page.locator(".in-row")).to_have_count(1)
    desk.hears("Stuck outside Kirkby", who="Jonas Weber", ago=25)
    heard = time.monotonic()
    expect(page.locator(".in-row")).to_have_count(2, timeout=3000)
    assert time.monotonic() - heard < 1
    # He will be late first, so he stands above her.
    expect(page.locator(".in-row").first).to_contain_text("Jonas Weber")
    expect(page.locator('[data-count="open"]').first).to_have_text("2")
    expect(page.locator(f"#row-{first}")).to_be_visible()


def test_a_message_arrives_in_the_open_thread_and_leaves_my_words_alone(desk: Desk) -> None:
    one = desk.hears("Is the 22:10 still coming?", external_id=f"first-{desk.slug}")
    page = desk.open(f"{one}/")
    page.locator("#in-text").click()
    page.keyboard.type("Hello Maya, ")
    desk.hears("Hello??", ago=0, in_reply_to=f"first-{desk.slug}")
    expect(page.locator("#in-timeline")).to_contain_text("Hello??", timeout=3000)
    page.keyboard.type("it is on its way.")
    expect(page.locator("#in-text")).to_have_value("Hello Maya, it is on its way.")
    expect(page.locator("#cb-live")).to_contain_text("New message from Maya Lindt")
    # She wrote while I was writing: I am asked before anything is sent.
    page.keyboard.press("Control+Enter")
    expect(page.locator(".in-composer [role=alert]")).to_contain_text("Hello??")
    expect(page.locator("#in-text")).to_have_value("Hello Maya, it is on its way.")
    page.locator(".in-send").click()
    expect(page.locator("#in-timeline .in-ours")).to_contain_text("it is on its way", timeout=5000)
    expect(page.locator("#in-text")).to_have_value("")


def test_the_keyboard_alone_is_enough(desk: Desk) -> None:
    desk.hears("Is the 22:10 still coming?", who="Maya Lindt", ago=20)
    desk.hears("Where is my refund?", who="Priya Nair", ago=5)
    page = desk.open()
    page.keyboard.press("j")
    expect(page.locator(".in-row-link").first).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.locator("#in-thread")).to_be_focused()
    expect(page).to_have_url(re.compile(r"/inbox/\d+/$"))
    expect(page.locator(".in-row-link").first).to_have_attribute("aria-current", "true")
    page.keyboard.press("n")
    page.keyboard.type("She is on platform 4")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#in-timeline")).to_contain_text("She is on platform 4")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.locator("#in-text")).to_be_focused()
    page.keyboard.type("It is, in four minutes.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#in-timeline .in-ours")).to_contain_text("four minutes", timeout=5000)
    expect(page.locator("#in-level")).to_contain_text("Answered", timeout=5000)
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    # The next one opens by itself.
    expect(page.locator("#in-thread")).to_have_attribute("data-title", "Priya Nair")
    expect(page.locator(".in-row")).to_have_count(1)
    page.keyboard.press("u")
    expect(page.locator(".in-row-link").first).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#in-q")).to_be_focused()
    page.keyboard.type("nobody of this name")
    expect(page.locator(".in-rows-none")).to_be_visible()


def test_a_double_click_sends_once(desk: Desk) -> None:
    one = desk.hears("Is the 22:10 still coming?")
    page = desk.open(f"{one}/")
    page.locator("#in-text").fill("Yes, in four minutes.")
    page.locator(".in-send").dblclick()
    expect(page.locator("#in-timeline .in-ours")).to_have_count(1, timeout=5000)
    page.wait_for_timeout(700)
    expect(page.locator("#in-timeline .in-ours")).to_have_count(1)


def test_colleagues_see_each_other(desk: Desk) -> None:
    one = desk.hears("Is the 22:10 still coming?")
    lee = desk.colleague("Lee Brandt")
    page = desk.open(f"{one}/")
    theirs = desk.open(f"{one}/", page=desk.page_of(lee))
    expect(page.locator("#in-presence")).to_contain_text("Lee Brandt is looking", timeout=4000)
    theirs.locator("#in-text").click()
    theirs.keyboard.type("Hello")
    expect(page.locator("#in-presence")).to_contain_text("Lee Brandt is typing", timeout=4000)
    desk.act("assign", one, by=lee, to=lee)
    expect(page.locator("#in-head")).to_contain_text("Lee Brandt", timeout=4000)


def test_what_was_begun_is_there_again(desk: Desk) -> None:
    one = desk.hears("Is the 22:10 still coming?")
    page = desk.open(f"{one}/")
    page.locator("#in-text").fill("Let me look at the board")
    expect(page.locator("#in-draft")).to_have_text("Draft saved")
    desk.open(f"{one}/")
    expect(page.locator("#in-text")).to_have_value("Let me look at the board")


def test_a_suggestion_mends_a_word_and_a_placeholder_keeps_the_message_back(desk: Desk) -> None:
    one = desk.hears("Is the 22:10 still coming tonight, and does it stop at Kirkby station?")
    page = desk.open(f"{one}/")
    page.locator("#in-text").fill("👋 You will recieve a refund, {{name}}")
    expect(page.locator(".in-send")).to_be_disabled()
    page.get_by_role("button", name="receive", exact=True).click()
    expect(page.locator("#in-text")).to_have_value("👋 You will receive a refund, {{name}}")
    page.locator("#in-text").fill("You will receive a refund.")
    expect(page.locator(".in-send")).to_be_enabled()


def test_a_long_list_loads_as_one_scrolls(desk: Desk) -> None:
    desk.product.do("hears_many", slug=desk.slug, number=130)
    page = desk.open()
    expect(page.locator(".in-row")).to_have_count(40)
    for expected in (80, 120, 130):
        page.locator(".in-row").last.scroll_into_view_if_needed()
        expect(page.locator(".in-row")).to_have_count(expected)
    assert page.locator("#in-more").count() == 0


def test_a_phone_shows_one_pane_at_a_time(desk: Desk) -> None:
    one = desk.hears("Is the 22:10 still coming?")
    page = desk.open(page=desk.page_of(desk.owner, width=390))
    expect(page.locator("#in-thread")).to_have_count(0)
    page.locator(f"#row-link-{one}").click()
    expect(page.locator("#in-timeline")).to_be_visible()
    expect(page.locator("#in-list")).to_be_hidden()
    page.locator("#in-to-side").click()
    expect(page.locator("#side-person")).to_be_visible()
    page.locator("#in-side-back").click()
    page.locator("#in-back").click()
    expect(page.locator("#in-list")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_inbox_is_open_to_everybody(desk: Desk, scheme: str, width: int) -> None:
    one = desk.hears("Is the 22:10 still coming? https://redkite.example/22", ago=20)
    desk.hears("My number is 0151 496 0123", ago=2, direct=True)
    lee = desk.colleague("Lee Brandt")
    desk.act("label", one, by=desk.owner, name="lost property")
    desk.act("note", one, by=lee, text="Called the depot.")
    desk.act("remember_from", one, by=desk.owner, text="Always books a window seat")
    desk.act("look", one, by=lee, writing=True)
    page = desk.open(page=desk.page_of(desk.owner, width=width, scheme=scheme))
    _passes_axe(page)
    desk.open(f"{one}/", page=page)
    page.locator("#in-text").fill("You will recieve it tomorow, {{name}}")
    expect(page.locator(".in-finding").first).to_be_visible()
    page.locator(".in-level > summary").click()
    _passes_axe(page)
    page.keyboard.press("Escape")
    page.locator("#in-label").click()
    _passes_axe(page)


def _passes_axe(page: Page) -> None:
    page.wait_for_timeout(300)  # colours fade in
    violations = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:160]) for one in violations] == []


def test_labels_are_put_on_one_after_the_other(desk: Desk) -> None:
    one = desk.hears("Is the 22:10 still coming?")
    desk.act("label", one, by=desk.owner, name="refund")
    desk.act("label", one, by=desk.owner, name="evening")
    desk.act("unlabel", one, by=desk.owner, name="evening")
    page = desk.open(f"{one}/")
    page.keyboard.press("l")
    dialog = page.locator("#dialog-labels")
    dialog.get_by_role("button", name="evening").click()
    expect(dialog.get_by_role("button", name="evening")).to_have_attribute("aria-pressed", "true")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="refund").click()
    expect(dialog.get_by_role("button", name="refund")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Escape")
    expect(page.locator("#side-labels")).to_contain_text("evening")
    expect(page.locator(f"#row-{one}")).not_to_contain_text("refund")


def test_what_was_missed_without_a_connection_is_there_after_it(desk: Desk) -> None:
    desk.hears("Is the 22:10 still coming?")
    page = desk.open()
    page.context.set_offline(True)
    page.evaluate("window.dispatchEvent(new Event('online'))")  # the stream notices at once
    expect(page.locator("#in-offline")).to_be_visible(timeout=8000)
    desk.hears("Stuck outside Kirkby", who="Jonas Weber", ago=1)
    page.context.set_offline(False)
    expect(page.locator(".in-row")).to_have_count(2, timeout=10_000)
    expect(page.locator("#in-offline")).to_be_hidden(timeout=8000)
    desk.complaints[:] = [one for one in desk.complaints if "ERR_INTERNET" not in one]


def test_a_touch_without_its_channel_is_refused_beside_the_field(desk: Desk) -> None:
    one = desk.hears("Is the 22:10 still coming?")
    page = desk.open(f"{one}/")
    page.keyboard.press("t")
    form = page.locator("#dialog-touch")
    expect(form.locator("select").first).to_be_focused()
    form.locator("select").first.select_option("channel_reached")
    form.get_by_role("button", name="Record it").click()
    expect(form.locator(".cb-error")).to_contain_text("Choose which account")
    form.locator("select").first.select_option("call_completed")
    form.get_by_role("button", name="Record it").click()
    expect(form).to_be_hidden()
    expect(page.locator("#in-timeline")).to_contain_text("talked with the customer on the phone")


def test_several_are_selected_by_keyboard_resolved_and_taken_back(desk: Desk) -> None:
    for number in range(4):
        desk.hears(f"Question {number}", who=f"Customer {number}", ago=20 - number)
    page = desk.open()
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(page.locator("#in-bulk-count")).to_have_text("3 selected")
    assert Axe().run(page).violations_count == 0
    page.keyboard.press("e")
    expect(page.locator("#in-change")).to_contain_text("3 resolved.")
    expect(page.locator(".in-row")).to_have_count(1)
    assert Axe().run(page).violations_count == 0
    page.keyboard.press("z")
    expect(page.locator("#in-change")).to_contain_text("3 taken back.")
    expect(page.locator(".in-row")).to_have_count(4)
    page.keyboard.press("Shift+A")
    page.locator("[data-pick=matching]").click()
    expect(page.locator("#in-bulk-count")).to_have_text("All 4 that match")
    page.keyboard.press("e")
    expect(page.locator("#dialog-bulk")).to_contain_text("all 4 conversations")
    page.locator("#dialog-bulk-go").click()
    expect(page.locator("#in-change")).to_contain_text("4 resolved.")
