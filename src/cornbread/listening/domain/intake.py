"""The stateless stages of intake: what to keep of a batch, and why. No database, no network."""

from collections.abc import Callable, Collection, Iterable, Mapping

import msgspec

from cornbread.channels.domain.posts import HeardPost
from cornbread.listening.domain.matching import MatchablePost, Matcher


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A heard post with what the stages found out about it."""

    post: HeardPost
    ours: bool
    lang: str
    watches: tuple[int, ...] = ()


def latest_versions(posts: Iterable[HeardPost]) -> list[HeardPost]:
    """Each post once, in its newest version, in the order in which it was first heard."""
    by_id: dict[str, HeardPost] = {}
    for post in posts:
        before = by_id.get(post.external_id)
        if before is None or _version(post) > _version(before):
            by_id[post.external_id] = post
    return list(by_id.values())


def _version(post: HeardPost) -> str:
    return post.edited_at.isoformat() if post.edited_at else ""


def examine(
    posts: Iterable[HeardPost],
    *,
    network: str,
    own_ids: Collection[str],
    matcher: Matcher,
    detect: Callable[[str], str | None],
) -> list[Candidate]:
    """Normalise, enrich and match. Our own posts are never matched: we do not watch ourselves."""
    found = []
    for post in latest_versions(posts):
        ours = post.ours or post.author.external_id in own_ids
        lang = (post.lang or detect(post.text) or "")[:12]
        text = MatchablePost(text=post.text, author=post.author.handle, lang=lang, network=network)
        watches = () if ours else tuple(matcher.match(text))
        found.append(Candidate(post=post, ours=ours, lang=lang, watches=watches))
    return found


def worth_keeping(
    candidates: Iterable[Candidate], known_parents: Collection[str]
) -> list[Candidate]:
    """Posts of ours, to us, caught by a watch, or in answer to a post that is kept."""
    kept: dict[str, Candidate] = {}
    for candidate in sorted(candidates, key=lambda one: one.post.created_at):
        post = candidate.post
        answers_kept = post.in_reply_to in known_parents or post.in_reply_to in kept
        if candidate.ours or post.addressed or candidate.watches or answers_kept:
            kept[post.external_id] = candidate
    return list(kept.values())


def for_inbox(candidate: Candidate, inbox_watches: Mapping[int, bool]) -> bool:
    """Whether the post opens a conversation by itself."""
    caught = any(inbox_watches.get(watch, False) for watch in candidate.watches)
    return not candidate.ours and (candidate.post.addressed or caught)
