"""No template carries what the content security policy forbids."""

import re
from pathlib import Path

import pytest

import cornbread

ROOT = Path(cornbread.__file__).parent
TEMPLATES = sorted(ROOT.rglob("templates/**/*.html"))
INLINE_STYLE = re.compile(r"<[^>]*\sstyle\s*=|<style[\s>]", re.IGNORECASE)
HANDLER = re.compile(r"<[^>]*\s(on[a-z]+|hx-on[:a-z-]*)\s*=", re.IGNORECASE)
SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)(?![^>]*application/json)[^>]*>", re.IGNORECASE)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_has_no_inline_style_script_or_handler(template: Path) -> None:
    text = re.sub(r"{%\s*comment.*?endcomment\s*%}", "", template.read_text(), flags=re.DOTALL)
    for forbidden in (INLINE_STYLE, HANDLER, SCRIPT):
        found = forbidden.search(text)
        assert found is None, found and found.group(0)
