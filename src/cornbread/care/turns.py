"""Who may put posts into conversations: one transaction at a time for each source of a workspace.

Threads, accounts, and so the places where a post can belong, never span two sources; and what two
sources have in common, a conversation, is locked as a row when it is written.
"""

from collections.abc import Collection, Iterable

from cornbread.foundation.db import is_postgresql, serialise
from cornbread.foundation.lookups import keyed
from cornbread.listening.models import Mention


def take_turns(workspace_id: int, sources: Iterable[str]) -> None:
    """Wait for the turns of these sources; they are held to the end of the transaction.

    In one order always, so that two who want several never wait for each other.
    """
    for source in sorted(set(sources)):
        serialise(f"care.file:{source}", workspace_id)


def take_turns_of(workspace_id: int, mention_ids: Collection[int]) -> None:
    """The same for the sources of these mentions, which never change."""
    if is_postgresql():  # elsewhere there is one writer anyway
        found = Mention.objects.filter(keyed(Mention, "id", mention_ids, workspace_id=workspace_id))
        take_turns(workspace_id, found.order_by().values_list("source", flat=True).distinct())
