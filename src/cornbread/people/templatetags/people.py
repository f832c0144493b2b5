"""Filters of people: names, pictures, and the places of accounts."""

from django import template

from cornbread.foundation.templatetags.cornbread import safe_url
from cornbread.people.models import Person

register = template.Library()

#: Places with an icon of their own.
DRAWN = frozenset({"mastodon", "bluesky", "feed", "file", "sandbox", "email", "web"})
NAMES = {
    "mastodon": "Mastodon",
    "bluesky": "Bluesky",
    "feed": "Feed",
    "file": "Import",
    "sandbox": "Sandbox",
    "email": "E-mail",
    "phone": "Phone",
    "web": "Elsewhere",
}


@register.filter
def place_icon(kind: str) -> str:
    """The icon of a network; a globe for places that have none."""
    return kind if kind in DRAWN else "web"


@register.filter
def place_name(kind: str) -> str:
    """What people call the place."""
    return NAMES.get(kind, kind.capitalize())


@register.filter
def shown_name(person: Person) -> str:
    """The person's name, or that of an account of theirs."""
    if person.name:
        return person.name
    return next((str(one) for one in person.identities.all()), str(person))


@register.filter
def picture(person: Person) -> str:
    """The first picture of them that a browser may load."""
    pictures = (safe_url(one.avatar_url) for one in person.identities.all())
    return next((url for url in pictures if url), "")


@register.filter
def minus(number: int, less: int) -> int:
    """What is left."""
    return number - less
