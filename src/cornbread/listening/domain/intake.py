"""The stateless stages of intake: what to keep of a batch, and why. No database, no network."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from itertools import zip_longest

import msgspec

from cornbread.channels.domain.posts import HeardPost
from cornbread.listening.domain.matching import MatchablePost, Matcher

#: The version of a post that was never edited.
FIRST = datetime.min.replace(tzinfo=UTC)


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A heard post with what the stages found out about it."""

    post: HeardPost
    ours: bool
    lang: str
    watches: tuple[int, ...] = ()


def rounds(posts: Iterable[HeardPost]) -> list[list[HeardPost]]:
    """Each version of each post once, older versions in earlier rounds, so that a post and its
    edit are followed one after the other also when they come together.
    """
    known: dict[str, dict[datetime, HeardPost]] = {}
    for post in posts:
        known.setdefault(post.external_id, {}).setdefault(post.edited_at or FIRST, post)
    histories = [[versions[at] for at in sorted(versions)] for versions in known.values()]
    return [[post for post in one if post is not None] for one in zip_longest(*histories)]


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
    for post in posts:
        ours = post.ours or post.author.external_id in own_ids
        lang = (post.lang or detect(post.text) or "")[:12]
        text = MatchablePost(text=post.text, author=post.author.handle, lang=lang, network=network)
        watches = () if ours else tuple(matcher.match(text))
        found.append(Candidate(post=post, ours=ours, lang=lang, watches=watches))
    return found


def worth_keeping(candidates: Iterable[Candidate], known: Collection[str]) -> list[Candidate]:
    """Posts of ours, to us, caught by a watch, in answer to a post that is kept, or kept already.

    ``known`` holds the ids that are kept. In the order of their posting.
    """
    ordered = sorted(candidates, key=lambda one: one.post.created_at)
    answers: dict[str, list[str]] = {}
    for one in ordered:
        answers.setdefault(one.post.in_reply_to or "", []).append(one.post.external_id)
    wanted = [one.post.external_id for one in ordered if _wanted(one, known)]
    kept = set(wanted)
    while wanted:  # times are no help here: an answer may be dated before what it answers
        new = [id_ for id_ in answers.get(wanted.pop(), ()) if id_ not in kept]
        kept.update(new)
        wanted.extend(new)
    return [one for one in ordered if one.post.external_id in kept]


def _wanted(one: Candidate, known: Collection[str]) -> bool:
    if one.ours or one.post.addressed or one.watches:
        return True
    return one.post.external_id in known or one.post.in_reply_to in known


def for_inbox(candidate: Candidate, inbox_watches: Mapping[int, bool]) -> bool:
    """Whether the post opens a conversation by itself."""
    caught = any(inbox_watches.get(watch, False) for watch in candidate.watches)
    return not candidate.ours and (candidate.post.addressed or caught)
