"""Which occasions lie in what care reports."""

from collections.abc import Iterable
from datetime import timedelta

from cornbread.automation.domain.triggers import (
    Occasion,
    Trigger,
    dropped,
    of_entry,
    opened,
    waited,
)
from cornbread.automation.gathering import MESSAGES
from cornbread.automation.ready import Ready
from cornbread.care.domain import timeline
from cornbread.care.domain.lateness import LATE_FROM
from cornbread.care.domain.status import standing_of
from cornbread.care.domain.timeline import EntryKind, Status, StatusChanged, details_of
from cornbread.care.events import ConversationChanged, ConversationsChanged
from cornbread.care.models import Conversation, Entry
from cornbread.foundation import clock
from cornbread.foundation.lookups import keyed
from cornbread.team.models import Workspace

#: A level that dropped longer ago than this dropped unnoticed; acting now would surprise.
STILL_NEWS = timedelta(hours=1)
#: How far behind a wait may be noticed, for posts that networks tell of with some delay.
OVERLAP = timedelta(hours=1)


def in_messages(event: ConversationsChanged, asked: frozenset[Trigger]) -> list[Occasion]:
    """New messages, conversations that began, and those that opened again because of one.

    Several messages of one side that arrive together are one occasion: the newest.
    """
    rows = Entry.objects.filter(
        keyed(Entry, "id", event.entry_ids, workspace_id=event.workspace_id), kind__in=MESSAGES
    )
    began = set(event.opened)
    newest: dict[tuple[int, Trigger], int] = {}
    first: dict[int, int] = {}
    for id_, conversation_id, kind in rows.order_by("pk").values_list(
        "pk", "conversation_id", "kind"
    ):
        newest[conversation_id, Trigger(kind)] = id_
        first.setdefault(conversation_id, id_)
    found = [of_entry(kind, id_, entry_id) for (id_, kind), entry_id in newest.items()]
    found += [opened(id_, entry_id) for id_, entry_id in first.items() if id_ in began]
    if Trigger.REOPENED in asked:
        written = {
            id_: entry_id
            for (id_, kind), entry_id in newest.items()
            if kind is Trigger.MESSAGE_IN and id_ not in began
        }
        found += [
            of_entry(Trigger.REOPENED, id_, written[id_]) for id_ in _reopened(written.items())
        ]
    return found


def _reopened(written: Iterable[tuple[int, int]]) -> list[int]:
    """Conversations that were resolved before this entry and are not any more."""
    entries = dict(written)
    rows: dict[int, list[timeline.Entry]] = {id_: [] for id_ in entries}
    found = Entry.objects.filter(conversation_id__among=list(entries)).values_list(
        "conversation_id", "pk", "at", "kind", "human", "details"
    )
    for conversation_id, id_, at, kind, human, details in found:
        entry_kind = EntryKind(kind)
        rows[conversation_id].append(
            timeline.Entry(
                id=id_,
                at=at,
                kind=entry_kind,
                human=human,
                details=details_of(entry_kind, details),
            )
        )
    return [id_ for id_, entry_id in entries.items() if _opened_again(rows[id_], entry_id)]


def _opened_again(entries: list[timeline.Entry], entry_id: int) -> bool:
    this = next((one for one in entries if one.id == entry_id), None)
    if this is None:
        return False
    before = [one for one in entries if (one.at, one.id) < (this.at, this.id)]
    was = standing_of(before, now=this.at).status
    then = standing_of([*before, this], now=this.at).status
    return was is Status.RESOLVED and then is Status.OPEN


_OF_KIND = {
    EntryKind.MESSAGE_IN.value: Trigger.MESSAGE_IN,
    EntryKind.MESSAGE_OUT.value: Trigger.MESSAGE_OUT,
    EntryKind.ASSIGNED.value: Trigger.ASSIGNED,
    EntryKind.LABELLED.value: Trigger.LABELLED,
}


def in_change(event: ConversationChanged) -> list[Occasion]:
    """What one new entry of a timeline is an occasion for."""
    trigger = _OF_KIND.get(event.what)
    if event.what == EntryKind.STATUS_CHANGED:
        trigger = _of_status(event)
    if trigger is None or not event.entry_id:
        return []
    return [of_entry(trigger, event.conversation_id, event.entry_id)]


def _of_status(event: ConversationChanged) -> Trigger | None:
    entry = Entry.objects.filter(pk=event.entry_id, workspace_id=event.workspace_id).first()
    details = details_of(EntryKind.STATUS_CHANGED, entry.details) if entry else None
    if not isinstance(details, StatusChanged):
        return None
    if details.to is Status.RESOLVED:
        return Trigger.RESOLVED
    again = _reopened([(event.conversation_id, event.entry_id)])
    return Trigger.REOPENED if again else None


def in_time(event: ConversationsChanged) -> list[Occasion]:
    """Levels that just dropped because nobody has answered."""
    now = clock.now()
    spans = Workspace.objects.values_list("quick_s", "slow_s").get(pk=event.workspace_id)
    found = Conversation.objects.filter(
        pk__among=list(event.conversation_ids),
        workspace_id=event.workspace_id,
        merged_into=None,
        first_answer_at=None,
        first_message_at__isnull=False,
        waiting_since__isnull=False,
    )
    return [
        dropped(id_, level)
        for id_, first_at in found.values_list("pk", "first_message_at")
        for seconds, level in zip(spans, (2, 1), strict=True)
        if first_at is not None
        and timedelta(0) < now - first_at - timedelta(seconds=seconds) < STILL_NEWS
    ]


def in_waiting(workspace_id: int, rule: Ready) -> list[Occasion]:
    """Customers whose wait has become as long as the rule says, since it was last looked."""
    now = clock.now()
    since = rule.since or now
    from_ = max(since, rule.waits_until - OVERLAP) if rule.waits_until else since
    found = Conversation.objects.filter(
        workspace_id=workspace_id,
        merged_into=None,
        status=Conversation.Status.OPEN,
        position__lt=LATE_FROM,
        waiting_since__gt=from_ - rule.wait,
        waiting_since__lte=now - rule.wait,
    )
    rows = found.order_by("waiting_since", "pk").values_list("pk", "waiting_since")
    return [waited(id_, moment) for id_, moment in rows if moment is not None]
