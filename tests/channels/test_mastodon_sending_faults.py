"""Replies and gestures when the server or the connection fails: once, whatever happens."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import msgspec
import pytest

from cornbread.channels.contract import Account
from cornbread.channels.domain.posts import Author, OutgoingPost, SentPost
from cornbread.channels.domain.trouble import (
    AccessLost,
    OutcomeUncertain,
    RateLimited,
    Rejected,
    Unreachable,
)
from cornbread.channels.networks.mastodon import network
from cornbread.foundation.clock import now
from tests.channels.mastodon_ear import account_at, wait_for
from tests.faults import FaultProxy
from tests.servers import MastodonServer, free_port

pytestmark = pytest.mark.connector
STATUSES = "/api/v1/statuses"
STREAMING = "/api/v1/streaming"


@pytest.fixture
def proxy(mastodon_server: MastodonServer) -> Iterator[FaultProxy]:
    with FaultProxy(mastodon_server.url) as proxy:
        yield proxy


@pytest.fixture
def account(proxy: FaultProxy) -> Account:
    # The instance names its own streaming address, which would lead past the proxy.
    return account_at(proxy.url)


def reply_to(question: dict[str, object], text: str = "On our way.") -> OutgoingPost:
    asker = question["account"]
    assert isinstance(asker, dict)
    return OutgoingPost(
        text=text,
        idempotency_key=f"key-{question['id']}",
        in_reply_to=str(question["id"]),
        to=Author(external_id=asker["id"], handle=f"cust@{urlsplit(asker['url']).netloc}"),
        first_attempt_at=now(),
    )


def answer_until_known(account: Account, post: OutgoingPost) -> SentPost:
    """What delivery does: after an unknown outcome look first, and only then send again."""
    sender = network.sender(account)
    for _ in range(5):
        try:
            return sender.send(post)
        except OutcomeUncertain:
            found = sender.find(post)
            if found is not None:
                return found
        except Unreachable:
            continue
    raise AssertionError("never sent")


def ask(server: MastodonServer, text: str = "@brand where is my train?") -> dict[str, object]:
    question: dict[str, object] = server.cust.says(text)
    return question


def replies(server: MastodonServer, question: dict[str, object]) -> list[str]:
    return [str(answer["id"]) for answer in server.cust.thread_below(str(question["id"]))]


def test_a_503_before_the_work_leaves_one_reply(
    mastodon_server: MastodonServer, proxy: FaultProxy, account: Account
) -> None:
    question = ask(mastodon_server)
    proxy.answer(503, times=2, method="POST", path=STATUSES)
    sent = answer_until_known(account, reply_to(question))
    assert replies(mastodon_server, question) == [sent.external_id]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_5xx_after_the_work_leaves_one_reply(
    mastodon_server: MastodonServer, proxy: FaultProxy, account: Account, status: int
) -> None:
    question = ask(mastodon_server)
    proxy.answer(status, after=True, method="POST", path=STATUSES)
    sent = answer_until_known(account, reply_to(question))
    assert replies(mastodon_server, question) == [sent.external_id]
    assert proxy.seen("POST", STATUSES) == 1


def test_a_connection_that_breaks_after_the_work_leaves_one_reply(
    mastodon_server: MastodonServer, proxy: FaultProxy, account: Account
) -> None:
    question = ask(mastodon_server)
    proxy.cut(after=True, method="POST", path=STATUSES)
    with pytest.raises(OutcomeUncertain):
        network.sender(account).send(reply_to(question))
    found = network.sender(account).find(reply_to(question))
    assert found is not None
    assert replies(mastodon_server, question) == [found.external_id]


def test_a_repetition_with_the_same_key_is_the_same_reply(
    mastodon_server: MastodonServer, proxy: FaultProxy, account: Account
) -> None:
    question = ask(mastodon_server)
    proxy.cut(after=True, method="POST", path=STATUSES)
    with pytest.raises(OutcomeUncertain):
        network.sender(account).send(reply_to(question))
    sent = network.sender(account).send(reply_to(question))
    assert replies(mastodon_server, question) == [sent.external_id]


def test_a_connection_that_breaks_before_the_work_is_found_out_and_sent_once(
    mastodon_server: MastodonServer, proxy: FaultProxy, account: Account
) -> None:
    question = ask(mastodon_server)
    proxy.cut(method="POST", path=STATUSES)
    with pytest.raises(OutcomeUncertain):
        network.sender(account).send(reply_to(question))
    assert network.sender(account).find(reply_to(question)) is None
    sent = answer_until_known(account, reply_to(question))
    assert replies(mastodon_server, question) == [sent.external_id]


def test_a_server_too_slow_to_answer_leaves_the_outcome_open_and_one_reply(
    mastodon_server: MastodonServer, proxy: FaultProxy
) -> None:
    account = account_at(proxy.url, timeout_s=0.5, deadline_s=0.5)
    question = ask(mastodon_server)
    proxy.delay(1.0, method="POST", path=STATUSES)
    with pytest.raises(OutcomeUncertain):
        network.sender(account).send(reply_to(question))
    wait_for(lambda: replies(mastodon_server, question))
    sent = network.sender(account).send(reply_to(question))
    assert replies(mastodon_server, question) == [sent.external_id]


def test_a_server_that_is_not_there_took_nothing(account: Account) -> None:
    nowhere = msgspec.structs.replace(account, address=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Unreachable):
        network.sender(nowhere).send(OutgoingPost(text="hello", idempotency_key="1"))


def test_the_look_up_that_fails_says_nothing_about_the_post(
    mastodon_server: MastodonServer, proxy: FaultProxy, account: Account
) -> None:
    question = ask(mastodon_server)
    proxy.answer(503, path="/api/v1/accounts")
    with pytest.raises(Unreachable):
        network.sender(account).find(reply_to(question))


def test_a_429_says_how_long_to_wait(proxy: FaultProxy, account: Account) -> None:
    proxy.answer(429, path=STATUSES, headers={"Retry-After": "17"})
    with pytest.raises(RateLimited) as caught:
        network.sender(account).send(OutgoingPost(text="hello", idempotency_key="1"))
    assert caught.value.retry_after_s == 17


def test_a_429_without_seconds_is_read_from_the_reset_time(
    proxy: FaultProxy, account: Account
) -> None:
    reset = (datetime.now(UTC) + timedelta(seconds=120)).isoformat()
    proxy.answer(429, path=STATUSES, headers={"X-RateLimit-Reset": reset})
    with pytest.raises(RateLimited) as caught:
        network.sender(account).send(OutgoingPost(text="hello", idempotency_key="1"))
    assert 110 < caught.value.retry_after_s <= 120


def test_a_403_is_lost_access_only_when_the_token_is_worth_nothing(
    proxy: FaultProxy, account: Account
) -> None:
    refusal = b'{"error": "This action is not allowed"}'
    proxy.answer(403, path=STATUSES, body=refusal)
    with pytest.raises(Rejected, match="not allowed"):
        network.sender(account).boost("1")
    proxy.answer(403, path=STATUSES, body=refusal)
    proxy.answer(403, path="/api/v1/accounts/verify")
    with pytest.raises(AccessLost):
        network.sender(account).boost("1")


def test_a_gesture_whose_answer_is_lost_may_simply_be_repeated(
    mastodon_server: MastodonServer, proxy: FaultProxy, account: Account
) -> None:
    question = ask(mastodon_server)
    proxy.cut(after=True, method="POST", path=STATUSES)
    sender = network.sender(account)
    with pytest.raises(Unreachable):
        sender.favourite(str(question["id"]))
    sender.favourite(str(question["id"]))
    seen = mastodon_server.cust.call("GET", f"{STATUSES}/{question['id']}")
    assert seen["favourites_count"] == 1
