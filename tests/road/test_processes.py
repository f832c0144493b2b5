"""Processes that are killed at the worst moment lose nothing and double nothing."""

import random
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.road.product import Product, wait_for
from tests.road.scene import STATUSES, Scene
from tests.road.test_faults import FAULTS, asked, one_answer

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


def test_a_page_that_comes_back_is_told_what_it_missed(scene: Scene) -> None:
    scene.connect()
    with scene.product.live() as page:
        began = time.monotonic()
        scene.server.cust.says("@brand first")
        first = scene.conversation("first")
        page.tells(conversation=first["id"], after=began, within_s=5)
    scene.product.kill("serve")
    scene.server.cust.says("@brand anybody there?")
    time.sleep(1)
    scene.product.start("serve")
    scene.product.answers_again()
    missed = scene.conversation("anybody there?")
    with scene.product.live(page.last_event_id) as again:
        again.tells(conversation=missed["id"], after=0, within_s=5)


def test_a_night_of_kills_and_faults_loses_nothing_and_doubles_nothing(scene: Scene) -> None:
    scene.connect()
    chance = random.Random(2240)
    asked_for: dict[str, dict[str, Any]] = {}
    replies: dict[str, int] = {}
    for number in range(24):
        words = f"night train {number}."
        asked_for[words] = scene.server.cust.says(f"@brand {words}")
        FAULTS[chance.choice(list(FAULTS))](scene.proxy)
        for found in scene.conversations():
            said = found["preview"].split("@brand ")[-1]
            if said in asked_for and said not in replies:
                replies[said] = scene.reply(found["id"], f"Re: {said}")["id"]
        if number % 4 == 3:
            victim = chance.choice(["listen", "work"])
            scene.product.kill(victim)
            scene.product.start(victim)
        time.sleep(chance.random())
    scene.proxy.heal()
    wait_for(lambda: len(scene.conversations()) >= 24, "all of them", 60)
    for number in replies.values():
        scene.states(number, within_s=90)
    time.sleep(2)
    assert len(scene.conversations()) == 24
    for found in scene.conversations():
        assert len(scene.timeline(found["id"], "message_in")) == 1
        assert len(scene.timeline(found["id"], "message_out")) <= 1
    for words, toot in asked_for.items():
        assert len(scene.answers(toot)) == (words in replies), words
