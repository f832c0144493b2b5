"""Posts that were heard, for tests of the pages that show them."""

from collections.abc import Iterable
from datetime import timedelta

from cornbread.channels.domain.posts import Author, Batch, HeardPost, Visibility
from cornbread.foundation import clock
from cornbread.listening import actions
from cornbread.listening.intake import take_in
from cornbread.listening.models import Mention
from cornbread.team.domain.actors import SYSTEM
from cornbread.team.models import Member


def heard(
    by: Member,
    text: str,
    *,
    id_: str = "1",
    author: str = "maya",
    name: str = "Maya Lindt",
    url: str = "",
    direct: bool = False,
    minutes_ago: int = 5,
) -> Mention:
    """A post from an integration of the brand, some minutes old."""
    post = HeardPost(
        external_id=id_,
        author=Author(external_id=author, handle=author, name=name),
        text=text,
        created_at=clock.now() - timedelta(minutes=minutes_ago),
        addressed=True,
        visibility=Visibility.DIRECT if direct else Visibility.PUBLIC,
        url=url,
    )
    mention, _ = actions.post_mention(by=by, integration="till", post=post)
    return mention


def hear(by: Member, said: Iterable[tuple[str, str]]) -> None:
    """Many posts at once, each with its author's name."""
    channel = actions.own_channel(by.workspace_id, "till", by=SYSTEM)
    now = clock.now()
    posts = tuple(
        HeardPost(
            external_id=str(number),
            author=Author(external_id=str(number), handle=name, name=name),
            text=text,
            created_at=now - timedelta(minutes=number),
            addressed=True,
        )
        for number, (text, name) in enumerate(said)
    )
    take_in(channel, Batch(stream="test", posts=posts))
