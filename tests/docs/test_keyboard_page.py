"""docs/howto/keyboard.md has the shortcuts of the screens, all of them and no others."""

import re

from tests.docs.pages import DOCS, ROOT

PAGE = DOCS / "howto" / "keyboard.md"
ROOMS = ROOT / "src" / "cornbread"
#: Keys that the browser or a text field gives a meaning, with where they are handled.
BESIDES = {
    "Ctrl K": "palette.js",
    "Ctrl Enter": "composer.js",
    "Ctrl Shift Enter": "composer.js",
    "Esc": "ui.js",
    "Enter": "a link that has the focus",
}


def declared() -> set[str]:
    """The keys in templates, scripts and the rooms' navigation."""
    keys: set[str] = set()
    for path in ROOMS.rglob("*"):
        if "vendor" in path.parts or path.name == "styleguide.html":
            continue
        if path.suffix == ".html":
            keys.update(re.findall(r'data-shortcut="([^"{]+)"', path.read_text()))
        elif path.suffix == ".js":
            keys.update(re.findall(r'cornbread\.shortcut\("([^"]+)"', path.read_text()))
        elif path.name == "navigation.py":
            keys.update(re.findall(r'keys="(\w+ \w+)"', path.read_text()))
    return keys


def described() -> set[str]:
    """The keys in the first column of the page's tables."""
    cells = re.findall(r"^\| (`[^|]+`) \|", PAGE.read_text(), re.MULTILINE)
    return {key for cell in cells for key in re.findall(r"`([^`]+)`", cell)}


def test_the_page_has_the_shortcuts_of_the_screens() -> None:
    assert described() == declared() | set(BESIDES)
