"""Processes that are killed at the worst moment lose nothing and double nothing."""

import time
from collections.abc import Iterator

import pytest

from tests.road.product import Product, wait_for
from tests.road.scene import STATUSES, Scene
from tests.road.test_faults import asked, one_answer

pytestmark = [pytest.mark.connector, pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture(autouse=True)
def everything_runs_again(product: Product) -> Iterator[None]:
    yield
    for name, child in product.children.items():
        if child.poll() is not None:
            product.start(name)


@pytest.mark.parametrize("pause_s", [0.0, 4.0], ids=["at once", "once it has arrived"])
def test_a_worker_killed_while_it_sends_leaves_one_reply(scene: Scene, pause_s: float) -> None:
    scene.connect()
    question, found = asked(scene)
    # The request is on its way for three seconds, and arrives although its sender is dead.
    scene.proxy.delay(3, method="POST", path=STATUSES)
    made = scene.reply(found["id"], "About 9:05.")
    wait_for(lambda: scene.proxy.seen("POST", STATUSES), "the request")
    scene.product.kill("work")
    assert scene.delivery(made["id"])["state"] == "sending"
    time.sleep(pause_s)
    scene.product.start("work")
    scene.states(made["id"])
    time.sleep(max(0.0, 4 - pause_s))
    one_answer(scene, question, found)


def test_a_killed_listener_misses_nothing_and_hears_nothing_twice(scene: Scene) -> None:
    scene.connect()
    words = []
    for number in range(12):
        words.append(f"stop {number}.")
        scene.server.cust.says(f"@brand stop {number}.")
        if number == 3:
            scene.product.kill("listen")  # while it is still busy with what it just heard
        if number == 8:
            scene.product.start("listen")
    wait_for(
        lambda: len(scene.conversations()) >= len(words), f"all posts: {scene.product.said()}", 30
    )
    time.sleep(2)
    heard = sorted(one["preview"].split("@brand ")[-1] for one in scene.conversations())
    assert heard == sorted(words)
    for one in scene.conversations():
        assert len(scene.timeline(one["id"], "message_in")) == 1


def test_what_we_said_elsewhere_while_nobody_listened_is_heard(scene: Scene) -> None:
    scene.connect()
    question, found = asked(scene)
    scene.product.kill("listen")
    scene.server.brand.says("@cust in ten minutes", in_reply_to_id=question["id"])
    scene.product.start("listen")
    scene.happens(found["id"], "message_out", within_s=30)


def test_a_reply_queued_while_no_worker_runs_goes_out_once_one_does(scene: Scene) -> None:
    scene.connect()
    question, found = asked(scene)
    scene.product.kill("work")
    made = scene.reply(found["id"], "About 9:05.")
    time.sleep(1)
    assert scene.delivery(made["id"])["state"] == "queued"
    scene.product.start("work")
    scene.states(made["id"])
    one_answer(scene, question, found)


def test_open_pages_learn_what_happened_while_the_web_server_was_away(scene: Scene) -> None:
    scene.connect()
    scene.product.kill("serve")
    scene.server.cust.says("@brand anybody there?")
    time.sleep(1)
    scene.product.start("serve")
    scene.product.answers_again()
    scene.conversation("anybody there?")
