"""A reply is posted once, whatever the network does while it is on its way."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.faults import FaultProxy
from tests.road.product import wait_for
from tests.road.scene import STATUSES, Scene

pytestmark = [pytest.mark.connector, pytest.mark.slow, pytest.mark.timeout(180)]

#: Each goes wrong once on the way to the server, before or after it took the post.
FAULTS: dict[str, Callable[[FaultProxy], None]] = {
    "503 before": lambda proxy: proxy.answer(503, method="POST", path=STATUSES),
    "503 after": lambda proxy: proxy.answer(503, after=True, method="POST", path=STATUSES),
    "cut before": lambda proxy: proxy.cut(method="POST", path=STATUSES),
    "cut after": lambda proxy: proxy.cut(after=True, method="POST", path=STATUSES),
    "nonsense after": lambda proxy: proxy.answer(
        200, after=True, body=b"<html>", method="POST", path=STATUSES
    ),
}


def asked(scene: Scene) -> tuple[dict[str, Any], dict[str, Any]]:
    """A customer's question, and its conversation."""
    question = scene.server.cust.says("@brand where is the 8:15?")
    return question, scene.conversation("8:15")


@pytest.mark.parametrize("fault", FAULTS)
def test_one_reply_although_the_first_try_ends_in_a(scene: Scene, fault: str) -> None:
    scene.connect()
    question, found = asked(scene)
    FAULTS[fault](scene.proxy)
    # The look-up takes a while, so that the uncertain state can be seen from outside.
    scene.proxy.delay(1.0, method="GET", path="/api/v1/accounts/", times=4)
    made = scene.reply(found["id"], "About 9:05.")
    states = scene.states(made["id"])
    assert "uncertain" in states
    one_answer(scene, question, found)


def test_one_reply_although_everything_fails_three_times(scene: Scene) -> None:
    scene.connect()
    question, found = asked(scene)
    scene.proxy.answer(503, after=True, method="POST", path=STATUSES, times=3)
    scene.proxy.answer(503, method="GET", path="/api/v1/accounts/", times=3)
    scene.states(scene.reply(found["id"], "About 9:05.")["id"], within_s=60)
    one_answer(scene, question, found)


def test_a_reply_waits_as_long_as_the_network_asks(scene: Scene) -> None:
    scene.connect()
    question, found = asked(scene)
    scene.proxy.answer(429, method="POST", path=STATUSES, headers={"Retry-After": "2"})
    made = scene.reply(found["id"], "About 9:05.")
    wait_for(lambda: scene.delivery(made["id"])["trouble"], "what the network asked for")
    waiting = scene.delivery(made["id"])
    assert waiting["state"] == "queued"
    assert waiting["trouble"] == "The instance asks us to wait 2 seconds."
    assert scene.answers(question) == []
    scene.states(made["id"])
    one_answer(scene, question, found)


def test_the_same_idempotency_key_posts_once(scene: Scene) -> None:
    scene.connect()
    question, found = asked(scene)
    path = f"/conversations/{found['id']}/replies"
    headers = {"Idempotency-Key": f"once-{question['id']}-{found['id']}"}
    made = [
        scene.product.ask("POST", path, json={"text": "About 9:05."}, headers=headers)["id"]
        for _ in range(3)
    ]
    assert len(set(made)) == 1
    scene.states(made[0])
    one_answer(scene, question, found)


def test_the_same_words_twice_are_two_replies_although_the_second_is_uncertain(
    scene: Scene,
) -> None:
    scene.connect()
    question, found = asked(scene)
    scene.states(scene.reply(found["id"], "Please wait.")["id"])
    scene.happens(found["id"], "message_out")
    scene.proxy.answer(503, method="POST", path=STATUSES)
    scene.states(scene.reply(found["id"], "Please wait.")["id"])
    wait_for(lambda: len(scene.answers(question)) == 2, "the second reply")
    wait_for(lambda: len(scene.timeline(found["id"], "message_out")) == 2, "both in the timeline")


def test_a_reply_that_the_network_refuses_says_so(scene: Scene) -> None:
    scene.connect()
    question, found = asked(scene)
    refusal = b'{"error": "Validation failed: Text is not welcome"}'
    scene.proxy.answer(422, method="POST", path=STATUSES, body=refusal)
    made = scene.reply(found["id"], "About 9:05.")
    scene.states(made["id"], until="failed")
    assert "not welcome" in scene.delivery(made["id"])["trouble"]
    assert scene.answers(question) == []
    scene.product.ask("POST", f"/deliveries/{made['id']}/retry")
    scene.states(made["id"])
    one_answer(scene, question, found)


def test_a_reply_that_meets_a_revoked_token_can_be_sent_after_reconnecting(scene: Scene) -> None:
    number = scene.connect()
    question, found = asked(scene)
    scene.server.revoke(scene.server.brand_token)
    made = scene.reply(found["id"], "About 9:05.")
    scene.states(made["id"], until="failed")
    wait_for(
        lambda: scene.product.ask("GET", f"/channels/{number}")["state"] == "broken", "the channel"
    )
    scene.connect(scene.server.brand_again())
    scene.product.ask("POST", f"/deliveries/{made['id']}/retry")
    scene.states(made["id"])
    one_answer(scene, question, found)


def test_an_answer_to_a_toot_that_is_gone_fails_with_the_networks_sentence(scene: Scene) -> None:
    scene.connect()
    question, found = asked(scene)
    sentence = "The post you are trying to reply to does not appear to exist."
    gone = f'{{"error": "{sentence}"}}'.encode()
    scene.proxy.answer(404, method="POST", path=STATUSES, body=gone)
    made = scene.reply(found["id"], "About 9:05.")
    scene.states(made["id"], until="failed")
    assert scene.delivery(made["id"])["trouble"] == sentence
    scene.product.ask("POST", f"/deliveries/{made['id']}/drop")
    assert scene.answers(question) == []


def one_answer(scene: Scene, question: dict[str, Any], found: dict[str, Any]) -> None:
    """One post on the network, and one entry for it in the timeline."""
    assert len(scene.answers(question)) == 1
    scene.happens(found["id"], "message_out")
    # The live stream tells of our own post as well: that must not become a second entry.
    scene.server.cust.says("@brand thanks", in_reply_to_id=question["id"])
    scene.conversation("thanks")
    assert len(scene.timeline(found["id"], "message_out")) == 1
    assert len(scene.answers(question)) == 2
