"""Canned responses in a browser: written, called with a slash, filled in, and for everybody."""

import time
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(params=[(1440, "light"), (390, "dark")], ids=["wide", "phone"])
def desk(
    product: Product, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[tuple[Page, int]]:
    """The owner's page of a brand to which Maya Lindt wrote, and her conversation."""
    made = product.do("found", name=f"Rail {time.monotonic_ns() % 10**9}")
    text = "Where is the 22:10?"
    heard = product.do("hears", slug=made["slug"], text=text, who="Maya Lindt", ago=5)
    width, scheme = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        color_scheme="dark" if scheme == "dark" else "light",
        base_url=f"{product.url}/w/{made['slug']}/",
    )
    product.sign_in(context, made["slug"], made["owner"])
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page, int(heard["id"])
    context.close()
    assert complaints == []


def passes_axe(page: Page) -> None:
    page.wait_for_timeout(300)  # colours fade in
    violations = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:160]) for one in violations] == []


def write(page: Page, shortcut: str, title: str, text: str) -> None:
    page.goto("canned/new/")
    page.locator("#id_title").fill(title)
    page.locator("#id_shortcut").fill(shortcut)
    page.locator("#id_text").fill(text)
    expect(page.locator("#canned-preview .ob-said").first).not_to_contain_text("is shown here")
    passes_axe(page)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".cb-toast")).to_contain_text(f"Saved. Type /{shortcut}")


def test_a_slash_calls_one_and_the_keyboard_alone_puts_it_in(
    desk: tuple[Page, int],
) -> None:
    page, conversation = desk
    write(page, "late", "Sorry, late", "Sorry, {{ person.first_name | there }}!")
    write(page, "claim", "Money back", "Your claim: {{ conversation.link }}{{ person.name }}")
    passes_axe(page)
    page.goto(f"inbox/{conversation}/")
    words = page.locator("#in-text")
    words.click()
    page.keyboard.type("Yes/no 1/2 ")
    expect(page.locator("#in-canned")).to_be_hidden()
    page.keyboard.type("/")
    options = page.locator(".in-canned-one[role=option]")
    expect(options).to_have_count(2)
    expect(page.locator("#cb-live")).to_contain_text("2 canned responses")
    passes_axe(page)
    page.keyboard.press("Escape")
    expect(page.locator("#in-canned")).to_be_hidden()
    expect(words).to_be_focused()
    page.keyboard.press("Backspace")
    page.keyboard.type("/lat")
    expect(options).to_have_count(1)
    expect(words).to_have_attribute("aria-activedescendant", "canned-" + _id(page))
    page.keyboard.press("Enter")
    expect(words).to_have_value("Yes/no 1/2 Sorry, Maya!")
    expect(words).to_be_focused()
    words.fill("")
    page.locator("#in-canned-button").click()
    expect(options).to_have_count(2)
    page.keyboard.press("ArrowDown")
    options.filter(has_text="Sorry, late").click()
    expect(words).to_have_value("Sorry, Maya!")


def _id(page: Page) -> str:
    return str(page.locator(".in-canned-one").first.get_attribute("id")).removeprefix("canned-")
