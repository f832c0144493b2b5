"""What a better parser changes about a kept post: the pure part of a replay."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from cornbread.channels.domain.posts import HeardPost


class Difference(msgspec.Struct, frozen=True):
    """One field of a post: what is kept, and what the payload says now."""

    external_id: str
    field: str
    before: Any
    after: Any


def said(post: HeardPost, detect: Callable[[str], str | None]) -> dict[str, Any]:
    """What of a post is kept as its parser read it, by the names of the mention's fields."""
    return {
        "text": post.text,
        "lang": (post.lang or detect(post.text) or "")[:12],
        "attachments": list(msgspec.to_builtins(post.attachments)),
        "links": list(post.links),
        "url": post.url[:1000],
        "in_reply_to": post.in_reply_to or "",
    }


def differences(
    external_id: str, kept: Mapping[str, Any], now: Mapping[str, Any]
) -> list[Difference]:
    """Every field that reads differently now."""
    return [
        Difference(external_id, name, kept[name], value)
        for name, value in now.items()
        if kept[name] != value
    ]


def below(top: str, parents: Iterable[tuple[str, str]]) -> set[str]:
    """``top`` and everything that answers it, directly or not; ``parents`` are (id, parent)."""
    answers: dict[str, list[str]] = {}
    for id_, parent in parents:
        answers.setdefault(parent, []).append(id_)
    found, waiting = {top}, [top]
    while waiting:
        new = [id_ for id_ in answers.get(waiting.pop(), ()) if id_ not in found]
        found.update(new)
        waiting.extend(new)
    return found
