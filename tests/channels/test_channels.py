"""Channels: connected places, their health, and who may change them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from cornbread.channels import actions, queries
from cornbread.channels.contract import Connected
from cornbread.channels.domain.trouble import AccessLost
from cornbread.channels.models import Channel, Cursor
from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid, NotAllowed, NotFound
from cornbread.foundation.models import EventRecord
from cornbread.team.domain.permissions import PERMISSIONS, Role
from cornbread.team.models import AuditEntry, Member
from tests import world
from tests.world import Pretend, hear, post

pytestmark = pytest.mark.django_db

ACTS: dict[str, Callable[[int, Member], Any]] = {
    "pause": lambda id_, by: actions.pause(id_, by=by),
    "resume": lambda id_, by: actions.resume(id_, by=by),
    "remove": lambda id_, by: actions.remove(id_, by=by),
}


@pytest.fixture
def owner(pretend: Pretend) -> Member:
    return world.member(world.workspace(), Role.OWNER)


@pytest.fixture
def place(owner: Member) -> Channel:
    return actions.connect("pretend", {"token": "t"}, by=owner)


def test_connecting_again_renews_the_secret_and_keeps_everything_else(
    owner: Member, place: Channel
) -> None:
    hear(place, post("1"), cursor="7")
    actions.note_trouble(place.pk, code="access_lost", message="gone", retry_at=None)
    again = actions.connect("pretend", {"token": "new"}, by=owner)
    assert again.pk == place.pk
    assert (again.state, again.trouble_code, again.secret) == ("active", "", {"token": "new"})
    assert queries.cursor(place.pk, "test") == "7"


def test_a_secret_is_not_readable_in_the_database(place: Channel) -> None:
    from django.db import connection

    actions.keep(
        "pretend",
        Connected(name="x", address="https://x.example", secret={"token": "plain-words"}),
        workspace_id=place.workspace_id,
        by=world.SYSTEM,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM channels_channel")
        stored = b"".join(
            bytes(row[0]) if not isinstance(row[0], str) else row[0].encode()
            for row in cursor.fetchall()
        )
    assert b"plain-words" not in stored


def test_missing_fields_and_trouble_while_connecting_are_refused_in_words(
    owner: Member, pretend: Pretend, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Invalid) as missing:
        actions.connect("pretend", {"token": " "}, by=owner)
    assert missing.value.fields == {"token": "Token is needed."}

    def fails(*args: Any, **more: Any) -> Connected:
        raise AccessLost("The token is not valid")

    monkeypatch.setattr(pretend, "connect", fails)
    with pytest.raises(Invalid, match="not valid"):
        actions.connect("pretend", {"token": "t"}, by=owner)
    with pytest.raises(Invalid, match="no network called"):
        actions.connect("telex", {}, by=owner)
    assert not Channel.objects.exists()


def test_trouble_is_shown_with_when_it_began_and_goes_with_the_next_sign_of_life(
    place: Channel,
) -> None:
    began = clock.now()
    for _ in range(2):
        retry_at = clock.now() + timedelta(minutes=1)
        actions.note_trouble(place.pk, code="unreachable", message="503", retry_at=retry_at)
    place.refresh_from_db()
    since = place.trouble_since
    assert since is not None
    assert (place.state, place.trouble) == ("active", "503")
    assert since - began < timedelta(seconds=10)
    actions.note_alive(place.pk)
    place.refresh_from_db()
    assert (place.trouble_code, place.trouble_since, place.retry_at) == ("", None, None)


def test_signs_of_life_are_written_every_few_seconds_only(place: Channel) -> None:
    with time_machine.travel(world.THEN, tick=False) as traveller:
        actions.note_alive(place.pk)
        traveller.shift(5)
        actions.note_alive(place.pk)
        assert Channel.objects.get().last_beat_at == world.THEN
        traveller.shift(15)
        actions.note_alive(place.pk)
    assert Channel.objects.get().last_beat_at == world.THEN + timedelta(seconds=20)


def test_a_channel_that_only_a_person_can_mend_is_broken_and_no_longer_listened_to(
    place: Channel,
) -> None:
    actions.note_trouble(place.pk, code="access_lost", message="revoked", retry_at=None)
    place.refresh_from_db()
    assert place.state == "broken"
    assert not queries.listening_channels().exists()
    actions.note_alive(place.pk, heard=True)
    place.refresh_from_db()
    assert place.state == "broken", "a late sign of life mends nothing"
    assert place.trouble == "revoked"


def test_paused_channels_keep_their_place(owner: Member, place: Channel) -> None:
    hear(place, post("1"), cursor="7")
    actions.pause(place.pk, by=owner)
    assert not queries.listening_channels().exists()
    actions.resume(place.pk, by=owner)
    assert list(queries.listening_channels()) == [place]
    assert Cursor.objects.get().value == "7"


def test_disconnecting_forgets_the_secret_and_keeps_what_was_heard(
    owner: Member, place: Channel
) -> None:
    hear(place, post("1"))
    actions.remove(place.pk, by=owner)
    place.refresh_from_db()
    assert (place.state, place.secret) == ("removed", {})
    assert len(world.conversations(owner.workspace)) == 1
    with pytest.raises(Invalid, match="disconnected"):
        actions.resume(place.pk, by=owner)


def test_every_change_is_told_to_open_pages_and_written_down(owner: Member, place: Channel) -> None:
    seen = EventRecord.objects.filter(live=True).count()
    for act in ACTS.values():
        act(place.pk, owner)
    assert EventRecord.objects.filter(live=True).count() == seen + len(ACTS)
    assert AuditEntry.objects.filter(subject=f"channel:{place.pk}").count() == 1 + len(ACTS)


@pytest.mark.parametrize("role", list(Role))
def test_who_may_see_and_change_channels(place: Channel, role: Role) -> None:
    by = world.member(place.workspace, role)
    for act in ACTS.values():
        if "channel.write" in PERMISSIONS[role]:
            act(place.pk, by)
            Channel.objects.update(state="active")
        else:
            with pytest.raises(NotAllowed):
                act(place.pk, by)
    if "channel.read" in PERMISSIONS[role]:
        assert queries.channels(seen_by=by).count() == 1
    else:
        with pytest.raises(NotAllowed):
            queries.channels(seen_by=by)


def test_for_other_brands_a_channel_does_not_exist(place: Channel) -> None:
    stranger = world.member(world.workspace("Blue Heron"), Role.OWNER)
    assert not queries.channels(seen_by=stranger).exists()
    for act in ACTS.values():
        with pytest.raises(NotFound):
            act(place.pk, stranger)
