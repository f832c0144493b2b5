"""Facts about many conversations at once, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Min

from cornbread.automation.domain.facts import Facts, Names
from cornbread.automation.models import Endpoint
from cornbread.care.domain.lateness import LATE_FROM
from cornbread.care.domain.timeline import EntryKind
from cornbread.care.models import Conversation, Entry
from cornbread.channels.models import Channel
from cornbread.listening.domain.intake import PICTURES
from cornbread.listening.domain.matchable import MatchablePost
from cornbread.team.models import Member, Team, Workspace

MESSAGES = (EntryKind.MESSAGE_IN.value, EntryKind.MESSAGE_OUT.value)
_CONVERSATION = (
    *("pk", "channel_id", "channel__kind", "status", "assignee_id", "team_id", "level"),
    *("waiting_since", "position", "person_id", "identity__handle", "identity__followers"),
    *("identity__automated", "priority"),
)
_MESSAGE = (
    *("pk", "kind", "visibility", "mention__text", "mention__lang"),
    *("mention__links", "mention__attachments", "mention__in_reply_to", "mention__repost"),
    *("mention__deleted_at", "delivery__text"),
)


class Wanted(NamedTuple):
    """A conversation, the entry of the occasion (0 for none), and when that was."""

    conversation_id: int
    entry_id: int
    at: datetime


def gather(workspace_id: int, wanted: Collection[Wanted]) -> dict[Wanted, Facts]:
    """What rules can ask about these conversations of the workspace; some may be gone."""
    ids = list({one.conversation_id for one in wanted})
    zone = ZoneInfo(Workspace.objects.values_list("time_zone", flat=True).get(pk=workspace_id))
    found = Conversation.objects.filter(workspace_id=workspace_id, pk__among=ids, merged_into=None)
    rows = {row[0]: row for row in found.values_list(*_CONVERSATION)}
    labels = _labels(ids)
    messages = _messages(wanted)
    first = _first_contacts(workspace_id, {row[9] for row in rows.values()})
    return {
        one: _facts(row, one.at, zone, labels[one.conversation_id], messages.get(one), first)
        for one in wanted
        if (row := rows.get(one.conversation_id)) is not None
    }


def _facts(
    row: tuple[Any, ...],
    at: datetime,
    zone: ZoneInfo,
    labels: list[str],
    message: tuple[Any, ...] | None,
    first: Mapping[int, int],
) -> Facts:
    id_, channel_id, network, status, assignee_id, team_id, level = row[:7]
    waiting_since, position, person_id, handle, followers, bot, priority = row[7:]
    post, from_us, visibility, language = _said(message, handle, network, followers)
    waited = at - waiting_since if waiting_since is not None else None
    return Facts(
        conversation_id=id_,
        channel_id=channel_id,
        network=network,
        status=status,
        priority=priority,
        assignee_id=assignee_id,
        team_id=team_id,
        labels=frozenset(labels),
        level=level,
        followers=followers,
        bot=bot,
        first_contact=first.get(person_id) == id_,
        late=position >= LATE_FROM,
        waiting_hours=waited / timedelta(hours=1) if waited is not None else None,
        local=at.astimezone(zone),
        post=post,
        from_us=from_us,
        visibility=visibility,
        language=language,
    )


def _said(
    message: tuple[Any, ...] | None, handle: str, network: str, followers: int | None
) -> tuple[MatchablePost, bool, str, str]:
    """The message with who said it, who could read it, and its language."""
    if message is None:
        return MatchablePost(text="", author=handle, network=network), False, "", ""
    kind, visibility, text, lang, links, attachments, parent, repost, gone, sent = message[1:]
    ours = kind == EntryKind.MESSAGE_OUT
    post = MatchablePost(
        text="" if gone else (text if text is not None else sent) or "",
        author="" if ours else handle,
        lang=lang or None,
        network=network,
        links=tuple(links or ()),
        has_image=any(one.get("kind") in PICTURES for one in attachments or ()),
        is_reply=bool(parent),
        is_repost=bool(repost),
        followers=followers,
    )
    return post, ours, visibility, lang or ""


def _labels(conversation_ids: Iterable[int]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    worn = Conversation.labels.through.objects.filter(conversation_id__among=list(conversation_ids))
    for conversation_id, name in worn.values_list("conversation_id", "label__name"):
        found[conversation_id].append(name)
    return found


def _messages(wanted: Collection[Wanted]) -> dict[Wanted, tuple[Any, ...]]:
    """The message of each occasion, or else the customer's newest until then."""
    named = {one.entry_id for one in wanted if one.entry_id}
    known = _read(named)
    rest = [one for one in wanted if one.entry_id not in known]
    newest = _newest(rest)
    theirs = _read(newest.values())
    picked = {one: known.get(one.entry_id) or theirs.get(newest.get(one, 0)) for one in wanted}
    return {one: row for one, row in picked.items() if row is not None}


def _read(entry_ids: Iterable[int]) -> dict[int, tuple[Any, ...]]:
    rows = Entry.objects.filter(pk__among=list(entry_ids), kind__in=MESSAGES)
    return {row[0]: row for row in rows.values_list(*_MESSAGE)}


def _newest(wanted: Collection[Wanted]) -> dict[Wanted, int]:
    """The customer's newest message in each conversation, as of the moment asked about."""
    if not wanted:
        return {}
    said: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    found = Entry.objects.filter(
        conversation_id__among=list({one.conversation_id for one in wanted}),
        kind=EntryKind.MESSAGE_IN.value,
    )
    for conversation_id, at, id_ in found.values_list("conversation_id", "at", "pk"):
        said[conversation_id].append((at, id_))
    latest = {
        one: max((row for row in said[one.conversation_id] if row[0] <= one.at), default=None)
        for one in wanted
    }
    return {one: row[1] for one, row in latest.items() if row is not None}


def _first_contacts(workspace_id: int, person_ids: Iterable[int]) -> dict[int, int]:
    """The first conversation of each person."""
    theirs = Conversation.objects.filter(
        workspace_id=workspace_id, person_id__among=list(person_ids), merged_into=None
    )
    found = theirs.order_by().values_list("person_id").annotate(first=Min("pk"))
    return dict(found.values_list("person_id", "first"))


def names_of(workspace_id: int) -> Names:
    """What the ids in rules are called; former colleagues too, since rules may name them."""
    here = {"workspace_id": workspace_id}
    members = Member.objects.filter(**here).select_related("user")
    return Names(
        channels=dict(Channel.objects.filter(**here).values_list("pk", "name")),
        members={one.pk: str(one) for one in members},
        teams=dict(Team.objects.filter(**here).values_list("pk", "name")),
        endpoints=dict(Endpoint.objects.filter(**here).values_list("pk", "name")),
    )
