"""The timeline of a conversation as the thread shows it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, QuerySet

from cornbread.care import queries
from cornbread.care.domain.timeline import AboutMessage, EntryKind, details_of
from cornbread.care.models import Conversation, Entry
from cornbread.care.refreshing import MESSAGES, words_of
from cornbread.care.showing.activity import ICONS, Names, sentence
from cornbread.listening import queries as listening
from cornbread.listening.models import Payload, Wave
from cornbread.team import queries as team
from cornbread.team.models import Member


@dataclass(frozen=True)
class Item:
    """One thing in the thread. ``form`` chooses how it is drawn: message, note or activity."""

    entry: Entry
    form: str
    who: str
    text: str
    day: date
    new_day: bool
    ours: bool = False
    automatic: bool = False
    avatar: str = ""
    url: str = ""
    earlier: tuple[str, ...] = ()
    gone: bool = False
    icon: str = ""
    continues: bool = False
    leads: Mapping[str, str] | None = None
    wave: Wave | None = None

    @property
    def direct(self) -> bool:
        """Whether only the customer and we can read it."""
        return self.entry.visibility == "direct"


def rows_of(one: Conversation, *, seen_by: Member) -> list[Entry]:
    """The timeline with what is needed to show it, in a fixed number of queries."""
    rows: QuerySet[Entry] = queries.entries(one.pk, seen_by=seen_by)
    # The bodies of payloads are as long as networks make them, and nobody reads them here.
    earlier = Payload.objects.defer("body").order_by("pk")
    return list(rows.prefetch_related(Prefetch("mention__payloads", queryset=earlier)))


def names_of(*, seen_by: Member) -> Names:
    """What colleagues and teams are called."""
    members = {member.pk: str(member) for member in team.colleagues(seen_by=seen_by)}
    teams = {group.pk: group.name for group in team.teams(seen_by=seen_by)}
    return Names(members, teams, ZoneInfo(seen_by.workspace.time_zone))


def items(one: Conversation, rows: Sequence[Entry], names: Names) -> list[Item]:
    """The thread in the order in which things happened."""
    by_id = {row.pk: row for row in rows}
    leads = listening.leads_of(row.mention_id for row in rows if row.mention_id is not None)
    edits = _edited(rows)
    found: list[Item] = []
    for row in rows:
        before = found[-1] if found else None
        day = row.at.astimezone(names.zone).date()
        new_day = before is None or before.day != day
        item = _item(one, row, names, day, new_day, edits, by_id)
        if row.mention_id in leads:
            item = replace(item, leads=leads[row.mention_id])
        found.append(_continued(item, before))
    return found


def _item(
    one: Conversation,
    row: Entry,
    names: Names,
    day: date,
    new_day: bool,
    edits: dict[int, int],
    by_id: dict[int, Entry],
) -> Item:
    kind = EntryKind(row.kind)
    if kind in MESSAGES:
        return _message(one, row, day, new_day, edits)
    if kind is EntryKind.NOTE:
        who = str(row.member) if row.member else _rule(row) or "Cornbread"
        return Item(row, "note", who, row.text, day, new_day)
    words = sentence(kind, details_of(kind, row.details), names, by=row.member_id)
    who = str(row.member) if row.member else _rule(row) or _who_changed(row, by_id)
    return Item(row, "activity", who, words, day, new_day, icon=ICONS.get(kind, "activity"))


def _rule(row: Entry) -> str:
    """The rule that did it, as people named it; empty where none did."""
    return f"Rule “{row.details['rule']}”" if "rule" in row.details else ""


def _who_changed(row: Entry, by_id: dict[int, Entry]) -> str:
    """Edits and deletions were made by whoever wrote the message."""
    details = details_of(EntryKind(row.kind), row.details)
    message = by_id.get(details.entry_id) if isinstance(details, AboutMessage) else None
    if message is None or message.identity is None:
        return "Cornbread"
    return str(message.identity)


def _message(
    one: Conversation, row: Entry, day: date, new_day: bool, edits: dict[int, int]
) -> Item:
    mention, delivery = row.mention, row.delivery
    ours = row.kind == EntryKind.MESSAGE_OUT
    identity = (mention.identity if mention else row.identity) or (None if ours else one.identity)
    if ours and row.member is not None:
        who, avatar = str(row.member), ""
    else:
        who = str(identity) if identity else str(row.channel or "We")
        avatar = identity.avatar_url if identity else ""
    return Item(
        row,
        "message",
        who,
        words_of(row),
        day,
        new_day,
        ours=ours,
        automatic=ours and not row.human,
        avatar=avatar,
        url=(mention.url if mention else "") or (delivery.url if delivery else ""),
        earlier=_earlier(row) if row.pk in edits else (),
        gone=bool(mention and mention.deleted_at),
        wave=mention.wave if mention else None,
    )


def _continued(item: Item, before: Item | None) -> Item:
    """Messages in a row by one author share one heading."""
    same = (
        before is not None
        and item.form == before.form == "message"
        and not item.new_day
        and item.who == before.who
        and item.ours == before.ours
        and item.direct == before.direct
        and _minutes(before.entry.at, item.entry.at) < 10
    )
    if not same:
        return item
    return Item(**{**item.__dict__, "continues": True})


def _minutes(first: datetime, second: datetime) -> float:
    return (second - first).total_seconds() / 60


def _edited(rows: Iterable[Entry]) -> dict[int, int]:
    """How often each message was edited, by the id of its entry."""
    times: dict[int, int] = defaultdict(int)
    for row in rows:
        if row.kind == EntryKind.MESSAGE_EDITED:
            details = details_of(EntryKind.MESSAGE_EDITED, row.details)
            if isinstance(details, AboutMessage):
                times[details.entry_id] += 1
    return times


def _earlier(row: Entry) -> tuple[str, ...]:
    """What an edited message said before, as far as it was kept, oldest first."""
    if row.mention is None or row.mention.deleted_at:
        return ()
    said = [payload.text for payload in row.mention.payloads.all() if payload.text]
    return tuple(dict.fromkeys(text for text in said if text != row.mention.text))
