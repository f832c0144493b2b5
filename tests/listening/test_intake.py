"""What is kept of what was heard: everything that matters, exactly once."""

from datetime import timedelta

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cornbread.channels.domain.posts import Attachment, Author, Batch, HeardPost
from cornbread.channels.models import Cursor
from cornbread.foundation.models import Job
from cornbread.listening import actions as listening
from cornbread.listening import writing
from cornbread.listening.intake import take_in
from cornbread.listening.models import Catch, Mention, Payload, Volume
from cornbread.people.models import Identity, Person
from cornbread.team.domain.permissions import Role
from tests import world
from tests.world import Pretend, answer, channel, conversation, conversations, hear, post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretend")]


def stranger(id_: str, text: str = "Lovely weather", **more: object) -> HeardPost:
    """A post that is not meant for us."""
    return post(id_, text, addressed=False, **more)  # type: ignore[arg-type]


def kept_ids() -> set[str]:
    return set(Mention.objects.values_list("external_id", flat=True))


def test_a_post_heard_twice_is_kept_once() -> None:
    place = channel(world.workspace())
    assert len(hear(place, post("1"), post("1")).heard) == 1
    assert hear(place, post("1")).heard == ()
    assert Mention.objects.count() == Identity.objects.count() == Person.objects.count() == 1
    assert conversation(place.workspace).entries.count() == 1


def test_two_accounts_on_one_server_keep_a_post_once() -> None:
    brand = world.workspace()
    first, second = channel(brand), channel(brand, "redkite-help")
    hear(first, post("1"))
    hear(second, post("1"))
    assert Mention.objects.count() == 1


def test_two_brands_on_one_server_each_keep_the_post() -> None:
    for name in ("Red Kite", "Blue Heron"):
        hear(channel(world.workspace(name)), post("1"))
    assert Mention.objects.count() == Person.objects.count() == 2


def test_the_cursor_moves_with_the_posts() -> None:
    place = channel(world.workspace())
    hear(place, post("1"), cursor="17")
    assert Cursor.objects.get().value == "17"


@pytest.mark.django_db(transaction=True)
def test_a_crash_before_the_commit_leaves_nothing_and_repeats_harmlessly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = channel(world.workspace())
    batch = Batch(stream="s", posts=(post("1"), answer("2", "1")), cursor="2")

    def dies(*args: object) -> None:
        raise world.Killed

    with monkeypatch.context() as broken:
        broken.setattr(writing, "move_cursor", dies)
        with pytest.raises(world.Killed):
            take_in(place, batch)
    assert Mention.objects.count() == Identity.objects.count() == Cursor.objects.count() == 0
    assert world.catch_up() == 0
    assert len(take_in(place, batch).heard) == 2
    world.catch_up()
    assert world.ids_in(conversation(place.workspace)) == ["1", "2"]


def test_what_nobody_asked_for_is_counted_and_not_kept() -> None:
    place = channel(world.workspace())
    assert hear(place, stranger("1"), stranger("2")).heard == ()
    volume = Volume.objects.get()
    assert (volume.heard, volume.kept) == (2, 0)


def test_each_stream_of_a_channel_is_counted_for_itself() -> None:
    place = channel(world.workspace())
    for stream, heard in (("home", [stranger("1")]), ("tags", [stranger("2"), post("3")])):
        take_in(place, Batch(stream=stream, posts=tuple(heard)))
        take_in(place, Batch(stream=stream, posts=(stranger(f"more of {stream}"),)))
    counted = Volume.objects.order_by("stream").values_list("stream", "heard", "kept")
    assert list(counted) == [("home", 2, 0), ("tags", 3, 1)]


def test_a_language_is_told_before_matching_only_where_a_watch_asks_for_it() -> None:
    brand = world.workspace()
    place, lead = channel(brand), world.member(brand, Role.LEAD)
    listening.save_watch(by=lead, name="Trains", query="zug OR train")
    german = "Mein Zug steht seit einer Stunde vor dem Bahnhof"
    hear(place, stranger("1", german), stranger("2", "My train has been standing for an hour now"))
    assert set(Mention.objects.values_list("lang", flat=True)) == {"de", "en"}
    listening.save_watch(by=lead, name="German", query="lang:de bahnhof")
    listening.forget_compiled()
    hear(place, stranger("3", german.replace("Zug", "Bus")), stranger("4", "bahnhof"))
    assert kept_ids() == {"1", "2", "3"}


