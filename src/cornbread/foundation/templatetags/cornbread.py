"""Template tags and filters of the shell and the components: ``{% load cornbread %}``."""

import json
from datetime import datetime
from typing import cast
from urllib.parse import urlsplit
from zlib import crc32

from django import template
from django.forms import BoundField, CheckboxInput, Select
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import json_script
from django.utils.safestring import SafeString, mark_safe

from cornbread.foundation import clock, navigation, wording
from cornbread.foundation.slots import fragments

register = template.Library()

#: htmx without anything that a strict content security policy would forbid. No history cache:
#: pages hold what customers wrote, and a shared browser should not keep it.
HTMX = {
    "includeIndicatorStyles": False,
    "allowEval": False,
    "selfRequestsOnly": True,
    "attributesToSettle": ["class", "width", "height"],
    "historyCacheSize": 0,
    "refreshOnHistoryMiss": True,
    "timeout": 20_000,
    "responseHandling": [
        {"code": "204", "swap": False},
        {"code": "[23]..", "swap": True},
        {"code": "409|422", "swap": True},
        {"code": "...", "swap": False, "error": True},
    ],
}


@register.simple_tag
def htmx_config() -> str:
    """htmx's settings for the page's meta element."""
    return json.dumps(HTMX)


@register.simple_block_tag
def spoken(content: str) -> str:
    """Keeps a block's text in a variable: ``{% spoken as active %}{% block x %}…``."""
    return content.strip()


@register.simple_tag(takes_context=True)
def navigation_links(context: template.Context, section: str) -> list[navigation.Link]:
    """The links of one place of the shell: rail, settings, account or workspaces."""
    request = context.get("request")
    if not isinstance(request, HttpRequest):
        return []
    return navigation.links(navigation.Section(section), request)


@register.simple_tag(takes_context=True)
def slots(context: template.Context, name: str) -> SafeString:
    """What later rooms put into this place of the page; see foundation.slots."""
    request = context.get("request")
    if not isinstance(request, HttpRequest):
        return SafeString("")
    around = cast(dict[str, object], context.flatten())
    drawn = [render_to_string(one.template, around, request) for one in fragments(name, request)]
    return mark_safe("".join(drawn))  # noqa: S308 - each was escaped as it was drawn


@register.simple_tag(takes_context=True)
def palette_commands(context: template.Context) -> SafeString:
    """Everything the shell itself can do, as JSON for the command palette."""
    labels = {"settings": "Settings: {}", "workspaces": "Switch to {}"}
    commands = [
        {
            "label": labels.get(section, "{}").format(link.label),
            "icon": link.icon,
            "href": link.href,
            "keys": link.keys,
        }
        for section in navigation.Section
        for link in navigation_links(context, section)
        if not (section is navigation.Section.WORKSPACES and link.current)
    ]
    commands += [
        {"label": f"Theme: {name}", "icon": icon, "clicks": f'[data-set-theme="{name}"]'}
        for name, icon in (("light", "sun"), ("dark", "moon"), ("auto", "device-desktop"))
    ]
    commands.append({"label": "Keyboard shortcuts", "icon": "keyboard", "opens": "cb-help"})
    script = json_script(commands)
    return mark_safe(script.replace("<script ", "<script data-palette ", 1))  # noqa: S308 - escaped by json_script


@register.filter
def initials(name: object) -> str:
    """Up to two letters for a person without a picture."""
    return wording.initials(str(name))


@register.filter
def hue(name: object) -> str:
    """The colour class that belongs to this name, the same on every page and day."""
    return f"cb-hue-{crc32(str(name).casefold().encode()) % 8}"


@register.filter
def relative(moment: datetime | None) -> str:
    """A moment in the words of a colleague: "5 min ago", "in 2 h", "3 May"."""
    return wording.relative(moment, clock.now()) if moment else ""


@register.filter
def left(moment: datetime) -> str:
    """How long until that moment, or how long it is past."""
    return wording.left(moment, clock.now())


@register.filter
def exact(moment: datetime | None) -> str:
    """The same moment in full, in the reader's time zone."""
    return f"{timezone.localtime(moment):%A, %d %B %Y, %H:%M %Z}" if moment else ""


@register.filter
def due_state(moment: datetime, soon: object = 600) -> str:
    """ok, soon or late: how a countdown is coloured before its script runs."""
    seconds = (moment - clock.now()).total_seconds()
    return "late" if seconds <= 0 else "soon" if seconds <= int(str(soon)) else "ok"


@register.filter
def safe_url(url: object) -> str:
    """An address from a network, if a browser may follow it; empty otherwise."""
    try:
        scheme = urlsplit(str(url)).scheme.lower()
    except ValueError:
        return ""
    return str(url) if scheme in ("http", "https") else ""


@register.filter
def level_dashes(level: object) -> str:
    """The stroke pattern that fills this many of the seven parts of a level ring."""
    filled = max(0, min(7, int(str(level))))
    return " ".join(["10 4"] * filled) + " 0 98" if filled else "0 98"


@register.filter
def level_name(level: object) -> str:
    """What a level means, in a few words."""
    return wording.LEVELS[max(0, min(7, int(str(level))))]


@register.filter
def control(field: BoundField) -> SafeString:
    """A form field's control in Tabler's classes, tied to its help and its error."""
    widget = field.field.widget
    css = "form-control"
    if isinstance(widget, CheckboxInput):
        css = "form-check-input"
    elif isinstance(widget, Select) and not getattr(widget, "allow_multiple_selected", False):
        css = "form-select"
    about = [f"{field.auto_id}_help"] if field.help_text else []
    if field.errors:
        css += " is-invalid"
        about.append(f"{field.auto_id}_error")
    attrs: dict[str, str | bool] = {"class": f"{widget.attrs.get('class', '')} {css}".strip()}
    if about:
        attrs["aria-describedby"] = " ".join(about)
    return field.as_widget(attrs=attrs)


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether the label belongs behind the control."""
    return isinstance(field.field.widget, CheckboxInput)
