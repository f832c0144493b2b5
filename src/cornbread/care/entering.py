"""Writing what filing decided: entries, strands, and conversations as they come out of both."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from cornbread.care import queries
from cornbread.care.domain import timeline
from cornbread.care.domain.timeline import EntryKind
from cornbread.care.models import Conversation, Entry, Strand
from cornbread.care.posts import Case, Filed, Key, Post
from cornbread.care.recognising import sent_entries
from cornbread.care.refreshing import rewrite
from cornbread.care.timelines import VISIBILITIES, WORKED_OUT, Timelines
from cornbread.foundation import bulk, clock

CONVERSATION = (
    *("id", "workspace_id", "channel_id", "person_id", "identity_id", "created_at"),
    *WORKED_OUT,
)
STRAND = ("workspace_id", "conversation_id", "source", "root", "identity_id")
ENTRY = (
    *("id", "workspace_id", "conversation_id", "kind", "at", "visibility", "human"),
    *("channel_id", "identity_id", "mention_id", "source", "external_id", "created_at"),
)
#: A kind, and the plain word by which it is stored.
_IN = (EntryKind.MESSAGE_IN, EntryKind.MESSAGE_IN.value)
_OUT = (EntryKind.MESSAGE_OUT, EntryKind.MESSAGE_OUT.value)


class Entered(NamedTuple):
    """The ids of conversations in which something is new, of those that began, of new entries."""

    touched: set[int]
    begun: list[int]
    entry_ids: list[int]


def enter(workspace_id: int, filed: Iterable[Filed], opened: Mapping[Key, Case]) -> Entered:
    """Give every post that has none an entry, and bring the conversations up to date.

    A reply that we sent ourselves has an entry already, which only learns what the network calls
    it.
    """
    timelines = Timelines([workspace_id], clock.now())
    begun = _begun(opened)
    waiting = [one for one in filed if one.post.entry_id is None]
    sent = sent_entries(workspace_id, waiting)
    _name(waiting, sent)
    fresh = [one for one in waiting if one.post.id not in sent]
    touched = {one.case.id for one in fresh} | {entry.conversation_id for entry in sent.values()}
    locked = queries.for_refresh(touched.difference(case.id for case in begun))
    timelines.read([one.id for one in locked])
    entries = _entries(workspace_id, fresh, timelines)
    bulk.insert(Conversation, CONVERSATION, _conversations(workspace_id, begun, timelines))
    strands = [(workspace_id, case.id, *key) for key, case in opened.items()]
    bulk.insert(Strand, STRAND, strands)
    bulk.insert(Entry, ENTRY, entries)
    rewrite(locked, timelines)
    return Entered(touched, [case.id for case in begun], [row[0] for row in entries])


def _begun(opened: Mapping[Key, Case]) -> list[Case]:
    """The new conversations, each with its id; several strands may begin one."""
    begun = list({id(case): case for case in opened.values() if case.new}.values())
    for case, id_ in zip(begun, bulk.take_ids(Conversation, len(begun)), strict=True):
        case.id = id_
    return begun


def _name(filed: Iterable[Filed], sent: Mapping[int, Entry]) -> None:
    """Let entries of replies that we sent learn which posts they became."""
    if not sent:
        return
    for post, _ in filed:
        if (entry := sent.get(post.id)) is not None:
            entry.mention_id, entry.source, entry.external_id = (
                post.id,
                post.source,
                post.external_id,
            )
    Entry.objects.bulk_update(sent.values(), ["mention", "source", "external_id"])


def _entries(
    workspace_id: int, fresh: Sequence[Filed], timelines: Timelines
) -> list[tuple[Any, ...]]:
    """Rows for the posts, which are added to the timelines, too."""
    rows = []
    for (post, case), id_ in zip(fresh, bulk.take_ids(Entry, len(fresh)), strict=True):
        human = not (post.ours and post.automated)
        kind, stored = _OUT if post.ours else _IN
        entry = timeline.Entry(
            id=id_,
            at=post.posted_at,
            kind=kind,
            human=human,
            visibility=VISIBILITIES[post.visibility],
            network=timelines.network(post.channel_id),
            identity_id=post.identity_id,
            late=post.late,
        )
        timelines.add(case.id, entry, "" if post.deleted_at else post.text)
        rows.append(
            (
                *(id_, workspace_id, case.id, stored, post.posted_at, post.visibility, human),
                *(post.channel_id, post.identity_id, post.id, *_network_name(post)),
                timelines.now,
            )
        )
    return rows


def _network_name(post: Post) -> tuple[str, str]:
    """How an entry is found by what its network calls it: only replies are looked for so."""
    return (post.source, post.external_id) if post.ours else ("", "")


def _conversations(
    workspace_id: int, begun: Iterable[Case], timelines: Timelines
) -> list[tuple[Any, ...]]:
    now = timelines.now
    begun = list(begun)
    for case in begun:
        timelines.promising.begin(case.id, case.channel_id)
    return [
        (
            *(case.id, workspace_id, case.channel_id, case.person_id, case.identity_id, now),
            *timelines.worked_out(case.id, workspace_id, now),
        )
        for case in begun
    ]
