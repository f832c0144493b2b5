"""Which case a direct message goes on with: people change channels, and the case stays one."""

from collections.abc import Collection
from datetime import timedelta

from django.db.models import Q

from cornbread.care.models import Conversation
from cornbread.listening.models import Mention

#: A direct message within so long after a conversation was resolved goes on with it.
SAME_CASE = timedelta(days=7)


class OngoingCases:
    """The cases of the customers who wrote directly, read once for all their messages.

    ``begun`` are new conversations; a message goes on with one of these as with any other.
    """

    def __init__(self, workspace_id: int, posts: Collection[Mention]) -> None:
        self.begun: list[Conversation] = []
        self._known: dict[tuple[int, int], list[Conversation]] = {}
        direct = [post for post in posts if _is_direct(post)]
        if not direct:
            return
        since = min(post.posted_at for post in direct) - SAME_CASE
        found = Conversation.objects.filter(
            workspace_id=workspace_id,
            identity_id__in={post.identity_id for post in direct},
            merged_into=None,
        )
        open_or_recent = ~Q(status=Conversation.Status.RESOLVED) | Q(last_at__gte=since)
        for one in found.filter(open_or_recent).order_by("last_at", "pk"):
            self._remember(one)

    def of(self, post: Mention) -> Conversation | None:
        """The latest case of this customer that is open, or was resolved a short while ago."""
        if not _is_direct(post):
            return None
        known = self._known.get((post.identity_id, post.channel_id), [])
        return next((one for one in reversed(known) if _goes_on(one, post)), None)

    def begin(self, conversation: Conversation) -> None:
        """A new conversation, which later messages may go on with."""
        self.begun.append(conversation)
        self._remember(conversation)

    def _remember(self, one: Conversation) -> None:
        self._known.setdefault((one.identity_id, one.channel_id), []).append(one)


def _is_direct(post: Mention) -> bool:
    return post.visibility == "direct" and not post.ours


def _goes_on(one: Conversation, post: Mention) -> bool:
    if one.status != Conversation.Status.RESOLVED:
        return True
    return one.last_at is not None and one.last_at >= post.posted_at - SAME_CASE
