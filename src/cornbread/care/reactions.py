"""What care does when earlier rooms report something. Each is safe to run twice."""

from cornbread.care import following
from cornbread.care.filing import file_mentions
from cornbread.care.joining import join_threads
from cornbread.care.recomputing import recompute
from cornbread.foundation.jobs import enqueue
from cornbread.foundation.outbox import reacts_to
from cornbread.listening.events import (
    MentionsDeleted,
    MentionsEdited,
    MentionsHeard,
    ThreadsJoined,
)
from cornbread.outbound.events import DeliverySent
from cornbread.team.events import WorkspaceChanged


@reacts_to(MentionsHeard)
def put_into_conversations(event: MentionsHeard) -> None:
    """Every mention goes where it belongs."""
    file_mentions(event.workspace_id, event.mention_ids)


@reacts_to(ThreadsJoined)
def follow_threads(event: ThreadsJoined) -> None:
    """A missing post arrived, and chains became one thread."""
    join_threads(event.workspace_id, event.source, event.moves)


@reacts_to(MentionsEdited)
def note_edits(event: MentionsEdited) -> None:
    """The timeline says that a message was changed."""
    following.note_changed_messages(event.workspace_id, event.mention_ids, deleted=False)


@reacts_to(MentionsDeleted)
def note_deletions(event: MentionsDeleted) -> None:
    """The timeline says that a message was taken back."""
    following.note_changed_messages(event.workspace_id, event.mention_ids, deleted=True)


@reacts_to(DeliverySent)
def enter_sent_reply(event: DeliverySent) -> None:
    """A reply counts once the network has it."""
    following.enter_sent(event.delivery_id)


@reacts_to(WorkspaceChanged)
def follow_thresholds(event: WorkspaceChanged) -> None:
    """Levels and clocks follow what now counts as quick and slow."""
    if event.clocks:
        enqueue(recompute, workspace_id=event.workspace_id)
