"""Which case a direct message goes on with: people change channels, and the case stays one."""

from collections.abc import Collection
from datetime import timedelta

from django.db.models import Q

from cornbread.care.models import Conversation
from cornbread.care.posts import Case, Post

#: A direct message within so long after a conversation was resolved goes on with it.
SAME_CASE = timedelta(days=7)


#: In the order of the fields of ``Case``.
_COLUMNS = ("id", "channel_id", "person_id", "identity_id", "status", "last_at")


class OngoingCases:
    """The cases of the customers who wrote directly, read once for all their messages.

    ``begun`` are new conversations; a message goes on with one of these as with any other.
    """

    def __init__(self, workspace_id: int, posts: Collection[Post]) -> None:
        self.begun: list[Case] = []
        self._known: dict[tuple[int, int], list[Case]] = {}
        direct = [post for post in posts if _is_direct(post)]
        if not direct:
            return
        since = min(post.posted_at for post in direct) - SAME_CASE
        found = Conversation.objects.filter(
            workspace_id=workspace_id,
            identity_id__among={post.identity_id for post in direct},
            merged_into=None,
        )
        open_or_recent = ~Q(status=Conversation.Status.RESOLVED) | Q(last_at__gte=since)
        for row in found.filter(open_or_recent).order_by("last_at", "pk").values_list(*_COLUMNS):
            self._remember(Case(*row))

    def of(self, post: Post) -> Case | None:
        """The latest case of this customer that is open, or was resolved a short while ago."""
        if not _is_direct(post):
            return None
        known = self._known.get((post.identity_id, post.channel_id), [])
        return next((one for one in reversed(known) if _goes_on(one, post)), None)

    def begin(self, case: Case) -> None:
        """A new conversation, which later messages may go on with."""
        self.begun.append(case)
        self._remember(case)

    def _remember(self, one: Case) -> None:
        self._known.setdefault((one.identity_id, one.channel_id), []).append(one)


def _is_direct(post: Post) -> bool:
    return post.visibility == "direct" and not post.ours


def _goes_on(one: Case, post: Post) -> bool:
    if one.status != Conversation.Status.RESOLVED:
        return True
    return one.last_at is not None and one.last_at >= post.posted_at - SAME_CASE
