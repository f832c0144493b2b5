"""Settings and channels in a browser: for everybody, by keyboard, live, and without scripts."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = (
    "settings/",
    "settings/members/",
    "settings/members/invite/",
    "settings/tokens/",
    "settings/jobs/",
    "settings/log/",
    "channels/",
    "channels/first/",
    "channels/connect/",
    "channels/connect/mastodon/",
    "channels/connect/sandbox/",
)


@dataclass
class Office:
    """A brand, and its owner at work."""

    product: Product
    browser: Browser
    slug: str
    owner: int

    def context(self, *, width: int = 1440, theme: str = "light", **more: bool) -> BrowserContext:
        """A window in which the owner is signed in."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900 if width > 500 else 844},
            color_scheme="dark" if theme == "dark" else "light",
            **more,
        )
        self.product.sign_in(context, self.slug, self.owner)
        return context

    def url(self, path: str = "") -> str:
        """An address of the brand."""
        return f"{self.product.url}/w/{self.slug}/{path}"

    def open(self, path: str) -> Page:
        """A page of the owner."""
        page = self.context().new_page()
        page.goto(self.url(path))
        return page


@pytest.fixture
def office(product: Product, browser: Browser) -> Iterator[Office]:
    made = product.do("found", name=f"Inns {time.monotonic_ns() % 10**9}")
    yield Office(product, browser, made["slug"], made["owner"])
    for context in browser.contexts:
        context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_is_accessible_and_fits(office: Office, theme: str, width: int) -> None:
    page = office.context(width=width, theme=theme).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    office.product.do("fails", slug=office.slug)
    for path in PAGES:
        page.goto(office.url(path))
        violations = Axe().run(page).response["violations"]
        assert [(path, one["id"], one["nodes"][0]["target"]) for one in violations] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert complaints == []


def test_another_window_shows_at_once_that_a_channel_was_paused(office: Office) -> None:
    shown, at_work = office.open("channels/"), office.open("channels/")
    name = shown.locator(".cb-tile h2 a").first
    name.focus()
    at_work.locator(".cb-tile h2 a").first.click()
    at_work.get_by_role("button", name="Pause").click()
    expect(shown.locator(".cb-tile").first).to_contain_text("paused", timeout=5000)
    expect(name).to_be_focused()


def test_a_token_is_made_with_the_keyboard_alone(office: Office) -> None:
    page = office.open("settings/tokens/")
    page.locator("#id_name").focus()
    page.keyboard.type("Warehouse")
    page.keyboard.press("Enter")
    expect(page.locator("#tokens")).to_contain_text("Choose at least one")
    page.locator("#id_scopes_0").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Copy")).to_be_focused()
    expect(page.locator("#token-secret")).to_have_value(re.compile(r"cb_[\w-]{40,}"))


def test_a_mistake_gets_the_focus_and_what_was_typed_stays(office: Office) -> None:
    page = office.open("channels/connect/sandbox/")
    page.fill("#id_handle", "not a handle!")
    page.fill("#id_name", "The Inns")
    page.keyboard.press("Enter")
    expect(page.locator("#id_handle_error")).to_contain_text("letters, digits")
    expect(page.locator("#id_handle")).to_be_focused()
    expect(page.locator("#id_name")).to_have_value("The Inns")


def test_everything_works_without_scripts(office: Office) -> None:
    page = office.context(java_script_enabled=False).new_page()
    page.goto(office.url("settings/members/invite/"))
    page.fill("#id_email", "kim@example.org")
    page.get_by_role("button", name="Make the link").click()
    expect(page.locator("#invitation-link")).to_have_value(re.compile(r"/join/[\w-]+/$"))
    page.goto(office.url("channels/connect/sandbox/"))
    page.fill("#id_handle", "inns")
    page.get_by_role("button", name="Connect").click()
    expect(page.locator("h1")).to_contain_text("is connected")
