"""Old posts: what is heard long after its posting is listed apart, so that it floods nobody."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from cornbread.listening.domain.intake import Candidate

#: No workspace counts less than this as old, in seconds.
LEAST_S = 3600
#: And none more than this: ten years.
MOST_S = 3650 * 24 * 3600


def older(
    candidates: Iterable[Candidate], *, than: timedelta, heard_at: datetime
) -> frozenset[str]:
    """The ids of customers' posts that are older than this when they are heard.

    Our own posts are never old news: whoever wrote them knows them.
    """
    before = heard_at - than
    return frozenset(
        one.post.external_id for one in candidates if not one.ours and one.post.created_at < before
    )
