"""From the HTML of an entry to the words that a reader sees."""

import re
from html import unescape

from selectolax.lexbor import LexborHTMLParser

_LONGEST_MARKUP = 100_000
#: The time to build a tree grows with the square of its depth.
_DEEPEST = 2000
_LONGEST_TEXT = 20_000
_BREAK = re.compile(r"(?i)<(?:br|hr|/?(?:tr|li|div|dd|dt|figure|figcaption|pre))\b")
_PARAGRAPH = re.compile(r"(?i)</?(?:p|blockquote|ul|ol|dl|table|section|article|h[1-6])\b")
_UNSEEN = ["script", "style", "template", "noscript", "iframe", "object", "svg", "math", "title"]
_HREF = re.compile(r"""(?i)<a\s[^<>]*?\bhref\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')""")
_TAG = re.compile(r"<[^<>]*>")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_AROUND_NEWLINES = re.compile(r"[ \t\xa0]*\n[ \t\xa0]*")
_EMPTY_LINES = re.compile(r"\n{3,}")


def plain(text: str) -> str:
    """Text without control characters and lone surrogates, at most one empty line at a time."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()
    text = _AROUND_NEWLINES.sub("\n", _CONTROL.sub("", text))
    return _EMPTY_LINES.sub("\n\n", text).strip()[:_LONGEST_TEXT]


def from_html(html: str) -> str:
    """What is left of HTML for the eye: paragraphs apart, everything unseen left out."""
    marked = " ".join(html[:_LONGEST_MARKUP].encode("utf-8", "replace").decode().split())
    marked = _BREAK.sub(r"\n\g<0>", _PARAGRAPH.sub(r"\n\n\g<0>", marked))
    if marked.count("<") - 2 * marked.count("</") > _DEEPEST:
        return plain(unescape(_TAG.sub("", marked)))
    tree = LexborHTMLParser(marked)
    tree.strip_tags(_UNSEEN)
    return plain(tree.body.text()) if tree.body else ""


def hrefs(html: str) -> list[str]:
    """Where the links of HTML lead, in their order; the words shown do not say it."""
    found = _HREF.findall(html[:_LONGEST_MARKUP])
    return [unescape(double or single) for double, single in found]


def one_line(text: str, longest: int) -> str:
    """A name or title: on one line and not too long."""
    return " ".join(plain(text).split())[:longest]
