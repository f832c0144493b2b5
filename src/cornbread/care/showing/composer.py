"""The composer: where an answer can go, what was begun, and what stands in its way."""

from dataclasses import dataclass

from cornbread.care import actions as care
from cornbread.care.forms import new_key
from cornbread.care.models import Conversation
from cornbread.channels.domain.posts import Visibility
from cornbread.channels.models import Channel
from cornbread.foundation.errors import Invalid
from cornbread.outbound.checking import count
from cornbread.team.models import Member

_WORDS = {
    Visibility.PUBLIC: ("Public reply", "world", "Everybody can read this."),
    Visibility.DIRECT: ("Direct message", "lock", "Only the customer and your team can read this."),
}


@dataclass(frozen=True)
class Way:
    """One thing that can be written: a public reply, a direct message, a note."""

    mode: str
    label: str
    icon: str
    hint: str
    channel: Channel | None = None
    lang: str = ""

    @property
    def max_length(self) -> int | None:
        """The longest text the network takes; None for no limit."""
        return self.channel.capabilities.max_length if self.channel else None

    @property
    def counting(self) -> str:
        """How its length is counted."""
        return self.channel.capabilities.counting.value if self.channel else "plain"


@dataclass(frozen=True)
class Composer:
    """What the composer shows. ``changed`` says what happened while somebody was writing."""

    one: Conversation
    ways: tuple[Way, ...]
    mode: str
    text: str = ""
    basis: int = 0
    key: str = ""
    changed: str = ""
    error: str = ""
    restored: bool = False
    closed: str = ""

    @property
    def way(self) -> Way | None:
        """The chosen way."""
        return next((way for way in self.ways if way.mode == self.mode), None)

    @property
    def length(self) -> int:
        """The length of the text as the chosen network counts it."""
        way = self.way
        return count(self.text, way.channel) if way and way.channel else len(self.text)


def ways_of(one: Conversation, *, by: Member) -> tuple[tuple[Way, ...], str]:
    """What this member can write here, and why a reply cannot be among it."""
    ways, closed = [], ""
    if by.may("conversation.reply"):
        for mode in (Visibility.PUBLIC, Visibility.DIRECT):
            try:
                target = care.target_of(one, mode)
            except Invalid as refusal:
                closed = refusal.message
                continue
            able = target.channel.capabilities
            if able.reply_direct if mode == Visibility.DIRECT else able.reply_public:
                ways.append(Way(mode.value, *_WORDS[mode], target.channel, target.lang))
    if not ways and not closed:
        closed = f"{one.channel.network.name} takes no replies from here."
    if by.may("conversation.note"):
        ways.append(Way("note", "Note", "note", "Only your team can read this."))
    return tuple(ways), "" if any(way.channel for way in ways) else closed


def composer(one: Conversation, last_visibility: str, *, by: Member) -> Composer:
    """The composer as it opens: with the draft, if the member had begun something."""
    ways, closed = ways_of(one, by=by)
    modes = [way.mode for way in ways]
    mode = last_visibility if last_visibility in modes else (modes[0] if modes else "")
    draft = care.draft_of(one, by=by)
    if draft is None:
        return Composer(one, ways, mode, basis=one.last_entry_id, key=new_key(), closed=closed)
    return Composer(
        one,
        ways,
        draft.mode if draft.mode in modes else mode,
        text=draft.text,
        # A draft of a message that came back knows of no timeline; it starts from what is there.
        basis=draft.basis or one.last_entry_id,
        key=new_key(),
        restored=True,
        closed=closed,
    )
