"""Posts as every database can hold them: one odd post must not keep a stream from going on."""

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec

from cornbread.channels.domain.posts import HeardPost

#: The longest id that is kept as it is; feeds have ids that are whole addresses.
LONGEST_ID = 300


def all_storable(posts: Iterable[HeardPost]) -> list[HeardPost]:
    """``storable`` of each. Whether anything is to be done at all is asked of all at once."""
    every = list(posts)
    words: list[str] = []
    for post in every:
        words += _words(post)
    longest = max((len(one) for post in every for one in _ids(post)), default=0)
    if longest <= LONGEST_ID and _is_clean(words):
        return every
    return [storable(post) for post in every]


def storable(post: HeardPost) -> HeardPost:
    """The same post without zero bytes and half characters, its ids of bounded length.

    PostgreSQL stores no zero byte, and half of a surrogate pair is no character; no person ever
    meant either. Nearly every post is returned as it came.
    """
    if not _is_clean(_words(post)):
        post = msgspec.convert(_cleaned(msgspec.to_builtins(post)), HeardPost)
    if max(map(len, _ids(post))) <= LONGEST_ID:
        return post
    author = msgspec.structs.replace(post.author, external_id=bounded(post.author.external_id))
    parent = bounded(post.in_reply_to) if post.in_reply_to else None
    return msgspec.structs.replace(
        post, external_id=bounded(post.external_id), author=author, in_reply_to=parent
    )


def bounded(id_: str) -> str:
    """An id as it is kept: a long one by its beginning and its digest, always the same."""
    if len(id_) <= LONGEST_ID:
        return id_
    digest = hashlib.sha256(id_.encode()).hexdigest()
    return f"{id_[: LONGEST_ID - 65]}~{digest}"


def _ids(post: HeardPost) -> tuple[str, str, str]:
    return post.external_id, post.author.external_id, post.in_reply_to or ""


def _words(post: HeardPost) -> list[str]:
    author = post.author
    words = [post.text, post.url, post.lang or "", *_ids(post), *post.addressed_to, *post.links]
    words += (author.handle, author.name, author.url, author.avatar_url)
    for one in post.attachments:
        words += (one.kind, one.url, one.preview_url, one.description)
    return words


def _is_clean(words: Iterable[str]) -> bool:
    text = "".join(words)
    if "\x00" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {key: _cleaned(one) for key, one in value.items()}
    return [_cleaned(one) for one in value] if isinstance(value, list | tuple) else value
