"""What listening does by itself after it heard something. Each is safe to run twice."""

from cornbread.foundation.outbox import reacts_to
from cornbread.listening.copies import group_copies
from cornbread.listening.events import LinksHeard, MentionsHeard
from cornbread.listening.short_links import note_short_links


@reacts_to(MentionsHeard)
def group_what_is_alike(event: MentionsHeard) -> None:
    """Copies and bot waves are shown as what they are."""
    group_copies(event.workspace_id, event.mention_ids)


@reacts_to(LinksHeard)
def follow_short_links(event: LinksHeard) -> None:
    """Shortened addresses will be asked where they lead."""
    note_short_links(event.workspace_id, event.mention_ids)
