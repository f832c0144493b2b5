"""The stateless stages of intake: what to keep of a batch, and why. No database, no network."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import zip_longest

import msgspec

from cornbread.channels.domain.posts import HeardPost
from cornbread.listening.domain.matching import MatchablePost, Matcher

#: Kinds of attachments that are seen as a picture.
PICTURES = frozenset({"image", "gifv"})
#: The version of a post that was never edited.
FIRST = datetime.min.replace(tzinfo=UTC)


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A heard post with what the stages found out about it."""

    post: HeardPost
    ours: bool
    lang: str
    watches: tuple[int, ...] = ()


def each_once(posts: Iterable[HeardPost]) -> list[HeardPost]:
    """Each version of each post once."""
    versions: dict[tuple[str, datetime | None], HeardPost] = {}
    for post in posts:
        versions.setdefault((post.external_id, post.edited_at), post)
    return list(versions.values())


def in_rounds(kept: Sequence[Candidate]) -> list[list[Candidate]]:
    """Each version of each post once, in the order of posting, and older versions in earlier
    rounds, so that a post and its edit are followed one after the other also when they come
    together.
    """
    every = sorted(kept, key=lambda one: one.post.created_at)
    if not any(one.post.edited_at for one in every):  # nearly always
        once = {one.post.external_id: one for one in every}
        return [list(once.values())] if once else []
    known: dict[str, dict[datetime, Candidate]] = {}
    for one in every:
        versions = known.setdefault(one.post.external_id, {})
        versions.setdefault(one.post.edited_at or FIRST, one)
    histories = [[versions[at] for at in sorted(versions)] for versions in known.values()]
    return [[one for one in round_ if one is not None] for round_ in zip_longest(*histories)]


def examine(
    posts: Iterable[HeardPost],
    *,
    network: str,
    own_ids: Collection[str],
    matcher: Matcher,
    detect: Callable[[str], str | None] | None = None,
) -> list[Candidate]:
    """Normalise, enrich and match. Our own posts are never matched: we do not watch ourselves.

    ``detect`` is given where a watch asks for a language: otherwise it is found out later, and
    only of what is kept (see ``with_languages``).
    """
    told = [
        (post, post.ours or post.author.external_id in own_ids, _language(post, detect))
        for post in posts
    ]
    asked = [matchable(post, lang, network) for post, ours, lang in told if not ours]
    # All at once: a batch is matched in half the time that its posts take one by one.
    matched = iter(matcher.match_batch(asked))
    return [
        Candidate(
            post=post, ours=ours, lang=lang[:12], watches=() if ours else tuple(next(matched))
        )
        for post, ours, lang in told
    ]


def _language(post: HeardPost, detect: Callable[[str], str | None] | None) -> str:
    return post.lang or (detect(post.text) if detect else None) or ""


def with_languages(
    kept: Iterable[Candidate], detect: Callable[[str], str | None]
) -> list[Candidate]:
    """The same candidates, each with a language as far as it can be told."""
    return [
        one
        if one.lang
        else Candidate(
            post=one.post,
            ours=one.ours,
            lang=(detect(one.post.text) or "")[:12],
            watches=one.watches,
        )
        for one in kept
    ]


def matchable(post: HeardPost, lang: str, network: str) -> MatchablePost:
    """What of a heard post a query can ask about."""
    return MatchablePost(
        text=post.text,
        author=post.author.handle,
        lang=lang,
        network=network,
        links=post.links,
        has_image=bool(post.attachments) and any(one.kind in PICTURES for one in post.attachments),
        is_reply=post.in_reply_to is not None,
        is_repost=post.repost,
        followers=post.author.followers,
    )


def wanted(one: Candidate) -> bool:
    """Whether a post is kept for its own sake: ours, to us, or caught by a watch."""
    return bool(one.ours or one.post.addressed or one.watches)


def by_awaited(rest: Iterable[Candidate]) -> dict[str, list[Candidate]]:
    """Posts that are kept only if another one is, by the ids of those others: what a post
    answers, and for a later version the post itself.
    """
    found: dict[str, list[Candidate]] = {}
    for one in rest:
        post = one.post
        if post.in_reply_to:
            found.setdefault(post.in_reply_to, []).append(one)
        if post.edited_at:
            found.setdefault(post.external_id, []).append(one)
    return found


def following(ids: Iterable[str], awaited: dict[str, list[Candidate]]) -> list[Candidate]:
    """What hangs on these posts, directly or through one another, taken out of ``awaited``."""
    found: dict[tuple[str, datetime | None], Candidate] = {}
    kept = list(ids) if awaited else []
    while kept:  # times are no help here: an answer may be dated before what it answers
        for one in awaited.pop(kept.pop(), ()):
            found[one.post.external_id, one.post.edited_at] = one
            kept.append(one.post.external_id)
    return list(found.values())


def for_inbox(candidate: Candidate, inbox_watches: Mapping[int, bool]) -> bool:
    """Whether the post opens a conversation by itself."""
    caught = any(inbox_watches.get(watch, False) for watch in candidate.watches)
    return not candidate.ours and (candidate.post.addressed or caught)
