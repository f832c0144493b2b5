"""Filters of listening: queries in colours, and marked words in posts, both escaped."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from cornbread.listening.domain.marking import Piece
from cornbread.listening.domain.query import QueryError, parse
from cornbread.listening.domain.query.colouring import parts
from cornbread.listening.previewing import Preview

register = template.Library()


@register.filter
def coloured(query: str) -> SafeString:
    """A query with its parts in colours."""
    found = [(f"cb-q-{part.kind or 'space'}", part.text) for part in parts(query)]
    return format_html_join("", '<span class="{}">{}</span>', found)


@register.filter
def marked(pieces: Iterable[Piece], kind: str = "hit") -> SafeString:
    """A text with the marked pieces in ``mark`` elements."""
    mark = '<mark class="cb-{}">{}</mark>'
    return format_html_join(
        "",
        "{}",
        [
            (format_html(mark, kind, piece.text) if piece.marked else piece.text,)
            for piece in pieces
        ],
    )


@register.filter
def fault(query: str) -> str:
    """What is wrong with a query that was stored; empty when it can be used."""
    try:
        parse(query)
    except QueryError as wrong:
        return wrong.message
    return ""


@register.filter
def thousands(number: int) -> str:
    """A count that can be read: 12,345."""
    return f"{number:,}"


@register.filter
def magnitude(number: int) -> int:
    """A number without its sign, for sentences that say the sign in words."""
    return abs(number)


@register.filter
def share(found: Preview) -> str:
    """Which part of the posts a query catches, in words that fit small numbers too."""
    percent = 100 * found.caught / found.of
    if 0 < percent < 0.1:
        return "less than 0.1 %"
    return f"{percent:.1f} %" if percent < 10 else f"{percent:.0f} %"