def test_an_answer_to_a_post_that_is_kept_is_kept_too_whatever_the_times_say() -> None:
    place = channel(world.workspace())
    early = stranger("2", to="1", at=-5, by="lee")
    hear(place, stranger("3", to="2", at=-9, by="kim"), early, post("1"), stranger("9"))
    assert kept_ids() == {"1", "2", "3"}
    hear(place, stranger("4", to="3", by="lee"))
    assert kept_ids() == {"1", "2", "3", "4"}


def test_edits_keep_the_old_words() -> None:
    place = channel(world.workspace())
    first = post("1", "Train is late", raw=b"{}")
    hear(place, first)
    kept = hear(place, world.edited(first, "Train is very late", at=5))
    assert len(kept.edited) == 1
    mention = Mention.objects.get()
    assert mention.text == "Train is very late"
    words = list(Payload.objects.order_by("pk").values_list("version", "text"))
    assert words[0] == ("first", "Train is late")
    assert [text for _, text in words] == ["Train is late", "Train is very late"]


def test_the_words_before_an_edit_are_kept_also_without_a_payload() -> None:
    place = channel(world.workspace())
    hear(place, post("1", "one"))
    hear(place, world.edited(post("1"), "two", at=1))
    hear(place, world.edited(post("1"), "three", at=2))
    texts = Payload.objects.order_by("pk").values_list("text", flat=True)
    assert list(texts) == ["one", "two", "three"]


def test_an_edit_heard_together_with_its_post_or_late_or_twice_ends_the_same() -> None:
    first = post("1", "one", raw=b"1")
    second, third = world.edited(first, "two", at=1), world.edited(first, "three", at=2)
    stories = [
        [[first, second, third]],
        [[third, second, first]],
        [[first], [second], [third], [second], [first]],
        [[first, first], [second, third, third]],
    ]
    for number, story in enumerate(stories):
        brand = world.workspace(f"Brand {number}")
        place = channel(brand)
        for batch in story:
            hear(place, *batch)
        mention = Mention.objects.get(workspace=brand)
        assert mention.text == "three"
        texts = Payload.objects.filter(workspace=brand).order_by("version")
        assert sorted(texts.values_list("text", flat=True)) == ["one", "three", "two"], number
        edits = world.kinds_in(conversation(brand)).count("message_edited")
        assert edits == 2, number


def test_a_kept_post_that_is_edited_is_followed_even_when_no_watch_would_catch_it_now() -> None:
    brand = world.workspace()
    place = channel(brand)
    lead = world.member(brand, Role.LEAD)
    listening.save_watch(by=lead, name="Trains", query="train")
    listening.forget_compiled()
    hear(place, stranger("1", "my train"))
    hear(place, world.edited(stranger("1"), "my bus", at=1))
    assert Mention.objects.get().text == "my bus"
    assert Catch.objects.count() == 1


def test_an_edit_that_names_us_opens_a_conversation() -> None:
    brand = world.workspace()
    place = channel(brand)
    hear(place, post("1", by="lee"), stranger("2", to="1"))
    assert len(conversations(brand)) == 1
    hear(place, world.edited(post("2", to="1"), "@redkite help", at=1))
    assert set(world.placed(brand)) == {("1",), ("2",)}


def test_a_post_heard_first_by_a_search_and_then_as_a_mention_opens_a_conversation() -> None:
    brand = world.workspace()
    place = channel(brand)
    lead = world.member(brand, Role.LEAD)
    listening.save_watch(by=lead, name="Trains", query="train", to_inbox=False)
    listening.forget_compiled()
    hear(place, stranger("1", "my train"))
    assert conversations(brand) == []
    hear(place, post("1", "my train"))
    assert world.ids_in(conversation(brand)) == ["1"]


def test_deletions_are_noted_once_and_also_for_posts_of_the_same_batch() -> None:
    place = channel(world.workspace())
    hear(place, post("1"))
    assert len(world.take_back(place, "1", "unknown", at=3).deleted) == 1
    assert world.take_back(place, "1", at=4).deleted == ()
    assert Mention.objects.get().deleted_at == world.THEN + timedelta(minutes=3)


