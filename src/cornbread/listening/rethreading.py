"""A kept post turns out to answer another one than was thought: its thread follows."""

from cornbread.channels.models import Channel
from cornbread.foundation.outbox import emit
from cornbread.listening.domain.placing import place
from cornbread.listening.domain.replaying import below
from cornbread.listening.domain.threads import Post
from cornbread.listening.events import MentionsHeard, ThreadsJoined
from cornbread.listening.models import Mention
from cornbread.listening.revising import announce
from cornbread.listening.threading import MentionThreads


def rethread(channel: Channel, mention: Mention) -> bool:
    """Put a post below its parent, with all that answers it; whether that was possible.

    Where others share the thread that do not answer this post, everything stays where it is: the
    conversation was held as one, and a conversation is joined with others but never torn apart.
    """
    # Another post of the same step may have moved this one already.
    mention.refresh_from_db(fields=["root", "anchor"])
    here = Mention.objects.filter(workspace_id=channel.workspace_id, source=channel.source)
    old = mention.root
    thread = here.filter(root=old)
    branch = below(mention.external_id, thread.values_list("external_id", "in_reply_to"))
    parent = mention.in_reply_to or None
    post = Post(mention.external_id, mention.identity.external_id, not mention.ours, parent)
    threads = MentionThreads(channel.workspace_id, channel.source, {mention.external_id})
    (record,) = place([post], threads).records
    if record.root == old:
        return _answer_whom(mention, record.anchor)
    if parent in branch or thread.exclude(external_id__in=branch).exists():
        return False
    thread.update(root=record.root)
    moves = ((old, record.root),)
    emit(ThreadsJoined(workspace_id=channel.workspace_id, source=channel.source, moves=moves))
    return _answer_whom(mention, record.anchor)


def _answer_whom(mention: Mention, anchor: str | None) -> bool:
    """A post of ours goes to the conversation of whom it answers."""
    if mention.ours and (anchor or "") != mention.anchor:
        Mention.objects.filter(pk=mention.pk).update(anchor=anchor or "")
        announce(mention.workspace_id, MentionsHeard, [mention.pk])
    return True
