"""Levels and measures, from the recorded timelines."""

from cornbread.care import queries
from cornbread.care.domain.levels import KnownMemory, LevelResult, level
from cornbread.care.domain.measures import Summary, summary
from cornbread.care.refreshing import entry_value, thresholds_of
from cornbread.foundation import clock
from cornbread.team.models import Member


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
