"""Components show the same thing to eyes and to screen readers, and without inline style."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django import forms
from django.template import engines
from django.test import RequestFactory

from cornbread.foundation import clock


def render(source: str, **context: Any) -> str:
    """The HTML of a piece of template, as the loader compiles it."""
    from django_cotton.compiler_regex import CottonCompiler

    compiled = CottonCompiler().process(source)
    return engines["django"].from_string(compiled).render(context, RequestFactory().get("/"))


@pytest.mark.parametrize("level", range(8))
def test_a_level_ring_says_its_level_in_words_and_fills_as_many_parts(level: int) -> None:
    html = render('<c-level-ring :level="level" />', level=level)
    assert f"Level {level} of 7: " in html
    filled = re.findall(r'stroke="currentColor"[^>]*stroke-dasharray="([^"]*)"', html)[0]
    assert filled.count("10 4") == level


def test_a_person_keeps_their_colour() -> None:
    first, second = (render('<c-avatar name="Maya Lindt" />') for _ in range(2))
    assert first == second
    assert "cb-hue-" in first
    assert ">ML<" in first


def test_a_name_is_text_and_never_markup() -> None:
    html = render('<c-avatar :name="name" />', name='<img src="x">')
    assert "<img" not in html


def test_a_countdown_that_is_over_says_so_without_a_script() -> None:
    html = render('<c-countdown :until="until" />', until=clock.now() - timedelta(minutes=20))
    assert 'data-state="late"' in html
    assert "20 min over" in html


def test_an_error_stands_beside_its_field_and_is_tied_to_it() -> None:
    class Form(forms.Form):
        email = forms.EmailField(help_text="Where we write to.")

    html = render('<c-field :field="form.email" />', form=Form({"email": "ana@"}))
    described = re.findall(r'aria-describedby="([^"]*)"', html)[0].split()
    assert all(f'id="{name}"' in html for name in described)
    assert len(described) == 2
    assert 'aria-invalid="true"' in html
    assert "Enter a valid email address." in html


def test_a_button_is_a_link_when_it_leads_somewhere() -> None:
    assert render('<c-button href="/x">Go</c-button>').startswith("<a href=")
    assert 'type="button"' in render("<c-button>Go</c-button>")


def test_a_button_without_words_has_a_name() -> None:
    assert 'aria-label="Refresh"' in render('<c-button icon="refresh" label="Refresh" />')


def test_pages_have_no_buttons_that_lead_nowhere() -> None:
    assert render("<c-pagination />").strip() == ""
    assert "Older" in render('<c-pagination older="?after=7" />')
