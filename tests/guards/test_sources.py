"""What imports cannot show: reads name their reader, writes their actor, and nobody looks ahead."""

import pytest

from tests.guards.rules import (
    EDGES,
    PACKAGE,
    ROOMS,
    Allowed,
    Later,
    forward_looks,
    later_than,
    modules,
    touches_models,
    where,
    without_parameter,
)
from tests.guards.test_models import all_models

#: Reads without ``seen_by``.
READS: Allowed = {
    "team.member": "turns the signed-in user into the reader; this is where readers come from",
    "team.memberships": "a user's own memberships, asked by the user's own session",
    "team.open_invitation": "the secret of the link is the permission to read it",
    "team.workspace_named": "for commands run by the operator of the machine",
    "team.member_by_email": "for commands run by the operator of the machine",
    "team.place_of_job": "for commands run by the operator of the machine",
    "team.workspace_slugs": "for commands run by the operator of the machine",
    "team.is_empty": "says only whether anything exists, before there is any reader",
    "team.needs_owner": "says only whether first-run set-up is open",
    "team.is_known": "whether an invited address has an account, for whoever holds the link",
    "team.late_limit": "for intake, which serves the whole workspace",
    "team.expands_links": "for the jobs of listening, which serve the whole workspace",
    "channels.listening_channels": "for the listener process, which serves all workspaces",
    "channels.receiving_channel": "for the endpoint, which serves all; the signature is the key",
    "channels.known_channels": "for taking in what was handed in, which serves all workspaces",
    "channels.cursor": "for the listener process, which holds the channel",
    "people.held_memories": "of a person inside a conversation already opened to the reader",
    "people.as_met": "for intake, which serves the whole workspace",
    "listening.public_mentions": "for commands run by the operator of the machine",
    "listening.leads_of": "of mentions already opened to the reader",
    "listening.active_watches": "for intake, which serves the whole workspace",
    "listening.watches_stamp": "for intake, which serves the whole workspace",
    "people.identities_of": "of a person already opened to the reader",
    "listening.roots_of": "for reactions, about posts of one source of one workspace",
    "listening.kept_mentions": "for reactions to an event that names them",
    "listening.place_of": "a place in a list, worked out from one row already read",
    "listening.older_than": "narrows a list that was read for its reader",
    "listening.after_watch": "narrows a list that was read for its reader",
    "outbound.stored_key": "computes a key and reads nothing",
    "care.after": "narrows a list that was read for its reader",
    "care.identities_of": "of a conversation already opened to the reader",
    "care.memories_of": "of a conversation already opened to the reader",
    "care.due_for_change": "for the periodic job, which serves all workspaces",
    "care.conversations_after": "for the job that works all conversations out anew",
    "care.for_refresh": "for working columns out, inside the transaction of a change",
    "care.levels_of": "for commands run by the operator of the machine",
}
#: Writes without ``by``.
WRITES: Allowed = {
    "care.carry_on": "the job that goes on with a change, as the member who asked for it",
    "team.checked_email": "computes and writes nothing",
    "team.create_user": "an account alone may do nothing; callers hold an invitation or the set-up",
    "team.accept_invitation": "the secret of the link is the permission, and makes the actor",
    "team.member_of_token": "the token is the permission; this is where its actor comes from",
    "team.create_workspace": "by the operator or the first owner, before there is an actor",
    "team.set_up": "first run: possible only while nobody exists",
    "channels.source_of": "computes and writes nothing",
    "channels.refuse_local": "checks an address and writes nothing",
    "channels.move_cursor": "by intake, inside the transaction that keeps the posts",
    "channels.note_alive": "by the listener process, about its own connection",
    "channels.note_trouble": "by the listener process, about its own connection",
    "outbound.join_contexts": "by a reaction, inside the transaction that joins conversations",
    "people.meet": "by intake, inside the transaction that keeps the posts",
    "care.target_of": "works out where a reply would go and writes nothing",
}
#: Edges that ask the database themselves.
EDGES_WITH_MODELS: Allowed = {
    "care/showing/thread.py": "names the columns to fetch with entries read for their reader",
}
#: file: {words that look like a later room: why they are none}
LOOKS_AHEAD: dict[str, dict[str, str]] = {}


