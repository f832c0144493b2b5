"""Levels and measures, from the recorded timelines."""

from collections.abc import Iterable, Iterator

from cornbread.care import queries
from cornbread.care.domain.levels import KnownMemory, LevelResult, level
from cornbread.care.domain.measures import Summary, summary
from cornbread.care.domain.promise_figures import Figures
from cornbread.care.domain.promise_figures import summary as promise_summary
from cornbread.care.domain.promises import Promise
from cornbread.care.domain.rungs import read
from cornbread.care.models import Conversation, Entry
from cornbread.care.promising import Made, Promising
from cornbread.care.refreshing import entry_value, thresholds_of
from cornbread.care.timelines import Timelines
from cornbread.foundation import clock
from cornbread.team.models import Member

#: Conversations whose timelines are in memory at once.
CHUNK = 500


def level_of(conversation_id: int, *, seen_by: Member) -> LevelResult:
    """The level of a conversation, worked out now, with what would lift it."""
    conversation = queries.conversation(conversation_id, seen_by=seen_by)
    rows = queries.entries(conversation.pk, seen_by=seen_by)
    memories = [
        KnownMemory(memory.pk, memory.text, memory.learned_at)
        for memory in queries.memories_of(conversation)
    ]
    return level(
        [entry_value(row) for row in rows],
        thresholds_of(seen_by.workspace),
        now=clock.now(),
        memories=memories,
    )


def summary_of(workspace_id: int) -> Summary:
    """Levels and first response times of all conversations in which a customer wrote."""
    rows = list(
        queries.levels_of(workspace_id).values_list("level", "first_message_at", "first_answer_at")
    )
    return summary(
        (level for level, _, _ in rows),
        (answer - first if answer and first else None for _, first, answer in rows),
    )


def promises_in(one: Conversation, rows: Iterable[Entry]) -> Made | None:
    """What was promised in a conversation with these entries, as it stands now."""
    promising = Promising([one.workspace_id], clock.now())
    if not promising:
        return None
    promising.read([one.pk])
    return promising.made(one.pk, one.workspace_id, read([entry_value(row) for row in rows]))


def promise_figures_of(workspace_id: int) -> dict[str, Figures]:
    """How well the present policies of a workspace were kept, in all its conversations."""
    return promise_summary(_promises(workspace_id))


def _promises(workspace_id: int) -> Iterator[Promise]:
    after_id = 0
    while ids := queries.conversations_after(workspace_id, after_id, CHUNK):
        timelines = Timelines([workspace_id], clock.now())
        if not timelines.promising:
            return
        timelines.read(ids)
        for id_ in ids:
            made = timelines.promising.made(id_, workspace_id, timelines.story(id_))
            yield from made.promises if made else ()
        after_id = ids[-1]
