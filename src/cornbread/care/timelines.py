"""Timelines of many conversations at once, and what conversations show because of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from cornbread.care.domain import timeline
from cornbread.care.domain.levels import Thresholds
from cornbread.care.domain.outcome import Outcome, outcome
from cornbread.care.domain.rungs import Story, read
from cornbread.care.domain.timeline import EntryKind, Visibility, details_of
from cornbread.care.models import Entry
from cornbread.care.promising import Promising
from cornbread.channels.models import Channel
from cornbread.team.models import Workspace

#: The columns of a conversation that are worked out, in the order of ``Timelines.worked_out``.
WORKED_OUT = (*Outcome.__struct_fields__, "preview")
MESSAGES = (EntryKind.MESSAGE_IN, EntryKind.MESSAGE_OUT)
PREVIEW_LENGTH = 200
#: Of each entry, in the order in which they are taken apart; payloads and secrets stay unread.
_COLUMNS = (
    "conversation_id",
    "id",
    "at",
    "kind",
    "human",
    "visibility",
    "channel_id",
    "identity_id",
    "mention__late",
    "details",
    "text",
    "mention_id",
    "mention__text",
    "mention__deleted_at",
    "delivery_id",
    "delivery__text",
)


#: A look into a table, where calling an enumeration would take most of the time.
VISIBILITIES = {one.value: one for one in Visibility}
_KINDS = {one.value: one for one in EntryKind}


class Line(msgspec.Struct, frozen=True, gc=False):
    """An entry and, for a message that still stands, its words."""

    entry: timeline.Entry
    words: str


class Timelines:
    """Timelines in work at one moment. What they need besides entries is read once for all.

    ``settled`` says that no more posts are on their way, as far as anybody knows.
    """

    def __init__(
        self, workspace_ids: Collection[int], now: datetime, *, settled: bool = False
    ) -> None:
        self.now = now
        workspaces = Workspace.objects.filter(pk__in=workspace_ids)
        self._thresholds = {
            id_: Thresholds(timedelta(seconds=quick_s), timedelta(seconds=slow_s))
            for id_, quick_s, slow_s in workspaces.values_list("pk", "quick_s", "slow_s")
        }
        channels = Channel.objects.filter(workspace_id__in=workspace_ids)
        self._networks = dict(channels.values_list("pk", "kind"))
        self._lines: dict[int, list[Line]] = defaultdict(list)
        self.promising = Promising(workspace_ids, now, settled=settled)

    def read(self, conversation_ids: Collection[int]) -> None:
        """Take in what is stored of these conversations, which the caller has locked."""
        if not conversation_ids:
            return
        self.promising.read(conversation_ids)
        rows = Entry.objects.filter(conversation_id__among=conversation_ids)
        for row in rows.values_list(*_COLUMNS):
            conversation_id, id_, at, kind, human, visibility, channel_id, identity_id = row[:8]
            words = _words(*row[10:]) if kind in MESSAGES else ""
            told = details_of(_KINDS[kind], row[9]) if kind in timeline.DETAILS else None
            self.add(
                conversation_id,
                timeline.Entry(
                    id=id_,
                    at=at,
                    kind=_KINDS[kind],
                    human=human,
                    visibility=VISIBILITIES[visibility],
                    network=self._networks.get(channel_id, ""),
                    identity_id=identity_id,
                    late=bool(row[8]),
                    details=told,
                ),
                words,
            )

    def story(self, conversation_id: int) -> Story:
        """The entries of a conversation, in order."""
        return read([line.entry for line in self._lines.get(conversation_id, [])])

    def network(self, channel_id: int) -> str:
        """The kind of network that a channel is on."""
        return self._networks[channel_id]

    def add(self, conversation_id: int, entry: timeline.Entry, words: str) -> None:
        """One entry more, stored or about to be."""
        self._lines[conversation_id].append(Line(entry, words))

    def worked_out(
        self, conversation_id: int, workspace_id: int, begun_at: datetime
    ) -> tuple[Any, ...]:
        """What the conversation shows: values for the columns ``WORKED_OUT``."""
        lines = self._lines.get(conversation_id, [])
        entries = [line.entry for line in lines]
        promised = None
        if self.promising:
            promised = partial(self.promising.of, conversation_id, workspace_id)
        thresholds = self._thresholds[workspace_id]
        result = outcome(entries, thresholds, self.now, begun_at=begun_at, promised=promised)
        recheck_at = self.promising.recheck_at(conversation_id)
        if recheck_at is not None:
            changes_at = min(result.changes_at or recheck_at, recheck_at)
            result = msgspec.structs.replace(result, changes_at=changes_at)
        return *msgspec.structs.astuple(result), preview(lines)


def preview(lines: Iterable[Line]) -> str:
    """The beginning of the newest message that still has words."""
    said = [line for line in lines if line.words]
    if not said:
        return ""
    newest = max(said, key=lambda line: (line.entry.at, line.entry.id)) if said[1:] else said[0]
    return " ".join(newest.words.split())[:PREVIEW_LENGTH]


def _words(
    text: str,
    mention_id: int | None,
    heard: str | None,
    deleted_at: datetime | None,
    delivery_id: int | None,
    sent: str | None,
) -> str:
    """As ``words_of`` says it of an entry."""
    if mention_id is not None:
        return "" if deleted_at else heard or ""
    return sent or "" if delivery_id is not None else text
