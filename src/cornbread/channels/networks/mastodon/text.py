"""From the HTML of a status to the text that its author typed, as well as it can be known.

Nothing here trusts the markup: whatever arrives, the result is plain text that a database and a
browser can hold, and the functions never raise.
"""

import re
import unicodedata

from selectolax.lexbor import LexborHTMLParser, LexborNode

#: Longer markup than this is cut: no server lets people write that much.
MAX_HTML = 50_000

_NEWLINE = frozenset({"li", "div", "tr", "dt", "dd"})
_EMPTY_LINE = frozenset(
    {"p", "blockquote", "ul", "ol", "dl", "pre", "table", "section", "article", "hr"}
    | {"h1", "h2", "h3", "h4", "h5", "h6"}
)
_UNSAID = frozenset(
    {"script", "style", "template", "noscript", "title", "head", "iframe", "object", "svg", "math"}
)
#: Control characters, except tab and newline: PostgreSQL refuses NUL, screens mangle the rest.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_SPACES = re.compile(r"[ \t\r\f]*\n[ \t\r\f]*")
_MANY_NEWLINES = re.compile(r"\n{3,}")
_RUN_OF_SPACES = re.compile(r"[ \t\r\n\f]+")
_MENTION = re.compile(r"(?<![\w/])@(\w[\w.-]*)@[\w.-]+(?::\d+)?")


def clean(text: str) -> str:
    """The text without control characters and lone surrogates, newlines as ``\\n``."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text.encode("utf-8", "replace").decode("utf-8"))


def to_text(html: str) -> str:
    """Plain text: paragraphs apart by an empty line, ``<br>`` as a newline, links in full."""
    body = LexborHTMLParser(clean(html[:MAX_HTML])).body
    if body is None:
        return ""
    text = _SPACES.sub("\n", clean("".join(_Writer().write(body))))
    return _MANY_NEWLINES.sub("\n\n", text).strip()


def same_text(one: str, other: str) -> bool:
    """Whether two renderings are the same post: spaces, Unicode form and hosts may differ."""
    return _normal(one) == _normal(other)


def _normal(text: str) -> str:
    # Servers show "@ana@example.org" as "@ana", and fold newlines and composed letters.
    short = _MENTION.sub(r"@\1", unicodedata.normalize("NFKC", clean(text)))
    return " ".join(short.split()).casefold()


class _Writer:
    """Walks a tree without recursion, since hostile markup can be thousands of levels deep."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.links: list[tuple[LexborNode, int]] = []

    def write(self, body: LexborNode) -> list[str]:
        node: LexborNode | None = body.child
        stack: list[LexborNode] = []
        while node is not None or stack:
            if node is None:
                closed = stack.pop()
                self._leave(closed)
                node = closed.next
            elif self._enter(node):
                stack.append(node)
                node = node.child
            else:
                node = node.next
        return self.parts

    def _enter(self, node: LexborNode) -> bool:
        """Write what opens here; true when the children are to be visited."""
        tag = node.tag or ""
        if tag == "-text":
            self.parts.append(_RUN_OF_SPACES.sub(" ", node.text_content or ""))
            return False
        if tag == "br":
            self.parts.append("\n")
            return False
        if tag.startswith(("-", "!")) or tag in _UNSAID:
            return False
        if tag == "img":
            # Custom emojis of some servers are pictures whose alt text is the shortcode.
            self.parts.append(node.attributes.get("alt") or "")
            return False
        self._break(tag)
        if tag == "li":
            self.parts.append("- ")
        if tag == "a":
            self.links.append((node, len(self.parts)))
        return True

    def _leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        self._break(tag)
        if tag == "a" and self.links:
            link, start = self.links.pop()
            shown = "".join(self.parts[start:])
            self.parts[start:] = [_link_text(shown, link.attributes)]

    def _break(self, tag: str) -> None:
        if self.parts and tag in _NEWLINE and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")
        elif self.parts and tag in _EMPTY_LINE:
            self.parts.append("\n\n")


def _link_text(shown: str, attributes: dict[str, str | None]) -> str:
    """What a link reads as: the address in full, unless it names a person or a topic."""
    href = clean(attributes.get("href") or "").strip()
    classes = (attributes.get("class") or "").split()
    label = shown.strip()
    if "mention" in classes or "hashtag" in classes or label.startswith(("@", "#")):
        return shown
    if not href.lower().startswith(("http://", "https://")):
        return shown
    if not label or label.rstrip("…") in href:
        return href
    return f"{shown} ({href})"
