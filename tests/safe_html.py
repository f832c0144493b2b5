"""Whether a page lets anything run that the product did not write."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

HOSTILE = Path(__file__).parents[2] / "shared/data/hostile/naughty_strings.json"
NEVER = {"iframe", "object", "embed", "base", "style", "math", "marquee", "audio", "video"}
SCHEMES = ("javascript:", "vbscript:", "data:", "file:")


def hostile_texts() -> list[str]:
    """Words that have broken other products, read where they lie."""
    if not HOSTILE.exists():
        pytest.skip("the list of naughty strings is not here")
    texts: list[str] = json.loads(HOSTILE.read_text(encoding="utf-8"))
    return texts


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note everything that a browser would run or fetch."""
        given = {name: value or "" for name, value in attrs}
        ours = given.get("src", "").startswith("/static/") or "json" in given.get("type", "")
        if tag in NEVER or (tag == "script" and not ours):
            self.found.append(f"<{tag}>")
        self.found += [
            name for name in given if name.startswith(("on", "hx-on")) or name == "style"
        ]
        addresses = (given.get(name, "") for name in ("href", "src", "action", "formaction"))
        self.found += [url for url in addresses if url.strip().lower().startswith(SCHEMES)]


def what_would_run(page: str) -> list[str]:
    """Elements, handlers and addresses in a page that must not be there; empty when it is safe."""
    reader = _Reader()
    reader.feed(page)
    return reader.found
