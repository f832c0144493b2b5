"""Every component passes axe, in both themes, on a desk and on a phone, under the strict policy."""

import mimetypes
import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles import finders
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.foundation import styleguide

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'"
)
SITE = "http://cornbread.test"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--no-first-run"]
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)


def serve(page: Page, html: str) -> None:
    """Answers the page's requests from memory and from the static files; there is no server."""

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path == "/":
            headers = {"Content-Security-Policy": POLICY}
            route.fulfill(body=html, content_type="text/html", headers=headers)
            return
        found = finders.find(path.removeprefix("/static/"))
        if isinstance(found, str):
            route.fulfill(path=found, content_type=mimetypes.guess_type(path)[0] or "font/woff2")
        else:
            route.fulfill(status=404)

    page.route("**/*", answer)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_component_is_accessible_and_obeys_the_policy(
    browser: Browser, theme: str, width: int
) -> None:
    html = styleguide.page()
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        color_scheme="dark" if theme == "dark" else "light",
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    serve(page, html)
    page.goto(SITE + "/")
    page.wait_for_function("document.querySelector('time[data-countdown]').dataset.state")
    assert complaints == []
    assert page.evaluate("document.documentElement.dataset.bsTheme") == theme
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    violations = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["target"]) for one in violations] == []
    page.keyboard.press("?")
    assert page.locator("#cb-help").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("shortc")
    page.keyboard.press("Enter")
    assert page.locator("#cb-help").is_visible()
    context.close()


def test_what_is_nearer_takes_a_key(browser: Browser) -> None:
    """A page's script comes before what stands on the page, and that before "Everywhere"."""
    page = browser.new_page()
    field = '<input id="find" aria-label="Find" data-shortcut="/" data-shortcut-label="Find here">'
    serve(page, styleguide.page().replace("</main>", f"{field}</main>"))
    page.goto(SITE + "/")
    assert page.evaluate("document.activeElement.id") != "find"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    assert page.locator("#find").input_value() == ""
    assert not page.locator("dialog[open]").count()

    listed = "cornbread.shortcuts().filter((one) => one.keys === '/').map((one) => one.label)"
    assert page.evaluate(listed) == ["Find here"]
    page.evaluate("document.getElementById('find').hidden = true")
    assert page.evaluate(listed) == ["Search and commands"]
    page.keyboard.press("/")
    assert page.locator("dialog[open]").count() == 1
    page.keyboard.press("Escape")
    # A closing dialog hands the focus back, and a key typed into a field is no shortcut.
    page.wait_for_function("!document.querySelector('dialog[open]')")
    page.evaluate("document.getElementById('find').hidden = false")
    page.evaluate("document.activeElement.blur()")
    run = "cornbread.shortcut('/', () => (document.title = 'by script'), {label: 'Script'})"
    page.evaluate(run)
    page.keyboard.press("/")
    assert page.title() == "by script"
    assert page.evaluate(listed) == ["Script"]
    page.close()
