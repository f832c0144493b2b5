"""Records that were set aside are listed, and handed in again once the cause is mended."""

import json
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cornbread.channels import actions as channels
from cornbread.channels.domain.posts import Batch
from cornbread.channels.models import Channel
from cornbread.config.cli import app
from cornbread.foundation import spool
from cornbread.listening.models import Mention
from cornbread.listening.receiving import again, draining
from cornbread.team.domain.permissions import Role
from tests.listening.receiving_here import Sending, post, sending
from tests.world import member, workspace

__all__ = ["sending"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(sending: Sending, monkeypatch: pytest.MonkeyPatch) -> Channel:
    monkeypatch.setattr(again, "root", lambda: sending.place)
    return channels.connect("webhook", {"name": "Reviews"}, by=member(workspace(), Role.OWNER))


def cornbread(*words: str) -> Result:
    return CliRunner().invoke(app, words, prog_name="cornbread")


def told(*words: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(cornbread(*words, "--json").output)
    return found


def choke(sending: Sending, shop: Channel, *ids: str) -> None:
    """Messages come while something is wrong with taking in."""

    def wrong(channel: Channel, batch: Batch, stop: threading.Event) -> None:
        raise ValueError("a bug")

    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(draining, "hand_on", wrong)
        for id_ in ids:
            sending.send(shop, post(id_))
        sending.take_in()


def names() -> list[str]:
    return [one.name for one in again.all_aside()]


def kept() -> set[str]:
    return set(Mention.objects.values_list("external_id", flat=True))


def test_what_was_set_aside_is_handed_in_again_and_kept_once(
    sending: Sending, shop: Channel
) -> None:
    choke(sending, shop, "1", "2")
    sending.send(shop, post("2"))
    sending.take_in()
    listed = cornbread("spool", "aside").output
    assert listed.count("1 posts of channel") == 2
    assert "ValueError: a bug" in listed
    assert (
        "2 records with 2 posts were handed in again."
        in cornbread("spool", "replay", "--all").output
    )
    assert cornbread("spool", "aside").output == "Nothing was set aside.\n"
    sending.take_in()
    assert kept() == {"1", "2"}


def test_a_dry_run_changes_nothing(sending: Sending, shop: Channel) -> None:
    choke(sending, shop, "1")
    assert told("spool", "replay", "--all", "--dry-run") == {
        "records": 1,
        "posts": 1,
        "dry_run": True,
        "unreadable": 0,
        "no_channel": 0,
    }
    assert (
        "1 record with 1 post would be" in cornbread("spool", "replay", "--all", "--dry-run").output
    )
    sending.take_in()
    assert kept() == set()
    assert len(names()) == 1


def test_single_records_are_called_by_name(sending: Sending, shop: Channel) -> None:
    choke(sending, shop, "1", "2")
    first, second = names()
    assert told("spool", "replay", first)["records"] == 1
    assert names() == [second]
    sending.take_in()
    assert kept() == {"1"}
    unknown = cornbread("spool", "replay", "0123456789")
    assert unknown.exit_code != 0
    assert cornbread("spool", "replay").exit_code == 2
    assert cornbread("spool", "replay", second, "--all").exit_code == 2


def test_what_nothing_can_be_done_with_stays_and_can_be_discarded(
    sending: Sending, shop: Channel
) -> None:
    sending.spool.append_now(b"not an envelope")
    choke(sending, shop, "1")
    shop.delete()
    output = cornbread("spool", "replay", "--all").output
    assert "0 records with 0 posts" in output
    assert "1 record left: the channel is gone." in output
    assert "1 record left: the disk damaged them." in output
    assert [one.fate for one in again.all_aside()] == ["unreadable", "no_channel"]
    assert "cannot be read" in cornbread("spool", "aside").output
    assert cornbread("spool", "discard", *names()).output == "2 records thrown away.\n"
    assert names() == []
    assert again.discard(["x"]) == 0


def test_what_fails_again_is_set_aside_again(sending: Sending, shop: Channel) -> None:
    choke(sending, shop, "1")
    again.hand_in_again(names())
    choke(sending, shop)
    assert [one.reason for one in again.all_aside()] == ["ValueError: a bug"]


def test_a_line_that_a_crash_left_half_written_stays_in_the_file(tmp_path: Path) -> None:
    spool.set_aside(tmp_path, b"one", "why")
    with (tmp_path / "set-aside.jsonl").open("ab") as file:
        file.write(b'{"at": "2026\n')
    spool.set_aside(tmp_path, b"two", "why")
    one, two = spool.all_set_aside(tmp_path)
    spool.let_go(tmp_path, [one.name])
    assert spool.all_set_aside(tmp_path) == [two]
    assert len((tmp_path / "set-aside.jsonl").read_bytes().splitlines()) == 2
