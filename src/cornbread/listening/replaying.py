"""Reading kept payloads again with the parser of today, so that a mended parser mends the posts.

Nothing is heard anew: ids, times and authors stay, no conversation is opened, and a post that
reads as before is not touched. Safe to repeat, and to break off between two steps.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import QuerySet

from cornbread.channels.contract import Account, Reparses
from cornbread.channels.domain.posts import HeardPost
from cornbread.channels.models import Channel
from cornbread.foundation.db import update_each
from cornbread.foundation.errors import Invalid
from cornbread.listening.catching_again import rematch
from cornbread.listening.details import version_of
from cornbread.listening.domain.language import detect
from cornbread.listening.domain.replaying import Difference, differences, said
from cornbread.listening.domain.storable import storable
from cornbread.listening.events import MentionsEdited
from cornbread.listening.models import Carrying, Mention, Payload
from cornbread.listening.rethreading import rethread
from cornbread.listening.revising import announce
from cornbread.listening.searching import index_mentions
from cornbread.listening.turns import take_turn
from cornbread.team.domain.actors import Actor, require

#: Payloads read in one transaction.
STEP = 500


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """Which payloads of a channel: heard in this time, and behind this one (for going on)."""

    since: datetime | None = None
    until: datetime | None = None
    after: int = 0


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What one step did, or with ``dry`` would have done. ``reached`` is the last payload's id.

    ``left`` are posts whose parent changed, but which stay in their thread because others there
    do not move with them.
    """

    reached: int
    read: int
    unreadable: int
    changed: int
    fields: Mapping[str, int]
    examples: tuple[Difference, ...]
    left: int = 0
    caught: int = 0
    released: int = 0


class _Reread(msgspec.Struct, frozen=True):
    """A payload and what it says now."""

    payload: Payload
    post: HeardPost


def count(channel: Channel, window: Window) -> int:
    """How many payloads a replay would read."""
    return _payloads(channel, window).count()


def replay(
    channel: Channel, window: Window, *, by: Actor, match: bool = False, dry: bool = False
) -> Iterator[Step]:
    """Read the channel's payloads again, step by step; each step is kept when it is yielded.

    ``match`` also lets the present watches catch what they now find in these posts, and let go
    of what they do not. Raises Invalid for a network that cannot read its payloads again.
    """
    require(by, "import.run", channel.workspace_id)
    network = channel.network
    if not isinstance(network, Reparses):
        raise Invalid(f"{network.name} keeps nothing that could be read again.")
    account, reached = channel.account(), window.after
    while True:
        rest = msgspec.structs.replace(window, after=reached)
        rows = list(_payloads(channel, rest).select_related("mention__identity")[:STEP])
        if not rows:
            return
        with transaction.atomic():
            take_turn(channel)
            step = _step(channel, network, account, rows, match=match, dry=dry)
        reached = step.reached
        yield step


def _payloads(channel: Channel, window: Window) -> QuerySet[Payload]:
    found = Payload.objects.filter(mention__channel=channel, pk__gt=window.after)
    if window.since:
        found = found.filter(heard_at__gte=window.since)
    if window.until:
        found = found.filter(heard_at__lt=window.until)
    return found.exclude(body=b"").order_by("pk")


def _step(
    channel: Channel,
    network: Reparses,
    account: Account,
    rows: Sequence[Payload],
    *,
    match: bool,
    dry: bool,
) -> Step:
    # The rows were read before the turn was taken; what is compared has to be what is there now.
    fresh = Mention.objects.select_related("identity").in_bulk({one.mention_id for one in rows})
    found = [one for row in rows if (one := _reread(network, account, row, fresh))]
    found = _with_expanded(found)
    current = [one for one in found if _is_current(one)]
    changes = {
        one.payload.mention_id: (one, _changed(one.payload.mention, one.post)) for one in current
    }
    changed = {id_: pair for id_, pair in changes.items() if pair[1]}
    left = 0
    if not dry:
        _keep_words(found)
        left = _keep(channel, [(one.payload.mention, wrong) for one, wrong in changed.values()])
    caught, released = (
        rematch(channel, [_pair(one) for one in current], dry=dry) if match else (0, 0)
    )
    every = [wrong for _, wrongs in changed.values() for wrong in wrongs]
    return Step(
        reached=rows[-1].pk,
        read=len(rows),
        unreadable=len(rows) - len(found),
        changed=len(changed),
        fields=Counter(one.field for one in every),
        examples=tuple(every[:3]),
        left=left,
        caught=caught,
        released=released,
    )


def _reread(
    network: Reparses, account: Account, row: Payload, fresh: Mapping[int, Mention]
) -> _Reread | None:
    """What a payload says now; None where it cannot be read, or names another post."""
    post = network.reparse(account, bytes(row.body))
    if post is None or row.mention_id not in fresh:
        return None
    row.mention = fresh[row.mention_id]
    post = storable(post)
    return _Reread(row, post) if post.external_id == row.mention.external_id else None


def _with_expanded(found: Sequence[_Reread]) -> list[_Reread]:
    """The posts with the addresses that we found out ourselves, behind shortened ones."""
    carried = Carrying.objects.filter(mention__in=[one.payload.mention_id for one in found])
    known = set(carried.values_list("mention_id", "link__leads_to"))
    more = []
    for one in found:
        mention, links = one.payload.mention, one.post.links
        ours = (link for link in mention.links if (mention.pk, link) in known)
        added = tuple(link for link in ours if link not in links)
        more.append(
            _Reread(one.payload, msgspec.structs.replace(one.post, links=links + added))
            if added
            else one
        )
    return more


def _is_current(one: _Reread) -> bool:
    """Whether this payload is the version that the mention shows."""
    return one.payload.version == version_of(one.payload.mention.edited_at)


def _changed(mention: Mention, post: HeardPost) -> list[Difference]:
    now = said(post, detect)
    return differences(mention.external_id, {name: getattr(mention, name) for name in now}, now)


def _pair(one: _Reread) -> tuple[Mention, HeardPost]:
    return one.payload.mention, one.post


def _keep_words(found: Sequence[_Reread]) -> None:
    """Every version keeps its own words, those that were replaced too."""
    reworded = [one for one in found if one.payload.text != one.post.text]
    for one in reworded:
        one.payload.text = one.post.text
    update_each([one.payload for one in reworded], ["text"])


def _keep(channel: Channel, changed: Sequence[tuple[Mention, Sequence[Difference]]]) -> int:
    """Write what reads differently; how many posts could not follow their new parent."""
    if not changed:
        return 0
    values: dict[str, Any]
    moved = []
    for mention, wrongs in changed:
        values = {one.field: one.after for one in wrongs}
        for name, value in values.items():
            setattr(mention, name, value)
        if "in_reply_to" in values:
            moved.append(mention)
    mentions = [mention for mention, _ in changed]
    update_each(mentions, ["text", "lang", "attachments", "links", "url", "in_reply_to"])
    findable = [(one.pk, one.text) for one in mentions if one.deleted_at is None]
    index_mentions(channel.workspace_id, findable)
    announce(channel.workspace_id, MentionsEdited, sorted(one.pk for one in mentions))
    return sum(not rethread(channel, mention) for mention in moved)
