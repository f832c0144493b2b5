"""The rows of the inbox list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from cornbread.care import queries
from cornbread.care.forms import View
from cornbread.care.models import Conversation, Presence
from cornbread.channels import queries as channels
from cornbread.channels.models import Channel
from cornbread.team import queries as team
from cornbread.team.models import Member

PAGE = 40
#: The most rows that are shown anew at once when a page comes back after a pause.
MOST = 200


@dataclass(frozen=True)
class Row:
    """One conversation as the list shows it."""

    one: Conversation
    present: tuple[Presence, ...]
    quick: timedelta

    @property
    def goal(self) -> int:
        """The level that an answer still earns until the clock runs out."""
        first, due = self.one.first_message_at, self.one.due_at
        return 3 if first and due and due - first <= self.quick else 2

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


FOLDERS = (
    Folder("open", "Open", "inbox"),
    Folder("mine", "Mine", "user-check"),
    Folder("unassigned", "Unassigned", "user-off"),
    Folder("pending", "Pending", "hourglass"),
    Folder("snoozed", "Snoozed", "alarm"),
    Folder("resolved", "Resolved", "circle-check"),
    Folder("all", "All", "archive"),
)


def page_of_rows(view: View, *, seen_by: Member, size: int = PAGE) -> Rows:
    """One keyset page of the list."""
    found = queries.inbox(view.filters, seen_by=seen_by)
    page = list(queries.after(found, view.place)[: size + 1])
    rows = tuple(_row(one, seen_by) for one in page[:size])
    return Rows(rows, rows[-1].place if len(page) > size else "")


def rows_among(view: View, ids: Iterable[int], *, seen_by: Member) -> Rows:
    """Those of the given conversations that belong into the list, wherever they stand."""
    found = queries.inbox(view.filters, seen_by=seen_by).filter(pk__in=list(ids)[:MOST])
    return Rows(tuple(_row(one, seen_by) for one in found))


def _row(one: Conversation, reader: Member) -> Row:
    present: list[Presence] = getattr(one, "present", [])
    others = tuple(person for person in present if person.member_id != reader.pk)
    return Row(one, others, timedelta(seconds=reader.workspace.quick_s))


def folders(*, seen_by: Member) -> tuple[Folder, ...]:
    """The folders with their counts."""
    counts = queries.counts(seen_by=seen_by)
    return tuple(Folder(one.key, one.label, one.icon, counts.get(one.key)) for one in FOLDERS)


@dataclass(frozen=True)
class Choices:
    """What the list can be narrowed by."""

    labels: tuple[str, ...]
    channels: tuple[Channel, ...]
    colleagues: tuple[Member, ...]
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
        no_channels=may_know and not known,
    )
