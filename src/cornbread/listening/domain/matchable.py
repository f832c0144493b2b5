"""A post as queries see it, and what of it their fields ask for."""

import msgspec

from cornbread.listening.domain.text import asks, links, normalise


class MatchablePost(msgspec.Struct, frozen=True):
    """What of a post a query can ask about, as plain values.

    ``author`` is the account's handle with or without the leading @ and host, ``lang`` an
    IETF tag such as ``en`` or ``pt-BR``, ``network`` the kind of network. ``links`` are addresses
    that came beside the text; those in the text count anyway. ``followers`` is None when unknown.
    """

    text: str
    author: str = ""
    lang: str | None = None
    network: str = ""
    links: tuple[str, ...] = ()
    has_image: bool = False
    is_reply: bool = False
    is_repost: bool = False
    followers: int | None = None


def links_of(post: MatchablePost) -> list[str]:
    """The addresses of the post's links, in its text and beside it."""
    return [*links(post.text), *post.links]


def things_of(post: MatchablePost) -> set[str]:
    """What ``has:`` finds in the post."""
    has = {
        "link": bool(links_of(post)),
        "image": post.has_image,
        "question": asks(post.text),
    }
    return {name for name, there in has.items() if there}


def author_of(post: MatchablePost) -> str:
    """The author's handle as queries hold it."""
    return normalise(post.author).strip().removeprefix("@")


def lang_of(post: MatchablePost) -> str:
    """The language tag as queries hold it; empty when unknown."""
    return normalise(post.lang or "").replace("_", "-")