def lacking(layer: str, parameter: str) -> set[str]:
    return {
        f"{room}.{name}"
        for room in ROOMS
        for path in modules(room, layer)
        for name in without_parameter(path.read_text(), parameter)
    }


def test_every_read_names_its_reader() -> None:
    assert lacking("queries", "seen_by") - set(READS) == set()


def test_every_write_names_its_actor() -> None:
    assert lacking("actions", "by") - set(WRITES) == set()


def test_edges_ask_queries_and_actions_never_models() -> None:
    found = [
        f"{where(path)}:{line} uses {words}; put it into the room's queries or actions"
        for room in ROOMS
        for path in modules(room, *EDGES)
        for line, words in touches_models(path.read_text())
        if where(path) not in EDGES_WITH_MODELS
    ]
    assert not found, "\n".join(found)


def test_no_room_reaches_into_a_later_one() -> None:
    found = [
        f"{where(path)}:{line} reaches ahead with “{words}”; let the later room react to an event"
        for room in ROOMS
        for path in modules(room)
        for line, words in forward_looks(path.read_text(), later_than(room, all_models()))
        if words not in LOOKS_AHEAD.get(where(path), {})
    ]
    assert not found, "\n".join(found)


def test_every_exception_is_still_needed_and_has_its_reason() -> None:
    assert set(READS) <= lacking("queries", "seen_by")
    assert set(WRITES) <= lacking("actions", "by")
    assert all(len(reason) > 15 for reason in (READS | WRITES).values())


def test_the_guard_looks_at_the_product() -> None:
    assert PACKAGE / "care" / "queries.py" in modules("care", "queries")
    assert modules("care", "actions")
    assert len(modules("care", *EDGES)) > 2


LATER = Later(
    lookups=frozenset({"conversations", "entry", "entries"}),
    tables=frozenset({"care_conversation"}),
    rooms=frozenset({"care"}),
)


@pytest.mark.parametrize(
    "source",
    [
        "Person.objects.filter(conversations__status='open')",
        "people.exclude(conversations=None)",
        "people.order_by('-conversations__last_at')",
        "people.prefetch_related('conversations')",
        "people.annotate(n=Count('conversations'))",
        "Q(entry__text='x')",
        "person.conversations.filter(status='open')",
        "person.conversations.all()",
        "cursor.execute('SELECT id FROM care_conversation WHERE 1')",
        "import_module('cornbread.care.queries')",
        "apps.get_model('care.Conversation')",
    ],
)
def test_the_guard_finds_every_way_of_looking_ahead(source: str) -> None:
    assert list(forward_looks(source, LATER))


@pytest.mark.parametrize(
    "source",
    [
        "'''cornbread.care does this, see care_conversation.'''",
        "conversations = []",
        "people.filter(name__icontains='conversations')",
        "navigation.register('conversations')",
        "text = 'all conversations'",
    ],
)
def test_the_guard_lets_the_harmless_pass(source: str) -> None:
    assert not list(forward_looks(source, LATER))


@pytest.mark.parametrize(
    "source",
    [
        "Watch.objects.all()",
        "Watch._default_manager.get(pk=1)",
        "get_object_or_404(Watch, pk=1)",
        "from django.db import connection",
    ],
)
def test_the_guard_finds_views_that_ask_the_database(source: str) -> None:
    assert list(touches_models(source))


def test_the_guard_finds_a_read_without_reader() -> None:
    assert without_parameter("def watches(): ...\ndef _own(): ...", "seen_by") == ["watches"]
    assert without_parameter("def watches(*, seen_by): ...", "seen_by") == []
