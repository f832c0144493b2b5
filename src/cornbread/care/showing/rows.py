"""The rows of the inbox list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from cornbread.care import paging, queries
from cornbread.care.alike import waves_of
from cornbread.care.forms import View
from cornbread.care.models import Conversation, Presence
from cornbread.care.showing.promises import Shown, in_row
from cornbread.channels import queries as channels
from cornbread.channels.models import Channel
from cornbread.listening.models import Wave
from cornbread.team import queries as team
from cornbread.team.models import Member, Team

PAGE = 40
#: The most rows that are shown anew at once when a page comes back after a pause.
MOST = 200
#: Whoever searches sees so many conversations by name, and below them the messages.
NAMED = 5


@dataclass(frozen=True)
class Row:
    """One conversation as the list shows it."""

    one: Conversation
    present: tuple[Presence, ...]
    quick: timedelta
    wave: Wave | None = None

    @property
    def goal(self) -> int:
        """The level that an answer still earns until the clock runs out."""
        first, due = self.one.first_message_at, self.one.due_at
        return 3 if first and due and due - first <= self.quick else 2

    @property
    def promise(self) -> Shown | None:
        """What was promised and is due first."""
        return in_row(self.one)

    @property
    def assignee_is_here(self) -> bool:
        """Whether the one who has it is among those who look at it right now."""
        return any(one.member_id == self.one.assignee_id for one in self.present)

    @property
    def place(self) -> str:
        """Where the row stands, for keyset pages and for keeping the order in the browser."""
        return f"{self.one.position}_{self.one.pk}"


@dataclass(frozen=True)
class Rows:
    """A stretch of the list, and the place after which it goes on; empty at the end."""

    rows: tuple[Row, ...]
    more: str = ""


@dataclass(frozen=True)
class Folder:
    """A place in the inbox with how many conversations are in it; None where nobody counts."""

    key: str
    label: str
    icon: str
    count: int | None = None

    @property
    def shown(self) -> str:
        """The count as it is written; nobody counts beyond what is read."""
        return f"{queries.MANY - 1}+" if (self.count or 0) >= queries.MANY else str(self.count)


FOLDERS = (
    Folder("open", "Open", "inbox"),
    Folder("mine", "Mine", "user-check"),
    Folder("team", "My teams", "users"),
    Folder("unassigned", "Unassigned", "user-off"),
    Folder("pending", "Pending", "hourglass"),
    Folder("snoozed", "Snoozed", "alarm"),
    Folder("late", "Heard late", "history"),
    Folder("resolved", "Resolved", "circle-check"),
    Folder("all", "All", "archive"),
)


def page_of_rows(view: View, *, seen_by: Member, size: int = PAGE) -> Rows:
    """One keyset page of the list; of a search only the first few, by name."""
    if view.search:
        size = NAMED
    page = paging.page(view.filters, seen_by=seen_by, place=view.place, size=size + 1)
    rows = _rows(page[:size], seen_by)
    more = len(page) > size and not view.search
    return Rows(rows, rows[-1].place if more else "")


def rows_among(view: View, ids: Iterable[int], *, seen_by: Member) -> Rows:
    """Those of the given conversations that belong into the list, wherever they stand."""
    found = queries.inbox(view.filters, seen_by=seen_by).filter(pk__in=list(ids)[:MOST])
    return Rows(_rows(list(found), seen_by))


def _rows(page: Sequence[Conversation], reader: Member) -> tuple[Row, ...]:
    waves = waves_of([one.pk for one in page], seen_by=reader) if page else {}
    return tuple(_row(one, reader, waves.get(one.pk)) for one in page)


def _row(one: Conversation, reader: Member, wave: Wave | None) -> Row:
    present: list[Presence] = getattr(one, "present", [])
    others = tuple(person for person in present if person.member_id != reader.pk)
    return Row(one, others, timedelta(seconds=reader.workspace.quick_s), wave)


def folders(*, seen_by: Member) -> tuple[Folder, ...]:
    """The folders with their counts; that of teams for those who are in one."""
    counts = queries.counts(seen_by=seen_by)
    shown = [one for one in FOLDERS if one.key != "team" or "team" in counts]
    return tuple(Folder(one.key, one.label, one.icon, counts.get(one.key)) for one in shown)


@dataclass(frozen=True)
class Choices:
    """What the list can be narrowed by."""

    labels: tuple[str, ...]
    channels: tuple[Channel, ...]
    colleagues: tuple[Member, ...]
    teams: tuple[Team, ...]
    no_channels: bool


def choices(*, seen_by: Member) -> Choices:
    """The reader's labels, channels and colleagues; partners are not told of channels."""
    known: tuple[Channel, ...] = ()
    may_know = seen_by.may("channel.read")
    if may_know:
        found = channels.channels(seen_by=seen_by).exclude(state=Channel.State.REMOVED)
        known = tuple(found)
    return Choices(
        labels=tuple(label.name for label in queries.labels(seen_by=seen_by)),
        channels=known,
        colleagues=tuple(team.colleagues(seen_by=seen_by)),
        teams=tuple(team.teams(seen_by=seen_by)),
        no_channels=may_know and not known,
    )
