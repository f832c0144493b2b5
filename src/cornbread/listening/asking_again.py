"""Asking the watches again about posts of which more is known than when they were heard."""

from collections.abc import Mapping, Sequence

from cornbread.foundation.db import update_each
from cornbread.listening.events import MentionsHeard
from cornbread.listening.intake import compiled_watches
from cornbread.listening.matchables import matchable_mention
from cornbread.listening.models import Catch, Mention
from cornbread.listening.revising import announce

#: Of longer texts only the beginning is read again, in characters.
LONGEST = 100_000


def ask_watches_again(workspace_id: int, links: Mapping[int, Sequence[str]]) -> None:
    """Add addresses to mentions, and what watches catch because of them. Inside a transaction.

    What is for the inbox now, and was not before, is announced as if it were heard now.
    """
    watches = compiled_watches(workspace_id)
    mentions = Mention.objects.select_related("identity", "channel").filter(
        pk__in=list(links), workspace_id=workspace_id
    )
    changed, wanted, catches = [], [], []
    for mention in mentions.select_for_update(of=("self",)).order_by("pk"):
        more = [one for one in links[mention.pk] if one not in mention.links]
        if not more:
            continue
        mention.links = [*mention.links, *more]
        changed.append(mention)
        caught = [] if mention.ours else watches.matcher.match(matchable_mention(mention, LONGEST))
        catches += [
            Catch(workspace_id=workspace_id, watch_id=watch, mention=mention) for watch in caught
        ]
        if not mention.for_inbox and any(watches.inbox.get(watch) for watch in caught):
            mention.for_inbox = True
            wanted.append(mention.pk)
    update_each(changed, ("links", "for_inbox"))
    Catch.objects.bulk_create(catches, ignore_conflicts=True)
    announce(workspace_id, MentionsHeard, wanted)
