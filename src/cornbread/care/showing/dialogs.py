"""The forms that open from a conversation, empty or as they were refused."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from cornbread.care.forms import GestureForm, MemoryForm, SnoozeForm, TouchForm, snooze_choices
from cornbread.care.showing.pane import Pane
from cornbread.foundation import clock
from cornbread.team.models import Member


@dataclass(frozen=True)
class Dialogs:
    """What the dialogs of one conversation need."""

    shown: Pane
    member: Member

    @property
    def touch(self) -> TouchForm:
        """A call, a visit, another channel."""
        return TouchForm(identities=self.shown.identities)

    @property
    def memory(self) -> MemoryForm:
        """Something to remember."""
        return MemoryForm(prefix="memory")

    @property
    def gestures(self) -> list[GestureForm]:
        """One form for each memory that can be used."""
        return [GestureForm(memory=memory) for memory in self.shown.memories]

    @property
    def snooze(self) -> SnoozeForm:
        """A moment of one's own."""
        return SnoozeForm(prefix="snooze")

    @property
    def moments(self) -> list[dict[str, object]]:
        """The usual moments to come back at."""
        zone = ZoneInfo(self.member.workspace.time_zone)
        return [
            {"key": key, "words": words, "moment": moment}
            for key, words, moment in snooze_choices(clock.now(), zone)
        ]
