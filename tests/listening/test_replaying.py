"""Replay: a parser that was wrong is mended, and the posts it read follow, through the command."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cornbread.care.models import Conversation
from cornbread.channels.contract import Account
from cornbread.channels.domain.posts import Attachment, HeardPost
from cornbread.channels.models import Channel
from cornbread.config.cli import app
from cornbread.foundation.models import EventRecord
from cornbread.listening import actions as listening
from cornbread.listening import replaying
from cornbread.listening.intake import forget_compiled
from cornbread.listening.models import Catch, Mention, Payload
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Workspace
from tests.world import (
    Pretend,
    catch_up,
    channel,
    conversation,
    conversations,
    edited,
    hear,
    ids_in,
    member,
    post,
    registered,
    workspace,
)

__all__ = ["registered"]

pytestmark = pytest.mark.django_db
Parser = Callable[[dict[str, Any]], dict[str, Any]]


def wrong(raw: dict[str, Any]) -> dict[str, Any]:
    """The parser of yesterday: it leaves entities in the text and overlooks the rest."""
    return {"text": raw["html"]}


def right(raw: dict[str, Any]) -> dict[str, Any]:
    """The parser of today."""
    return {
        "text": raw["html"].replace("&amp;", "&"),
        "to": raw.get("parent"),
        "links": tuple(raw.get("links", ())),
        "attachments": tuple(Attachment(kind="image", url=url) for url in raw.get("pictures", ())),
    }


class Learns:
    """A network whose parser can be exchanged."""

    def __init__(self, network: Pretend) -> None:
        self.parser: Parser = wrong
        network.reparse = self.reparse  # type: ignore[attr-defined]

    def read(self, id_: str, raw: dict[str, Any], **more: Any) -> HeardPost:
        """A post as today's parser reads it."""
        return post(id_, raw=json.dumps({"id": id_, **raw}).encode(), **self.parser(raw), **more)

    def reparse(self, account: Account, raw: bytes) -> HeardPost | None:
        """A payload, read again."""
        if raw == b"not json":
            return None
        found = json.loads(raw)
        return self.read(found["id"], found)


@pytest.fixture
def learns(pretend: Pretend) -> Learns:
    return Learns(pretend)


@pytest.fixture
def brand() -> Workspace:
    return workspace()


@pytest.fixture
def place(brand: Workspace, learns: Learns) -> Channel:
    return channel(brand)


def command(*words: str) -> Result:
    answer = CliRunner().invoke(app, [*words])
    assert answer.exit_code == 0, answer.output
    catch_up()
    return answer