def test_people_rename_themselves_and_stay_who_they_are() -> None:
    place = channel(world.workspace())
    hear(place, post("1"))
    renamed = Author(external_id="id-ana", handle="ana-maria", name="Ana Maria", followers=9)
    hear(place, msgspec.structs.replace(post("2", at=1), author=renamed))
    identity = Identity.objects.get()
    assert (identity.handle, identity.followers) == ("ana-maria", 9)


def test_a_post_with_half_characters_zero_bytes_and_endless_ids_stops_no_stream() -> None:
    place = channel(world.workspace())
    long_id = "https://blog.example/" + "x" * 500
    odd = msgspec.structs.replace(
        post(long_id, "zero\x00 half\ud800 end", to="p" * 400),
        author=Author(external_id="a" * 400, handle="a\x00na", name="\udfff"),
        attachments=(Attachment(kind="image", url="https://x.example/\x00"),),
        url="https://x.example/" + "y" * 3000,
        lang="en-a-very-long-tag",
        addressed_to=("bra\x00nd",),
    )
    hear(place, odd)
    hear(place, odd, stranger("2", to=long_id))
    assert Mention.objects.count() == 2
    mention = Mention.objects.order_by("pk").first()
    assert mention is not None
    assert mention.text == "zero half? end"
    assert len(mention.external_id) <= 300
    assert Mention.objects.get(external_id="2").in_reply_to == mention.external_id


def test_an_integration_hands_a_post_in_once() -> None:
    brand = world.workspace()
    by = world.member(brand, Role.LEAD)
    long_id = "x" * 300
    mention, new = listening.post_mention(by=by, integration="Shop", post=post(long_id))
    again, newly = listening.post_mention(by=by, integration="shop ", post=post(long_id))
    assert (new, newly, again.pk) == (True, False, mention.pk)


@pytest.mark.parametrize("name", ["//shop", "[1]", "http://[", "a b/c"])
def test_an_integration_may_have_any_name(name: str) -> None:
    brand = world.workspace()
    by = world.member(brand, Role.LEAD)
    listening.post_mention(by=by, integration=name, post=post("1"))
    listening.post_mention(by=by, integration=name, post=post("1"))
    assert brand.channels.count() == 1
    assert Mention.objects.count() == 1


def test_a_thousand_posts_take_no_more_statements_than_a_bounded_number(
    pretend: Pretend,
) -> None:
    brand = world.workspace()
    place = channel(brand)
    few = _story("few", 20)
    many = _story("many", 500)
    hear(place, *few)
    assert _statements(place, few) <= _statements(place, _story("small", 20))
    small, large = _statements(place, _story("s", 20)), _statements(place, many)
    # SQLite takes rows in handfuls of 30 to 100; nothing else may grow with the batch.
    assert large - small < 1000 / 5


def _story(name: str, customers: int) -> list[HeardPost]:
    asked = [post(f"{name}{n}", by=f"{name}{n}", at=n) for n in range(customers)]
    told = [answer(f"{name}{n}-a", f"{name}{n}", at=n + 5) for n in range(customers)]
    private = [world.direct(one) for one in asked[::2]]
    return [*private, *asked[1::2], *told]


def _statements(place: object, posts: list[HeardPost]) -> int:
    with CaptureQueriesContext(connection) as caught:
        hear(place, *posts)  # type: ignore[arg-type]
    return len(caught)


def test_what_addresses_us_is_put_into_the_inbox_before_the_rest_of_its_batch() -> None:
    brand = world.workspace()
    place = channel(brand)
    by = world.member(brand, Role.LEAD)
    listening.save_watch(by=by, name="Weather", query="weather")
    hear(place, *(stranger(str(n)) for n in range(3)), post("to us"), follow_up=False)
    jobs = [one for one in Job.objects.all() if one.args[1] == "listening.MentionsHeard"]
    ids = {one.priority: one.args[2]["mention_ids"] for one in jobs}
    assert {priority: len(found) for priority, found in ids.items()} == {1: 1, 0: 3}
    assert Mention.objects.get(pk=ids[1][0]).external_id == "to us"
