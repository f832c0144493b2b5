"""Recognising our own replies when the network tells them back, so that each is one entry."""

import re
from collections.abc import Sequence
from datetime import timedelta

from cornbread.care.domain.timeline import EntryKind
from cornbread.care.models import Conversation, Entry
from cornbread.listening.models import Mention
from cornbread.outbound.models import Delivery

#: How far the clock of a network may be behind ours.
CLOCKS_DIFFER = timedelta(minutes=5)
_ADDRESSEES = re.compile(r"^(?:@\S+\s+)+")


def sent_entries(
    workspace_id: int, filed: Sequence[tuple[Mention, Conversation]]
) -> dict[int, Entry]:
    """Entries of replies we sent that are these posts, by the posts' own ids.

    Nearly always the network gave the reply its id when we sent it. A reply that a person
    confirmed without one is recognised by its words, and by the post that it answers.
    """
    ours = [(post, conversation) for post, conversation in filed if post.ours]
    if not ours:
        return {}
    named = Entry.objects.exclude(external_id="").filter(
        workspace_id=workspace_id,
        source__in={post.source for post, _ in ours},
        external_id__in=[post.external_id for post, _ in ours],
    )
    by_id = {(one.source, one.external_id): one for one in named if one.mention_id is None}
    known = [(post, by_id.get((post.source, post.external_id))) for post, _ in ours]
    found = {post.pk: entry for post, entry in known if entry is not None}
    rest = [(post, conversation) for post, conversation in ours if post.pk not in found]
    return found | _by_words(rest)


def _by_words(rest: Sequence[tuple[Mention, Conversation]]) -> dict[int, Entry]:
    nameless = list(
        Entry.objects.select_related("delivery").filter(
            conversation__in={one.pk for _, one in rest if one.pk},
            kind=EntryKind.MESSAGE_OUT,
            delivery__isnull=False,
            mention=None,
            external_id="",
        )
    )
    found: dict[int, Entry] = {}
    for post, conversation in rest:
        for entry in nameless:
            same = entry.delivery is not None and is_same_message(entry.delivery, post)
            if same and entry.conversation_id == conversation.pk:
                found[post.pk] = entry
                nameless.remove(entry)
                break
    return found


def heard_entry(delivery: Delivery, conversation: Conversation) -> Entry | None:
    """The entry under which the network told us of this reply before we knew that it was sent."""
    heard = Entry.objects.select_related("mention").filter(
        conversation=conversation,
        kind=EntryKind.MESSAGE_OUT,
        delivery=None,
        mention__in_reply_to=delivery.in_reply_to,
    )
    same = (e for e in heard if e.mention is not None and is_same_message(delivery, e.mention))
    return next(same, None)


def is_same_message(delivery: Delivery, post: Mention) -> bool:
    """Whether a post of ours is this reply: same place, same words, not older."""
    if (post.in_reply_to, post.visibility) != (delivery.in_reply_to, delivery.visibility):
        return False
    since = (delivery.first_attempt_at or delivery.created_at) - CLOCKS_DIFFER
    return post.posted_at >= since and _words(post.text) == _words(delivery.text)


def _words(text: str) -> str:
    # Networks put the addressee in front of an answer.
    return " ".join(_ADDRESSEES.sub("", text.lstrip()).split()).casefold()
