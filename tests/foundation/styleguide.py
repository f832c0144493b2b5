"""What the style guide shows: one of everything, with names that need care."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory

from cornbread.foundation import clock


class GuideForm(forms.Form):
    """A form with each kind of control, with and without mistakes."""

    name = forms.CharField(help_text="Shown to your team only.")
    email = forms.EmailField()
    role = forms.ChoiceField(choices=[("agent", "Agent"), ("lead", "Lead")])
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), required=False)
    notify = forms.BooleanField(required=False, help_text="Only for conversations given to you.")


def context() -> dict[str, Any]:
    """The style guide's people, times and forms."""
    now = clock.now()
    return {
        "names": ["Maya Lindt", "Jonas Weber", "@kit_tram", "Zoë", "Ilse Aigner", "Bo Chen"],
        "levels": range(8),
        "networks": ["mastodon", "feed", "file", "sandbox", "bluesky", "email"],
        "past": now - timedelta(minutes=5),
        "old": now - timedelta(days=40),
        "soon": now + timedelta(minutes=7),
        "later": now + timedelta(hours=5),
        "form": GuideForm({"name": "Ana", "email": "ana@", "role": "lead"}),
    }


def page(template: str = "foundation/styleguide.html", **more: Any) -> str:
    """A whole page as a visitor without any workspace would see it."""
    request: HttpRequest = RequestFactory().get("/")
    request.user = AnonymousUser()
    return render_to_string(template, {**context(), **more}, request)
