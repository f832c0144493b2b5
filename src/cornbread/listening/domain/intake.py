"""The stateless stages of intake: what to keep of a batch, and why. No database, no network."""

from collections.abc import Callable, Collection, Iterable, Mapping
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


def rounds(posts: Iterable[HeardPost]) -> list[list[HeardPost]]:
    """Each version of each post once, older versions in earlier rounds, so that a post and its
    edit are followed one after the other also when they come together.
    """
    every = list(posts)
    if not any(post.edited_at for post in every):  # nearly always
        once: dict[str, HeardPost] = {}
        for post in every:
            once.setdefault(post.external_id, post)
        return [list(once.values())] if once else []
    known: dict[str, dict[datetime, HeardPost]] = {}
    for post in every:
        known.setdefault(post.external_id, {}).setdefault(post.edited_at or FIRST, post)
    histories = [[versions[at] for at in sorted(versions)] for versions in known.values()]
    return [[post for post in one if post is not None] for one in zip_longest(*histories)]


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


def undecided(candidates: Iterable[Candidate]) -> set[str]:
    """The ids that decide over what is not wanted for itself: of the posts that it answers, and
    of itself where it is a later version. Those that are kept already make it worth keeping.
    """
    rest = [one.post for one in candidates if not _wanted(one)]
    asked = {post.in_reply_to for post in rest if post.in_reply_to}
    return asked | {post.external_id for post in rest if post.edited_at}


def worth_keeping(candidates: Iterable[Candidate], known: Collection[str]) -> list[Candidate]:
    """Posts of ours, to us, caught by a watch, in answer to a post that is kept, or kept already.

    ``known`` holds the ids that are kept. In the order of their posting.
    """
    every = list(candidates)
    chosen = {one.post.external_id: one for one in every if _wanted(one) or _known(one, known)}
    if not chosen:
        return []
    if len(chosen) < len(every):
        _add_answers(chosen, every)
    return sorted(chosen.values(), key=lambda one: one.post.created_at)


def _add_answers(chosen: dict[str, Candidate], every: Iterable[Candidate]) -> None:
    """Answers to what is chosen are chosen too."""
    answers: dict[str, list[Candidate]] = {}
    for one in every:
        if one.post.in_reply_to and one.post.external_id not in chosen:
            answers.setdefault(one.post.in_reply_to, []).append(one)
    wanted = list(chosen) if answers else []
    while wanted:  # times are no help here: an answer may be dated before what it answers
        for one in answers.pop(wanted.pop(), ()):
            if chosen.setdefault(one.post.external_id, one) is one:
                wanted.append(one.post.external_id)


def _wanted(one: Candidate) -> bool:
    return bool(one.ours or one.post.addressed or one.watches)


def _known(one: Candidate, known: Collection[str]) -> bool:
    return one.post.external_id in known or one.post.in_reply_to in known


def for_inbox(candidate: Candidate, inbox_watches: Mapping[int, bool]) -> bool:
    """Whether the post opens a conversation by itself."""
    caught = any(inbox_watches.get(watch, False) for watch in candidate.watches)
    return not candidate.ours and (candidate.post.addressed or caught)
