"""Filters of the inbox: customers' words made safe to show, and nothing a browser would run."""

import json
from collections.abc import Collection, Mapping
from datetime import date, datetime
from functools import lru_cache
from zlib import crc32
from zoneinfo import ZoneInfo

from django import template
from django.template.loader import render_to_string
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from cornbread.foundation import clock
from cornbread.foundation.templatetags.cornbread import safe_url
from cornbread.listening.domain.addresses import canonical, host_of
from cornbread.outbound.domain.links import find_links
from cornbread.team.models import Member

register = template.Library()
register.filter("safe_url", safe_url)
#: Longer than this, or more lines, and a text is shown in part first.
LONG, MANY_LINES, EXCERPT = 900, 16, 480


@register.simple_tag
def still(part: str, **values: object) -> str:
    """A part that looks the same whenever it is drawn, drawn once: long lists have many."""
    return _drawn(f"care/still/{part}.html", tuple(sorted(values.items())))


@lru_cache(maxsize=4096)
def _drawn(template_name: str, values: tuple[tuple[str, object], ...]) -> str:
    return render_to_string(template_name, dict(values))


@register.filter
def linked(text: str, leads: Mapping[str, str] | None = None) -> SafeString:
    """A text, escaped, with its web links made clickable but never recommended.

    ``leads`` tells where shortened links lead, by their canonical address: these are shown as
    the place they lead to, and what was written appears over them.
    """
    pieces: list[str] = []
    end = 0
    for link in find_links(text):
        written = text[link.start : link.end]
        leads_to = leads.get(canonical(link.url), "") if leads else ""
        anchor = _lead(leads_to, written) if leads_to else _anchor(link.url, written)
        pieces += [escape(text[end : link.start]), anchor]
        end = link.end
    pieces.append(escape(text[end:]))
    return mark_safe("".join(pieces))  # noqa: S308 - every piece is escaped above


def _anchor(url: str, written: str) -> str:
    return format_html(
        '<a href="{}" target="_blank" rel="noopener nofollow ugc">{}</a>', url, written
    )


def _lead(leads_to: str, written: str) -> str:
    return format_html(
        '<a href="{}" target="_blank" rel="noopener nofollow ugc" title="{} leads to {}">{}</a>',
        leads_to,
        written,
        leads_to,
        host_of(leads_to),
    )


@register.filter
def is_long(text: str) -> bool:
    """Whether the text is shown in part first."""
    return len(text) > LONG or text.count("\n") > MANY_LINES


@register.filter
def excerpt(text: str) -> str:
    """The beginning of a long text, ending with a whole word."""
    lines = "\n".join(text.split("\n")[: MANY_LINES // 2])
    return lines if len(lines) <= EXCERPT else lines[:EXCERPT].rsplit(" ", 1)[0]


@register.filter
def is_https(url: str) -> bool:
    """Pictures are shown only over https; the browser's policy loads no other."""
    return url.startswith("https://")


@register.filter
def may(member: Member, permission: str) -> bool:
    """Whether the reader may do this, so that no control is shown that would be refused."""
    return member.may(permission)


@register.filter
def hue_number(name: object) -> int:
    """The colour of a label, the same wherever it is worn."""
    return crc32(str(name).casefold().encode()) % 8


@register.filter
def label_values(name: str, worn: Collection[str]) -> str:
    """What a label's button sends: on, or off where it is worn."""
    return json.dumps({"name": name, "off": "1"} if name in worn else {"name": name})


@register.filter
def day_name(day: date, time_zone: str) -> str:
    """Today, Yesterday, or the day itself."""
    today = clock.now().astimezone(ZoneInfo(time_zone)).date()
    near = {0: "Today", 1: "Yesterday"}.get((today - day).days)
    year = f" {day.year}" if day.year != today.year else ""
    return near or f"{day:%A}, {day.day} {day:%B}{year}"


@register.filter
def in_zone(moment: datetime, time_zone: str) -> str:
    """A moment in the workspace's time, short."""
    local = moment.astimezone(ZoneInfo(time_zone))
    return f"{local:%a} {local.day} {local:%b, %H:%M}"


@register.filter
def in_month(moment: datetime) -> str:
    """When something was learned, as precisely as anybody cares."""
    return f"{moment:%B %Y}"
