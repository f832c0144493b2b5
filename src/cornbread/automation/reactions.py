"""What automation does when care reports something. Each is safe to run twice."""

from cornbread.automation import noticing
from cornbread.automation.domain.triggers import Trigger
from cornbread.automation.firing import consider
from cornbread.automation.ready import ready_rules
from cornbread.care.events import ConversationChanged, ConversationsChanged
from cornbread.foundation.outbox import reacts_to


@reacts_to(ConversationsChanged)
def follow_many(event: ConversationsChanged) -> None:
    """Messages that were heard, and what time alone changed."""
    rules = ready_rules(event.workspace_id).all
    if not rules:
        return
    if event.what == "message":
        asked = frozenset[Trigger]().union(*(rule.triggers for rule in rules))
        consider(event.workspace_id, noticing.in_messages(event, asked))
    elif event.what == "clock":
        consider(event.workspace_id, noticing.in_time(event))


@reacts_to(ConversationChanged)
def follow_one(event: ConversationChanged) -> None:
    """What somebody, or a rule, did in one conversation."""
    if ready_rules(event.workspace_id).all:
        consider(event.workspace_id, noticing.in_change(event), chain=event.chain)
