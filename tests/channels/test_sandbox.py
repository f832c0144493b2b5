"""The sandbox as a network: heard, answered, broken on purpose."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
import time_machine

from cornbread.channels.contract import Account
from cornbread.channels.domain.posts import Author, HeardPost, OutgoingPost, Visibility
from cornbread.channels.domain.trouble import (
    AccessLost,
    ChannelTrouble,
    OutcomeUncertain,
    RateLimited,
    Rejected,
    Unreachable,
)
from cornbread.channels.models import Channel
from cornbread.channels.networks.sandbox import network, server
from cornbread.channels.networks.sandbox.scene import Customer
from cornbread.channels.networks.sandbox.scenes import find_scene
from cornbread.channels.sandbox_models import SandboxFault, SandboxFollow, SandboxPost
from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid
from cornbread.team.models import Workspace

pytestmark = pytest.mark.django_db
ANA = Customer("ana", "Ana")
HELP = "A paramedic is on the way to coach A along the track, stay with him."
Fault = SandboxFault.Kind


@pytest.fixture
def account() -> Account:
    found = network.connect({"handle": "@MerrowValley", "speed": "10"}, local=False)
    workspace = Workspace.objects.create(slug="w", name="W")
    channel = Channel.objects.create(
        workspace=workspace,
        kind="sandbox",
        source="sandbox:sandbox",
        name=found.name,
        address=found.address,
        handle=found.handle,
        external_id=found.external_id,
        settings=dict(found.settings),
    )
    return channel.account()


@pytest.fixture
def clockwork() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2025, 11, 14, 22, 10, tzinfo=UTC), tick=False) as coordinates:
        yield coordinates


class Session:
    def __init__(self) -> None:
        self.stop = threading.Event()
        self.beats = 0

    def beat(self) -> None:
        """Nothing was heard: in a test that is the end."""
        self.beats += 1
        self.stop.set()


def heard(account: Account, cursor: str | None = None) -> list[HeardPost]:
    (stream,) = network.streams(account, ())
    batches = islice(stream.listen(cursor, Session()), 1)
    return [post for batch in batches for post in batch.posts]


def reply(to: str, text: str = HELP, key: str = "k1", *, direct: bool = False) -> OutgoingPost:
    visibility = Visibility.DIRECT if direct else Visibility.PUBLIC
    return OutgoingPost(text=text, idempotency_key=key, in_reply_to=to, visibility=visibility)


def test_a_customers_post_is_heard_once_and_the_cursor_goes_on_behind_it(account: Account) -> None:
    server.post_as_customer(account, ANA, "Hello @merrowvalley")
    (stream,) = network.streams(account, ())
    (batch,) = stream.listen(None, Session())
    (post,) = batch.posts
    assert (post.text, post.author.handle, post.addressed) == ("Hello @merrowvalley", "ana", True)
    assert heard(account, batch.cursor) == []
    assert [again.external_id for again in heard(account)] == [post.external_id]


def test_a_reply_is_kept_once_and_heard_as_ours(account: Account) -> None:
    asked = server.post_as_customer(account, ANA, "Hello?")
    server.release(account, now=clock.now())
    sender = network.sender(account)
    assert sender is not None
    first, again = sender.send(reply(asked.external_id)), sender.send(reply(asked.external_id))
    assert first.external_id == again.external_id
    ours = heard(account)[-1]
    assert (ours.ours, ours.in_reply_to) == (True, asked.external_id)
    assert ours.author.external_id == account.external_id
    assert sender.find(reply(asked.external_id)) == first
    assert sender.find(reply(asked.external_id, key="k2")) is None


def test_an_answer_to_nothing_is_rejected(account: Account) -> None:
    sender = network.sender(account)
    assert sender is not None
    with pytest.raises(Rejected):
        sender.send(reply("gone"))


@pytest.mark.parametrize(
    ("fault", "trouble", "taken"),
    [
        (Fault.UNREACHABLE, Unreachable, False),
        (Fault.RATE_LIMITED, RateLimited, False),
        (Fault.REJECTED, Rejected, False),
        (Fault.ACCESS_LOST, AccessLost, False),
        (Fault.LOST_REQUEST, OutcomeUncertain, False),
        (Fault.LOST_ANSWER, OutcomeUncertain, True),
    ],
)
def test_a_fault_breaks_the_next_reply_and_only_that(
    account: Account, fault: str, trouble: type[ChannelTrouble], taken: bool
) -> None:
    asked = server.post_as_customer(account, ANA, "Hello?")
    server.release(account, now=clock.now())
    server.break_next(account, fault)
    sender = network.sender(account)
    assert sender is not None
    with pytest.raises(trouble):
        sender.send(reply(asked.external_id))
    assert (sender.find(reply(asked.external_id)) is not None) is taken
    sender.send(reply(asked.external_id))
    assert SandboxPost.objects.filter(ours=True).count() == 1


def test_the_evening_goes_on_by_itself_and_its_history_is_not_told_again(
    account: Account, clockwork: time_machine.Traveller
) -> None:
    evening = find_scene("evening")
    assert evening is not None
    server.start(account, evening, now=clock.now(), run="demo")
    server.start(account, evening, now=clock.now(), run="demo")
    assert heard(account) == []
    assert server.find_post(account, "evening-insulin-demo") is not None
    clockwork.shift(timedelta(seconds=20))
    (post,) = heard(account)
    assert post.text.startswith("Please. He's sweating"), "nobody answered: ten times sooner"


def test_an_answered_customer_is_not_impatient_and_says_what_happened(
    account: Account, clockwork: time_machine.Traveller
) -> None:
    evening = find_scene("evening")
    assert evening is not None
    server.start(account, evening, now=clock.now(), run="demo")
    sender = network.sender(account)
    assert sender is not None
    sender.send(reply("evening-insulin-demo"))
    clockwork.shift(timedelta(minutes=2))  # he answers each of ours after a while of his own
    sender.send(reply("evening-insulin-demo", "Dr Osei from coach B goes to him now.", key="k2"))
    clockwork.shift(timedelta(minutes=2))
    texts = [post.text for post in heard(account) if post.author.handle == "ollie_w"]
    assert len(texts) == 2
    assert texts[0].startswith("His name is Martin")
    assert texts[1].startswith("Paramedic is with him")


def test_asked_in_public_the_customer_answers_in_private(
    account: Account, clockwork: time_machine.Traveller
) -> None:
    evening = find_scene("evening")
    assert evening is not None
    server.start(account, evening, now=clock.now(), run="demo")
    sender = network.sender(account)
    assert sender is not None
    sender.send(reply("evening-insulin-demo", "Please send me a direct message with your number."))
    clockwork.shift(timedelta(seconds=10))
    private = heard(account)[-1]
    assert private.visibility is Visibility.DIRECT
    assert "Ollie Wren" in private.text


def test_gestures_are_kept_and_safe_to_repeat(account: Account) -> None:
    asked = server.post_as_customer(account, ANA, "Hello?")
    server.release(account, now=clock.now())
    sender = network.sender(account)
    assert sender is not None
    for _ in range(2):
        sender.favourite(asked.external_id)
        sender.boost(asked.external_id)
        sender.follow(Author(external_id=ANA.id, handle=ANA.handle))
    asked.refresh_from_db()
    assert asked.favourited
    assert asked.boosted
    assert SandboxFollow.objects.get().author_id == ANA.id
    with pytest.raises(Rejected):
        sender.favourite("gone")


def test_a_post_that_is_not_due_cannot_be_seen(account: Account) -> None:
    asked = server.post_as_customer(account, ANA, "Hello?")
    assert network.fetch_post(account, asked.external_id) is None
    server.release(account, now=clock.now())
    post = network.fetch_post(account, asked.external_id)
    assert post is not None
    assert post.text == "Hello?"


@pytest.mark.parametrize(
    "values", [{"handle": ""}, {"handle": "a b"}, {"handle": "a", "speed": "fast"}]
)
def test_an_account_that_cannot_be_is_refused(values: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        network.connect(values, local=False)