def replay(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(command("replay", "--json", *words).stdout)
    return found


def test_a_mended_parser_mends_what_is_kept(learns: Learns, place: Channel) -> None:
    raw = {"html": "Fish &amp; chips", "links": ["https://a.example"], "pictures": ["https://p.x"]}
    hear(place, learns.read("1", raw), learns.read("2", {"html": "Thanks"}))
    learns.parser = right
    figures = replay("--channel", "@redkite")
    assert (figures["read"], figures["changed"]) == (2, 1)
    assert figures["fields"] == {"text": 1, "links": 1, "attachments": 1}
    kept = Mention.objects.get(external_id="1")
    assert kept.text == "Fish & chips"
    assert kept.links == ["https://a.example"]
    assert [one["url"] for one in kept.attachments] == ["https://p.x"]
    assert Payload.objects.get(mention=kept).text == "Fish & chips"
    assert Mention.objects.count() == 2
    # Once more there is nothing to do.
    assert replay()["changed"] == 0


def test_only_what_changed_is_told_of_and_nothing_is_opened(learns: Learns, place: Channel) -> None:
    hear(place, learns.read("1", {"html": "a &amp; b"}), learns.read("2", {"html": "same"}))
    opened = Conversation.objects.count()
    before = EventRecord.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    learns.parser = right
    replay()
    told = EventRecord.objects.filter(pk__gt=before, kind__startswith="listening.")
    assert [one.kind for one in told] == ["listening.MentionsEdited"]
    assert told[0].payload["mention_ids"] == [Mention.objects.get(external_id="1").pk]
    assert Conversation.objects.count() == opened


def test_a_dry_run_says_what_would_change(learns: Learns, place: Channel) -> None:
    hear(place, learns.read("1", {"html": "a &amp; b"}))
    learns.parser = right
    said = command("replay", "--dry").output
    assert "1 post would change" in said
    assert "1  text: a &amp; b → a & b" in said
    assert Mention.objects.get().text == "a &amp; b"
    assert Payload.objects.get().text == "a &amp; b"


def test_a_parent_that_was_overlooked_joins_the_threads(learns: Learns, place: Channel) -> None:
    hear(place, learns.read("1", {"html": "Where is it?"}, at=0))
    hear(place, learns.read("2", {"html": "Hello?", "parent": "1"}, at=1))
    hear(place, post("3", "Anybody?", to="2", at=2))
    assert len(conversations(place.workspace)) == 2
    learns.parser = right
    assert replay()["left"] == 0
    assert ids_in(conversation(place.workspace)) == ["1", "2", "3"]
    assert set(Mention.objects.values_list("root", flat=True)) == {"1"}


def test_a_wrong_parent_that_nobody_ever_heard_gives_way_to_the_right_one(
    learns: Learns, place: Channel
) -> None:
    learns.parser = lambda raw: {**right(raw), "to": raw.get("parent") and "ghost"}
    hear(place, learns.read("1", {"html": "Where is it?"}, at=0))
    hear(place, learns.read("2", {"html": "Hello?", "parent": "1"}, at=1))
    learns.parser = right
    assert replay()["left"] == 0
    assert ids_in(conversation(place.workspace)) == ["1", "2"]


def test_a_thread_that_is_shared_is_not_torn_apart(learns: Learns, place: Channel) -> None:
    learns.parser = lambda raw: {**right(raw), "to": raw.get("parent") and "ghost"}
    hear(place, learns.read("1", {"html": "Where is it?"}, at=0))
    hear(place, learns.read("2", {"html": "Hello?", "parent": "1"}, at=1))
    hear(place, post("4", "Me too", to="ghost", at=2))
    learns.parser = right
    assert replay()["left"] == 1
    assert Mention.objects.get(external_id="2").in_reply_to == "1"
    assert Mention.objects.get(external_id="2").root == "ghost"


def test_every_version_keeps_its_own_words(learns: Learns, place: Channel) -> None:
    first = learns.read("1", {"html": "one &amp; two"})
    hear(place, first)
    later = learns.read("1", {"html": "two &amp; three"})
    hear(place, edited(later, later.text, at=5))
    learns.parser = right
    replay()
    assert Mention.objects.get().text == "two & three"
    texts = Payload.objects.order_by("pk").values_list("text", flat=True)
    assert list(texts) == ["one & two", "two & three"]


def test_what_cannot_be_read_again_stays_as_it_was_kept(learns: Learns, place: Channel) -> None:
    hear(place, learns.read("1", {"html": "a &amp; b"}), post("2", "kept", raw=b"not json"))
    hear(place, post("3", "without payload"))
    learns.parser = right
    figures = replay()
    assert (figures["read"], figures["unreadable"], figures["changed"]) == (2, 1, 1)
    assert Mention.objects.get(external_id="2").text == "kept"


def test_present_watches_catch_and_let_go_when_asked(
    learns: Learns, place: Channel, brand: Workspace
) -> None:
    owner = member(brand, Role.OWNER)
    listening.save_watch(by=owner, name="Entities", query="amp")
    hear(place, learns.read("1", {"html": "fish &amp; chips"}))
    assert Catch.objects.get().watch.name == "Entities"
    listening.save_watch(by=owner, name="Fish", query="fish NOT amp")
    forget_compiled()
    learns.parser = right
    replay()
    assert Catch.objects.get().watch.name == "Entities"
    figures = replay("--match", "--dry")
    assert (figures["caught"], figures["released"]) == (1, 1)
    assert Catch.objects.get().watch.name == "Entities"
    replay("--match")
    assert Catch.objects.get().watch.name == "Fish"


def test_one_channel_and_one_time_can_be_named(
    learns: Learns, place: Channel, brand: Workspace
) -> None:
    other = channel(brand, "otherkite")
    hear(place, learns.read("1", {"html": "a &amp; b"}))
    hear(other, learns.read("2", {"html": "c &amp; d"}))
    learns.parser = right
    assert replay("--to", "2020-01-01")["read"] == 0
    assert replay("--channel", str(other.pk), "--from", "2020-01-01T00:00Z")["changed"] == 1
    assert Mention.objects.get(external_id="1").text == "a &amp; b"
    assert "1 post changed" in command("channel", "replay", "@redkite").output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("replay", "--from", "yesterday"), "yesterday is no time"),
        (("replay", "--channel", "nowhere"), "There is no channel nowhere"),
        (("channel", "replay", "77777"), "There is no channel 77777"),
    ],
)
def test_a_mistake_is_said(place: Channel, words: tuple[str, ...], sentence: str) -> None:
    answer = CliRunner().invoke(app, [*words])
    assert answer.exit_code == 2
    assert sentence in answer.output


def test_a_name_in_two_brands_has_to_be_told_apart(learns: Learns, place: Channel) -> None:
    channel(workspace("Pine Hotel"))
    answer = CliRunner().invoke(app, ["replay", "--channel", "@redkite"])
    assert answer.exit_code == 2
    assert "say which by its id" in answer.output
    assert replay("--channel", "@redkite", "--workspace", place.workspace.slug)["read"] == 0


def test_a_network_that_keeps_nothing_is_said(pretend: Pretend, brand: Workspace) -> None:
    channel(brand)
    answer = CliRunner().invoke(app, ["replay", "--channel", "@redkite"])
    assert answer.exit_code == 2
    assert "keeps nothing that could be read again" in answer.output


def test_a_run_that_was_broken_off_goes_on_where_it_was(
    learns: Learns, place: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "STEP", 2)
    hear(place, *(learns.read(str(number), {"html": "a &amp; b"}) for number in range(7)))
    seen: list[str] = []

    def breaking(raw: dict[str, Any]) -> dict[str, Any]:
        seen.append("one")
        if len(seen) == 5:
            raise KeyboardInterrupt
        return right(raw)

    learns.parser = breaking
    assert CliRunner().invoke(app, ["replay"]).exit_code != 0
    assert Mention.objects.filter(text="a & b").count() == 4
    learns.parser = right
    answer = command("replay", "--json")
    assert "Going on where the last run was broken off" in answer.stderr
    assert json.loads(answer.stdout)["read"] == 3
    assert Mention.objects.filter(text="a & b").count() == 7
    assert replay()["read"] == 7
