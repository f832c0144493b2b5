"""Kept posts as queries see them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from cornbread.listening.domain.intake import PICTURES
from cornbread.listening.domain.matching import MatchablePost
from cornbread.listening.domain.query import Field, Followers, Query
from cornbread.listening.models import Mention


def matchable_mention(mention: Mention, longest: int) -> MatchablePost:
    """What of a kept post a query can ask about, with up to ``longest`` characters of its text."""
    return MatchablePost(
        text=mention.text[:longest],
        author=mention.identity.handle,
        lang=mention.lang,
        network=mention.channel.kind,
        links=tuple(mention.links),
        has_image=_has_image(mention.attachments),
        is_reply=bool(mention.in_reply_to),
        is_repost=mention.repost,
        followers=mention.identity.followers,
    )


class Columns:
    """The columns that must be read of kept posts to try a query on them, and no others: most
    queries ask for words alone, and reading everything would take several times as long."""

    def __init__(self, terms: Iterable[Query]) -> None:
        asked = dict.fromkeys(name for term in terms for name in _asked(term))
        self._fields = [(name, _SOURCES[name][1]) for name in asked]
        self.names = ["pk", "text", *(_SOURCES[name][0] for name in asked)]

    def post(self, text: str, values: Iterable[Any]) -> MatchablePost:
        """The post of a row; ``values`` are those of the columns after the text."""
        known = zip(self._fields, values, strict=True)
        return MatchablePost(text, **{name: read(value) for (name, read), value in known})


def _has_image(attachments: Iterable[dict[str, str]]) -> bool:
    return any(one.get("kind") in PICTURES for one in attachments)


def _same(value: Any) -> Any:
    return value


# What a post is made of, by its field: the column it is kept in and how that is read.
_SOURCES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "author": ("identity__handle", _same),
    "lang": ("lang", _same),
    "network": ("channel__kind", _same),
    "links": ("links", tuple),
    "has_image": ("attachments", _has_image),
    "is_reply": ("in_reply_to", bool),
    "is_repost": ("repost", _same),
    "followers": ("identity__followers", _same),
}
_ASKED_BY = {
    "from": "author",
    "lang": "lang",
    "network": "network",
    "url": "links",
    "domain": "links",
    "link": "links",
    "image": "has_image",
    "reply": "is_reply",
    "repost": "is_repost",
}


def _asked(term: Query) -> Iterator[str]:
    match term:
        case Followers():
            yield "followers"
        case Field("has" | "is", thing):
            if thing in _ASKED_BY:
                yield _ASKED_BY[thing]
        case Field(name, _):
            yield _ASKED_BY[name]
