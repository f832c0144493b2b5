"""Recognising our own replies when the network tells them back, so that each is one entry."""

import re
from collections.abc import Sequence
from datetime import timedelta

from cornbread.care.domain.timeline import EntryKind
from cornbread.care.models import Conversation, Entry
from cornbread.care.posts import Filed, Post
from cornbread.listening.models import Mention
from cornbread.outbound.models import Delivery

#: How far the clock of a network may be behind ours.
CLOCKS_DIFFER = timedelta(minutes=5)
_ADDRESSEES = re.compile(r"^(?:@\S+\s+)+")


def sent_entries(workspace_id: int, filed: Sequence[Filed]) -> dict[int, Entry]:
    """Entries of replies we sent that are these posts, by the posts' own ids.

    Nearly always the network gave the reply its id when we sent it. A reply that a person
    confirmed without one is recognised by its words, and by the post that it answers.
    """
    ours = [one for one in filed if one.post.ours]
    if not ours:
        return {}
    named = Entry.objects.exclude(external_id="").filter(
        workspace_id=workspace_id,
        source__in={post.source for post, _ in ours},
        external_id__among=[post.external_id for post, _ in ours],
    )
    by_id = {(one.source, one.external_id): one for one in named if one.mention_id is None}
    known = [(post, by_id.get((post.source, post.external_id))) for post, _ in ours]
    found = {post.id: entry for post, entry in known if entry is not None}
    # Nothing was sent in a conversation that only begins.
    rest = [one for one in ours if one.post.id not in found and not one.case.new]
    return found | (_by_words(rest) if rest else {})


def _by_words(rest: Sequence[Filed]) -> dict[int, Entry]:
    nameless = list(
        Entry.objects.select_related("delivery").filter(
            conversation_id__among={case.id for _, case in rest},
            kind=EntryKind.MESSAGE_OUT,
            delivery__isnull=False,
            mention=None,
            external_id="",
        )
    )
    found: dict[int, Entry] = {}
    for post, case in rest:
        for entry in nameless:
            same = entry.delivery is not None and is_same_message(entry.delivery, post)
            if same and entry.conversation_id == case.id:
                found[post.id] = entry
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


def is_same_message(delivery: Delivery, post: Mention | Post) -> bool:
    """Whether a post of ours is this reply: same place, same words, not older."""
    if (post.in_reply_to, post.visibility) != (delivery.in_reply_to, delivery.visibility):
        return False
    since = (delivery.first_attempt_at or delivery.created_at) - CLOCKS_DIFFER
    return post.posted_at >= since and _words(post.text) == _words(delivery.text)


def _words(text: str) -> str:
    # Networks put the addressee in front of an answer.
    return " ".join(_ADDRESSEES.sub("", text.lstrip()).split()).casefold()
