"""Posts and cases as filing sees them: a few columns, read in one go."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec
from django.db.models import QuerySet

from cornbread.care.models import Conversation
from cornbread.foundation.lookups import keyed
from cornbread.foundation.reading import values
from cornbread.listening.models import Mention

Key = tuple[str, str, int]
"""Source, root of the reply chain, identity of the customer."""


class Post(msgspec.Struct, frozen=True, gc=False):
    """A kept mention with its author; ``entry_id`` is where it stands in a timeline already."""

    id: int
    workspace_id: int
    channel_id: int
    source: str
    external_id: str
    in_reply_to: str
    root: str
    anchor: str
    ours: bool
    for_inbox: bool
    late: bool
    visibility: str
    text: str
    posted_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    identity_id: int
    person_id: int
    automated: bool
    entry_id: int | None

    @property
    def key(self) -> Key:
        """Where a customer's post belongs."""
        return self.source, self.root, self.identity_id

    @property
    def unasked(self) -> bool:
        """Said by us, directly, and not as an answer."""
        return self.ours and self.visibility == "direct" and not self.anchor


class Case(msgspec.Struct, eq=False):
    """A conversation; of one that is there already, only what was asked for.

    A ``new`` one gets its id when it is written.
    """

    id: int = 0
    channel_id: int = 0
    person_id: int = 0
    identity_id: int = 0
    status: str = Conversation.Status.OPEN.value
    last_at: datetime | None = None
    new: bool = False


class Filed(NamedTuple):
    """A post and the conversation it belongs to."""

    post: Post
    case: Case


#: In the order of the fields of ``Post``.
_COLUMNS = (
    "id",
    "workspace_id",
    "channel_id",
    "source",
    "external_id",
    "in_reply_to",
    "root",
    "anchor",
    "ours",
    "for_inbox",
    "late",
    "visibility",
    "text",
    "posted_at",
    "edited_at",
    "deleted_at",
    "identity_id",
    "identity__person_id",
    "identity__automated",
    "entry__id",
)


def posts_named(workspace_id: int, mention_ids: Iterable[int]) -> list[Post]:
    """These of the workspace's mentions, in the order of their posting."""
    return _read(
        Mention.objects.filter(keyed(Mention, "id", mention_ids, workspace_id=workspace_id))
    )


def posts_answered(workspace_id: int, answers: Iterable[Post]) -> dict[tuple[str, str], Post]:
    """What posts of ours answer, as far as it is known, by source and external id."""
    anchors = {(post.source, post.anchor) for post in answers if post.anchor}
    if not anchors:
        return {}
    scope = {"workspace_id": workspace_id, "source": list({source for source, _ in anchors})}
    ids = {id_ for _, id_ in anchors}
    found = Mention.objects.filter(keyed(Mention, "external_id", ids, **scope))
    return {(one.source, one.external_id): one for one in _read(found)}


def posts_left(workspace_id: int, keys: Iterable[Key]) -> list[Post]:
    """Customers' posts that belong to these keys and are in no conversation.

    Those meant for the inbox are left out: an event that is still to come names them.
    """
    wanted = set(keys)
    if not wanted:
        return []
    scope = {"workspace_id": workspace_id, "source": list({source for source, _, _ in wanted})}
    theirs = keyed(Mention, "root", {root for _, root, _ in wanted}, **scope)
    found = Mention.objects.filter(theirs, ours=False, for_inbox=False, entry=None)
    return [post for post in _read(found) if post.key in wanted]


def _read(found: QuerySet[Mention]) -> list[Post]:
    posts = [Post(*row) for row in values(found.values_list(*_COLUMNS))]
    posts.sort(key=lambda post: (post.posted_at, post.id))
    return posts
