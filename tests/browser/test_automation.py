"""Rules and macros in a browser: by keyboard alone, on both widths, and for everybody."""

import time
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(params=[1440, 390])
def page(
    product: Product, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[tuple[Page, str, int]]:
    made = product.do("found", name=f"Rules {time.monotonic_ns() % 10**9}")
    heard = product.do("hears", slug=made["slug"], text="The train is stuck", ago=5)
    context = browser.new_context(viewport={"width": request.param, "height": 900})
    product.sign_in(context, made["slug"], made["owner"])
    yield context.new_page(), f"{product.url}/w/{made['slug']}", int(heard["id"])
    context.close()


def complaints(page: Page) -> list[str]:
    return [one["id"] for one in Axe().run(page).response["violations"]]


def test_a_macro_is_written_run_and_taken_back_by_keyboard(page: tuple[Page, str, int]) -> None:
    here, base, conversation = page
    here.goto(f"{base}/automation/macros/new/")
    here.locator("#macro-name").fill("Later")
    here.locator("#s0-do").select_option("snooze")
    here.locator("input#s0-value").fill("8")
    assert complaints(here) == []
    here.locator("input#s0-value").press("Enter")
    expect(here.get_by_role("heading", name="Later")).to_be_visible()
    here.goto(f"{base}/inbox/{conversation}/")
    expect(here.locator("#inbox")).to_have_attribute("data-connected", "true")
    here.keyboard.press("x")
    expect(here.locator("#macro-choices button").first).to_be_focused()
    here.keyboard.press("Enter")
    expect(here.get_by_role("button", name="Take it back")).to_be_visible()
    here.keyboard.press("Tab")
    here.keyboard.press("Enter")
    expect(here.locator("#macro-choices")).to_contain_text("Taken back")
    expect(here.locator("#in-timeline")).to_contain_text("reopened this")


def test_a_rule_is_written_and_tried_by_keyboard(page: tuple[Page, str, int]) -> None:
    here, base, _ = page
    here.goto(f"{base}/automation/rules/new/")
    here.locator("#rule-name").fill("Stuck trains")
    here.locator("#add-c0").press("Enter")
    expect(here.locator("#g0-c0-field")).to_be_focused()
    here.locator("#g0-c0-value").fill("stuck")
    here.locator("#s0-do").select_option("note")
    here.locator("textarea#s0-value").fill("Look at the map.")
    here.get_by_role("button", name="Dry run").press("Enter")
    expect(here.locator("#rule-trial")).to_contain_text("1 of 1")
    assert complaints(here) == []
    here.locator("#rule-name").press("Enter")
    switch = here.get_by_role("switch", name="Stuck trains is on")
    expect(switch).to_have_attribute("aria-checked", "false")
    switch.press("Space")
    expect(switch).to_have_attribute("aria-checked", "true")
    assert complaints(here) == []
