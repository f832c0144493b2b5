"""Measures over the conversations of a workspace, from their recorded timelines."""

from cornbread.care import queries
from cornbread.care.domain.measures import Summary, summary


def summary_of(workspace_id: int) -> Summary:
    """Levels and first response times of all conversations in which a customer wrote."""
    rows = list(
        queries.levels_of(workspace_id).values_list("level", "first_message_at", "first_answer_at")
    )
    return summary(
        (level for level, _, _ in rows),
        (answer - first if answer and first else None for _, first, answer in rows),
    )
