"""Everything that the thread and the side panel of one conversation show."""

from dataclasses import dataclass

from django.db.models import QuerySet

from cornbread.care import queries
from cornbread.care.domain.timeline import EntryKind
from cornbread.care.following import context_of
from cornbread.care.models import Conversation, Entry, Label, Presence
from cornbread.care.showing.composer import Composer, composer
from cornbread.care.showing.level import Standing, standing
from cornbread.care.showing.promises import Told, in_thread
from cornbread.care.showing.thread import Item, items, names_of, rows_of
from cornbread.outbound import queries as outbound
from cornbread.outbound.models import Delivery
from cornbread.people.models import Identity, Memory
from cornbread.team import queries as team
from cornbread.team.models import Member, Team


@dataclass(frozen=True)
class Pane:
    """One conversation as it is shown to one reader."""

    one: Conversation
    items: list[Item]
    deliveries: list[Delivery]
    standing: Standing
    promised: Told | None
    present: list[Presence]
    post_url: str
    last_visibility: str
    worn: frozenset[str]
    labels: list[Label]
    identities: list[Identity]
    memories: list[Memory]
    others: list[Conversation]
    colleagues: list[Member]
    teams: list[Team]

    @property
    def lang(self) -> str:
        """The language of the customer's newest message, as far as it is known."""
        said = [row.entry.mention for row in self.items if row.form == "message" and not row.ours]
        return next((mention.lang for mention in reversed(said) if mention), "")


def pane(one: Conversation, *, seen_by: Member) -> Pane:
    """Read a conversation for the screen, in a fixed number of queries."""
    rows = rows_of(one, seen_by=seen_by)
    memories = list(queries.memories_of(one))
    newest = _newest_inbound(rows)
    others: QuerySet[Conversation] = queries.others_of_person(one, seen_by=seen_by)
    return Pane(
        one=one,
        items=items(one, rows, names_of(seen_by=seen_by)),
        deliveries=list(outbound.deliveries(context_of(one.pk), seen_by=seen_by)),
        standing=standing(rows, memories, seen_by.workspace),
        promised=in_thread(one, rows),
        present=list(queries.present(one.pk, seen_by=seen_by)),
        post_url=newest.mention.url if newest and newest.mention else "",
        last_visibility=newest.visibility if newest else "",
        worn=frozenset(label.name for label in one.labels.all()),
        labels=list(queries.labels(seen_by=seen_by)),
        identities=list(queries.identities_of(one)),
        memories=memories,
        others=list(others[:6]),
        colleagues=list(team.colleagues(seen_by=seen_by)),
        teams=list(team.teams(seen_by=seen_by)),
    )


def composer_of(shown: Pane, *, by: Member) -> Composer:
    """The composer below the thread."""
    return composer(shown.one, shown.last_visibility, by=by)


def _newest_inbound(rows: list[Entry]) -> Entry | None:
    said = [
        row
        for row in rows
        if row.kind == EntryKind.MESSAGE_IN and not (row.mention and row.mention.deleted_at)
    ]
    return said[-1] if said else None
