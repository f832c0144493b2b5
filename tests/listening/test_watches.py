"""Watches: what is listened for, who may change it, and that changes are followed at once."""

import pytest

from cornbread.foundation.errors import Invalid, NotAllowed, NotFound
from cornbread.listening import actions, queries
from cornbread.listening.domain.query import QueryError
from cornbread.listening.intake import compiled_watches
from cornbread.listening.models import Catch, Mention, Watch
from cornbread.listening.previewing import preview
from cornbread.team.domain.permissions import PERMISSIONS, Role
from cornbread.team.models import Member
from tests import world
from tests.world import channel, conversations, direct, hear, post

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pretend")]


@pytest.fixture
def lead() -> Member:
    return world.member(world.workspace(), Role.LEAD)


def test_a_watch_catches_what_it_names_and_nothing_else(lead: Member) -> None:
    place = channel(lead.workspace)
    watch = actions.save_watch(by=lead, name="Late", query='train AND "very late" NOT lang:de')
    hear(
        place,
        post("1", "This train is very late", addressed=False),
        post("2", "This train is late, very", addressed=False),
        post("3", "The bus is very late", addressed=False),
    )
    assert [one.external_id for one in queries.mentions(seen_by=lead, watch_id=watch.pk)] == ["1"]
    assert len(conversations(lead.workspace)) == 1


def test_a_watch_of_the_stream_opens_no_conversation(lead: Member) -> None:
    place = channel(lead.workspace)
    actions.save_watch(by=lead, name="Trains", query="train", to_inbox=False)
    hear(place, post("1", "my train", addressed=False))
    assert Mention.objects.count() == 1
    assert conversations(lead.workspace) == []


def test_our_own_posts_are_not_watched(lead: Member) -> None:
    place = channel(lead.workspace)
    actions.save_watch(by=lead, name="Trains", query="train")
    hear(place, world.answer("1", None, "A new train"))
    assert not Catch.objects.exists()


def test_a_changed_paused_or_deleted_watch_is_followed_by_the_next_post(lead: Member) -> None:
    place = channel(lead.workspace)
    watch = actions.save_watch(by=lead, name="Trains", query="train")
    hear(place, post("1", "my train", addressed=False), post("2", "my bus", addressed=False))
    actions.save_watch(watch.pk, by=lead, name="Buses", query="bus")
    hear(place, post("3", "my train", addressed=False), post("4", "my bus", addressed=False))
    actions.save_watch(watch.pk, by=lead, name="Buses", query="bus", active=False)
    hear(place, post("5", "my bus", addressed=False))
    actions.delete_watch(watch.pk, by=lead)
    hear(place, post("6", "my bus", addressed=False))
    kept = Mention.objects.order_by("pk").values_list("external_id", flat=True)
    assert list(kept) == ["1", "4"]


def test_a_stored_query_that_cannot_be_read_any_more_silences_no_other(lead: Member) -> None:
    place = channel(lead.workspace)
    actions.save_watch(by=lead, name="Trains", query="train")
    broken = actions.save_watch(by=lead, name="Old", query="bus")
    Watch.objects.filter(pk=broken.pk).update(query="((")
    hear(place, post("1", "my train", addressed=False))
    assert Catch.objects.count() == 1


def test_a_mistake_is_shown_where_it_stands(lead: Member) -> None:
    with pytest.raises(QueryError):
        actions.save_watch(by=lead, name="Wrong", query="train AND (")
    with pytest.raises(Invalid):
        actions.save_watch(by=lead, name=" ", query="train")
    actions.save_watch(by=lead, name="Trains", query="train")
    with pytest.raises(Invalid, match="already a watch"):
        actions.save_watch(by=lead, name="Trains", query="bus")


def test_a_preview_shows_what_would_have_been_caught_and_why(lead: Member) -> None:
    hear(
        channel(lead.workspace),
        post("1", "a late train"),
        post("2", "a bus", by="lee"),
        direct(post("3", "a secret train", by="kim")),
    )
    found = preview("train", seen_by=lead)
    assert (found.of, found.caught) == (2, 1)
    (example,) = found.examples
    assert [example.mention.text[start:end] for start, end in example.spans] == ["train"]


@pytest.mark.parametrize("role", list(Role))
def test_who_may_see_and_change_watches(lead: Member, role: Role) -> None:
    by = world.member(lead.workspace, role)
    allowed = PERMISSIONS[role]
    if "watch.write" in allowed:
        actions.save_watch(by=by, name="Trains", query="train")
    else:
        with pytest.raises(NotAllowed):
            actions.save_watch(by=by, name="Trains", query="train")
    if "watch.read" in allowed:
        list(queries.watches(seen_by=by))
    else:
        with pytest.raises(NotAllowed):
            queries.watches(seen_by=by)
        with pytest.raises(NotAllowed):
            preview("train", seen_by=by)


def test_other_brands_neither_see_nor_change_nor_feel_a_watch(lead: Member) -> None:
    watch = actions.save_watch(by=lead, name="Trains", query="train")
    stranger = world.member(world.workspace("Blue Heron"), Role.OWNER)
    with pytest.raises(NotFound):
        queries.watch(watch.pk, seen_by=stranger)
    with pytest.raises(NotFound):
        actions.save_watch(watch.pk, by=stranger, name="Mine", query="bus")
    with pytest.raises(NotFound):
        actions.delete_watch(watch.pk, by=stranger)
    hear(channel(stranger.workspace), post("1", "my train", addressed=False))
    assert not Mention.objects.exists()
    assert len(compiled_watches(stranger.workspace_id).matcher) == 0
