"""The editor of a watch in a browser: in colours, live, by keyboard, and for everybody."""

import time
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]
QUERY = "(late NEAR/3 (train OR tram) OR “no seat”) -toy has:question network:mastodn OR the"


@pytest.fixture(scope="module")
def brand(product: Product) -> dict[str, int]:
    made = product.do("found", name=f"Trams {time.monotonic_ns() % 10**9}")
    for text in ("Late again, this train?", "The late toy train?", "no seat at all"):
        product.do("hears", slug=made["slug"], text=text)
    return made


@pytest.fixture
def browser_of(browser: Browser) -> Iterator[Browser]:
    yield browser
    for context in browser.contexts:
        context.close()


def editor(
    product: Product, browser: Browser, brand: dict[str, int], *, width: int = 1440, **more: object
) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, **more)  # type: ignore[arg-type]
    slug = str(brand["slug"])
    product.sign_in(context, slug, brand["owner"])
    page = context.new_page()
    page.goto(f"{product.url}/w/{slug}/listening/new/")
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_editor_is_for_everybody(
    product: Product, browser_of: Browser, brand: dict[str, int], theme: str, width: int
) -> None:
    page = editor(product, browser_of, brand, width=width, color_scheme=theme)
    page.fill("#id_query", QUERY)
    expect(page.locator("#watch-parts tr")).not_to_have_count(0)
    expect(page.locator("#watch-verdict")).to_contain_text("There is no network mastodn")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_query_stands_in_colours_where_it_is_typed(
    product: Product, browser_of: Browser, brand: dict[str, int]
) -> None:
    page = editor(product, browser_of, brand)
    page.locator("#id_query").focus()
    page.keyboard.insert_text(QUERY)
    under = page.locator("#query-paint")
    assert (under.text_content() or "").rstrip("\n") == QUERY
    expect(under.locator(".cb-q-operator").first).to_have_text("NEAR/3")
    expect(under.locator(".cb-q-phrase")).to_have_text("“no seat”")
    expect(under.locator(".cb-q-field").first).to_have_text("has:question")
    sizes = [page.locator(one).bounding_box() for one in ("#id_query", "#query-paint")]
    assert sizes[0] == sizes[1]


def test_a_suggestion_is_taken_with_the_keyboard_and_the_focus_goes_on_writing(
    product: Product, browser_of: Browser, brand: dict[str, int]
) -> None:
    page = editor(product, browser_of, brand)
    query = page.locator("#id_query")
    query.focus()
    page.keyboard.type("late near/3 train")
    expect(page.locator("#watch-verdict")).to_contain_text("Nearness is written")
    expect(query).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Tab")
    expect(page.locator("#watch-verdict button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(query).to_have_value("late NEAR/3 train")
    expect(query).to_be_focused()
    expect(page.locator("#watch-verdict")).to_contain_text("Would have caught 2 of the last 3")
    expect(page.locator("#watch-examples mark").first).to_be_visible()
    expect(query).to_have_attribute("aria-invalid", "false")


def test_without_scripts_the_query_can_be_read_and_saved(
    product: Product, browser_of: Browser, brand: dict[str, int]
) -> None:
    page = editor(product, browser_of, brand, java_script_enabled=False)
    page.fill("#id_name", "Plain")
    page.fill("#id_query", "late near/3 train")
    page.get_by_role("button", name="Start listening").click()
    expect(page.locator("#watch-verdict")).to_contain_text("Nearness is written")
    page.fill("#id_query", "late NEAR/3 train")
    page.get_by_role("button", name="Start listening").click()
    expect(page.locator("body")).to_contain_text("Listening for “Plain”")
