"""From the values of one record to a heard post."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from operator import itemgetter

import msgspec

from cornbread.channels.domain.posts import Author, HeardPost, Visibility
from cornbread.channels.networks.file.dates import DateOrder, is_twitter_date, read_date
from cornbread.channels.networks.file.mapping import PARTS, Mapping
from cornbread.channels.networks.file.problems import Reason, Unusable, shown

_LONGEST_NAME = 255
_LONGEST_URL = 2000
_NOTHING = frozenset({"", "nan", "none", "null"})
_INBOUND = {
    **dict.fromkeys(("true", "t", "1", "1.0", "yes", "y", "in", "inbound", "incoming"), True),
    **dict.fromkeys(("false", "f", "0", "0.0", "no", "n", "out", "outbound", "outgoing"), False),
}
_VISIBILITY = {
    **dict.fromkeys(("", "public", "unlisted", "open"), Visibility.PUBLIC),
    **dict.fromkeys(("direct", "private", "dm", "message"), Visibility.DIRECT),
}
_YES = frozenset(("true", "t", "1", "1.0", "yes", "y"))
_BETWEEN_LINKS = re.compile(r"[\s,|;]+(?=[\"']?https?://)|[\s|]+")
_MOST_LINKS = 20
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_encode = msgspec.json.Encoder().encode


class CsvRows:
    """Takes the fields of CSV records apart as the mapping says."""

    def __init__(self, columns: Sequence[str], mapping: Mapping) -> None:
        self._columns = columns
        width = len(columns)
        # A part without a column reads the empty field put behind the others.
        index = {part: columns.index(column) for part, column in mapping.columns.items()}
        self._pick: Callable[[list[str]], tuple[str, ...]] = itemgetter(
            *[index.get(part, width) for part in PARTS]
        )
        self._to_post = Posts(mapping)

    def post(self, fields: list[str]) -> HeardPost:
        """The post of one record; raises Unusable."""
        width = len(self._columns)
        if len(fields) < width:
            raise Unusable(
                Reason.TOO_FEW_COLUMNS, f"There are {len(fields)} columns instead of {width}."
            )
        if len(fields) > width:
            raise Unusable(
                Reason.TOO_MANY_COLUMNS,
                f"There are {len(fields)} columns instead of {width}; "
                "a text with a comma needs quotes.",
            )
        raw = _encode(dict(zip(self._columns, fields, strict=True)))
        fields.append("")
        return self._to_post.make(self._pick(fields), raw)


class JsonRows:
    """Takes JSON objects apart; a column may be a path such as ``user.id``."""

    def __init__(self, mapping: Mapping) -> None:
        self._columns = [mapping.columns.get(part, "") for part in PARTS]
        self._to_post = Posts(mapping)

    def post(self, value: dict[str, object], raw: bytes) -> HeardPost:
        """The post of one object; raises Unusable."""
        values = tuple(_text_at(value, column) if column else "" for column in self._columns)
        if b"\\u0000" in raw and any("\0" in text for text in values):
            raise Unusable(Reason.NUL, "The record holds a zero byte.")
        return self._to_post.make(values, raw)


class Posts:
    """Makes posts of texts in the order of ``PARTS``."""

    def __init__(self, mapping: Mapping) -> None:
        self._dates: DateOrder = mapping.dates
        self._says_inbound = "inbound" in mapping.columns

    def make(self, values: tuple[str, ...], raw: bytes) -> HeardPost:
        """The post of one record; raises Unusable."""
        id_, author, text, created, parent, inbound, name, lang, url, visibility = values[:10]
        links, repost, followers = values[10:]
        external_id = plain_id(id_)
        if not external_id:
            raise Unusable(Reason.EMPTY_ID, "The id is empty.")
        created = created.strip()
        # Exports of this shape carry the text as it stood in HTML.
        if "&" in text and is_twitter_date(created):
            text = _unescaped(text)
        from_customer = _inbound(inbound) if self._says_inbound else True
        return HeardPost(
            external_id=external_id,
            author=_author(author, name, followers),
            text=text,
            created_at=self._created_at(created),
            ours=not from_customer,
            addressed=from_customer,
            in_reply_to=(plain_id(parent) or None) if parent else None,
            visibility=_visibility(visibility) if visibility else Visibility.PUBLIC,
            url=_web_address(url) if url else "",
            lang=_language(lang) if lang else None,
            links=_links(links) if links else (),
            repost=bool(repost) and repost.strip().lower() in _YES,
            raw=raw,
        )

    def _created_at(self, text: str) -> datetime:
        return read_date(text, self._dates)


def plain_id(value: str) -> str:
    """An id as text; ``3.0`` is 3, and "" when there is none. Raises Unusable."""
    if value.isdecimal() and len(value) < _LONGEST_NAME:
        return value
    value = value.strip()
    whole, dot, rest = value.partition(".")
    if dot and whole.isdecimal() and rest and not rest.strip("0"):
        return whole
    if value.lower() in _NOTHING:
        return ""
    mantissa, e, exponent = value.lower().partition("e+")
    if e and exponent.isdecimal() and mantissa.replace(".", "", 1).isdecimal():
        raise Unusable(
            Reason.DAMAGED_ID,
            f"The id {shown(value)} was shortened by a spreadsheet; export the column as text.",
        )
    if len(value) > _LONGEST_NAME:
        raise Unusable(Reason.TOO_LONG, f"The id {shown(value)} is too long.")
    return value


def _author(handle: str, name: str, followers: str) -> Author:
    handle = handle.strip()
    whole, dot, rest = handle.partition(".")
    if dot and rest == "0" and whole.isdecimal():
        handle = whole
    if not handle:
        raise Unusable(Reason.EMPTY_AUTHOR, "The author is empty.")
    if len(handle) > _LONGEST_NAME:
        raise Unusable(Reason.TOO_LONG, f"The author {shown(handle)} is too long.")
    return Author(
        external_id=handle,
        handle=handle,
        name=name.strip()[:_LONGEST_NAME],
        followers=_count(followers) if followers else None,
    )


def _count(value: str) -> int | None:
    """A number of followers; one that cannot be read is as good as none."""
    whole = value.strip().partition(".")[0]
    return int(whole) if whole.isdecimal() and len(whole) < 16 else None


def _links(value: str) -> tuple[str, ...]:
    """Addresses apart by spaces, commas or bars; what is none is left out."""
    found = (_web_address(piece.strip("[]\"'")) for piece in _BETWEEN_LINKS.split(value))
    return tuple(dict.fromkeys(filter(None, found)))[:_MOST_LINKS]


def _inbound(value: str) -> bool:
    known = _INBOUND.get(value) if value in _INBOUND else _INBOUND.get(value.strip().lower())
    if known is None:
        raise Unusable(
            Reason.BAD_INBOUND,
            f"Inbound is {shown(value)}; it has to be true or false, yes or no, in or out, 1 or 0.",
        )
    return known


def _visibility(value: str) -> Visibility:
    known = _VISIBILITY.get(value.strip().lower())
    if known is None:
        # A private message must not become public because of an unknown word.
        raise Unusable(
            Reason.BAD_VISIBILITY,
            f"Visibility is {shown(value)}; it has to be public or direct.",
        )
    return known


def _web_address(value: str) -> str:
    value = value.strip()
    return value if value.startswith(("https://", "http://")) and len(value) <= _LONGEST_URL else ""


def _language(value: str) -> str | None:
    value = value.strip().lower().replace("_", "-")
    return value if value and len(value) <= 16 and value not in _NOTHING else None


def _unescaped(text: str) -> str:
    for entity, letter in _ENTITIES:
        text = text.replace(entity, letter)
    return text


def _text_at(value: dict[str, object], column: str) -> str:
    found: object = value.get(column)
    if found is None and "." in column:
        found = value
        for key in column.split("."):
            found = found.get(key) if isinstance(found, dict) else None
    match found:
        case str():
            return found
        case None:
            return ""
        case bool():
            return "true" if found else "false"
        case int() | float():
            return str(found)
        case _:
            raise Unusable(Reason.NOT_TEXT, f"{column} is not a text or a number.")
