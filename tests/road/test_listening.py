"""What is listened to: watches, and channels that break and heal."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.road.product import wait_for
from tests.road.scene import Scene
from tests.servers import MastodonServer

pytestmark = [pytest.mark.connector, pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture
def watch(scene: Scene) -> Iterator[dict[str, Any]]:
    wish = {"name": "Stuck trains", "query": "#redkiterail", "purpose": "brand"}
    made = scene.product.ask("POST", "/watches", json=wish)
    yield made
    scene.product.ask("DELETE", f"/watches/{made['id']}")


def test_a_hashtag_watch_catches_a_toot_that_does_not_name_us(
    scene: Scene, watch: dict[str, Any]
) -> None:
    scene.connect(watch_s=1)
    scene.server.other.says("Two hours in a dark tunnel. #RedKiteRail")
    scene.server.other.says("Two hours in a bright museum.")
    found = scene.conversation("dark tunnel")
    assert found["handle"].startswith("other@")
    caught = scene.product.ask("GET", "/mentions", params={"watch": watch["id"]})["items"]
    assert ["dark tunnel" in one["text"] for one in caught] == [True]
    assert len(scene.conversations()) == 1


def test_a_watch_that_is_saved_while_we_listen_needs_no_restart(scene: Scene) -> None:
    scene.connect(watch_s=1)
    scene.server.other.says("A picnic at the viaduct #viaductday")
    wish = {"name": "Viaduct", "query": "#viaductday"}
    made = scene.product.ask("POST", "/watches", json=wish)
    try:
        scene.conversation("picnic", within_s=15)
    finally:
        scene.product.ask("DELETE", f"/watches/{made['id']}")


def test_a_revoked_token_breaks_its_channel_only_and_reconnecting_heals_it(scene: Scene) -> None:
    number = scene.connect(sweep_s=1, settle_s=1)
    neighbour = scene.connect(scene.server.other_token, sweep_s=1, settle_s=1)
    scene.server.cust.says("@brand before it broke")
    scene.conversation("before it broke")
    with scene.product.live() as page:
        began = time.monotonic()
        scene.server.revoke(scene.server.brand_token)
        page.tells_kind("channels.ChannelChanged", after=began, within_s=20)
    broken = channel(scene, number)
    assert broken["state"] == "broken"
    assert broken["trouble"].startswith("The instance no longer accepts our access")
    assert broken["trouble_since"]

    scene.server.cust.says("@brand nobody hears this yet")
    scene.server.cust.says("@other are you still there?")
    scene.conversation("still there?", channel=neighbour)
    assert channel(scene, neighbour)["state"] == "active"

    again = scene.connect(new_token(scene.server), sweep_s=1, settle_s=1)
    assert again == number
    healed = channel(scene, number)
    assert (healed["state"], healed["trouble"]) == ("active", "")
    # What was said in between is heard now, and answering works again.
    found = scene.conversation("nobody hears this yet")
    scene.states(scene.reply(found["id"], "Now we do.")["id"])


def test_an_instance_that_is_away_is_shown_as_trouble_and_heard_again_later(scene: Scene) -> None:
    number = scene.connect(sweep_s=1, settle_s=1)
    scene.proxy.answer(503, method="GET", times=4)
    wait_for(lambda: channel(scene, number)["trouble"], "the trouble", 20)
    assert channel(scene, number)["state"] == "active"
    scene.server.cust.says("@brand hello again")
    scene.conversation("hello again", within_s=30)
    wait_for(lambda: not channel(scene, number)["trouble"], "the trouble to pass", 20)


def test_a_paused_channel_hears_what_it_missed_once_it_is_resumed(scene: Scene) -> None:
    number = scene.connect()
    scene.product.ask("POST", f"/channels/{number}/pause")
    time.sleep(3)  # the listener looks every two seconds
    scene.server.cust.says("@brand said during the pause")
    time.sleep(1)
    assert scene.conversations() == []
    scene.product.ask("POST", f"/channels/{number}/resume")
    scene.conversation("during the pause")


def channel(scene: Scene, number: int) -> dict[str, Any]:
    """A channel and its health, as the API shows it."""
    found: dict[str, Any] = scene.product.ask("GET", f"/channels/{number}")
    return found


def new_token(server: MastodonServer) -> str:
    """Let the app in anew, as the owner of the account does in their browser."""
    return server.brand_again()
