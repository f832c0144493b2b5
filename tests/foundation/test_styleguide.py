"""The style guide renders, and the errors' pages need nothing but themselves."""

import pytest
from django.template.loader import render_to_string

from tests.foundation import styleguide


def test_the_style_guide_shows_every_component() -> None:
    html = styleguide.page()
    assert "<c-" not in html
    for part in ("cb-level-7", "cb-countdown", "cb-avatar", "cb-empty", 'role="alertdialog"'):
        assert part in html


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_an_error_page_needs_no_request(name: str) -> None:
    html = render_to_string(name)
    assert "<c-" not in html
    assert 'href="/"' in html


def test_the_shell_offers_its_commands_as_data() -> None:
    html = styleguide.page()
    assert "<script data-palette" in html
    assert "Keyboard shortcuts" in html
