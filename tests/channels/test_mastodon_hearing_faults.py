"""The Mastodon network when the stream, the lists or the limits fail it."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from cornbread.channels.contract import Account, Interest
from cornbread.channels.domain.trouble import (
    Unreachable,
)
from cornbread.channels.networks.mastodon import network
from tests.channels.mastodon_ear import Ear, account_at, wait_for
from tests.faults import FaultProxy
from tests.servers import MastodonServer

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


def test_nothing_is_missed_when_the_stream_drops_again_and_again(
    mastodon_server: MastodonServer, proxy: FaultProxy, account: Account
) -> None:
    with Ear(network.streams(account, [])[0]) as ear:
        for number in range(3):
            wait_for(lambda: proxy.open_streams)
            mastodon_server.cust.says(f"@brand live {number}.")
            ear.hears(f"live {number}.")
            proxy.drop_streams()
            mastodon_server.cust.says(f"@brand gap {number}.")
            ear.hears(f"gap {number}.", within_s=2)
    assert len(ear.posts) == len({post.external_id for post in ear.posts}) == 6
    assert ear.trouble is None


def test_a_stream_that_breaks_repeatedly_is_replaced_by_polling_and_tried_again_later(
    mastodon_server: MastodonServer, proxy: FaultProxy
) -> None:
    account = account_at(proxy.url, poll_s=0.2, stream_rest_s=1.0)
    proxy.answer(503, times=3, path=STREAMING)
    with Ear(network.streams(account, [])[0]) as ear:
        wait_for(lambda: proxy.seen("GET", STREAMING) == 3)
        mastodon_server.cust.says("@brand by polling")
        ear.hears("by polling", within_s=2)
        assert proxy.open_streams == 0
        wait_for(lambda: proxy.open_streams)
        mastodon_server.cust.says("@brand live again")
        ear.hears("live again", within_s=2)


def test_an_instance_without_streaming_is_polled(
    mastodon_server: MastodonServer, proxy: FaultProxy
) -> None:
    account = account_at(proxy.url, poll_s=0.2, recheck_s=0.2)
    proxy.answer(404, times=1000, path=STREAMING)
    with Ear(network.streams(account, [])[0]) as ear:
        said = mastodon_server.cust.says("@brand hello")
        ear.hears("hello", within_s=2)
        mastodon_server.brand.says("@cust hi")
        ear.hears("hi", within_s=2)
        mastodon_server.cust.deletes(said["id"])
        wait_for(lambda: ear.deletions)
    assert proxy.seen("GET", STREAMING) == 1


def test_a_server_that_is_down_ends_the_stream_with_unreachable_and_the_cursor_stays(
    mastodon_server: MastodonServer, proxy: FaultProxy, account: Account
) -> None:
    with Ear(network.streams(account, [])[0]) as ear:
        mastodon_server.cust.says("@brand before the storm")
        ear.hears("before the storm")
        proxy.answer(503, times=1000)
        proxy.drop_streams()
        assert isinstance(wait_for(lambda: ear.trouble), Unreachable)
    mastodon_server.cust.says("@brand during the storm")
    proxy.heal()
    with Ear(network.streams(account, [])[0], ear.cursor) as again:
        again.hears("during the storm")


def test_a_rate_limit_while_listening_live_does_not_end_the_stream(
    mastodon_server: MastodonServer, proxy: FaultProxy
) -> None:
    account = account_at(proxy.url)
    proxy.answer(429, times=1, path="/api/v1/notifications", headers={"Retry-After": "1"})
    mastodon_server.cust.says("@brand asked before")
    with Ear(network.streams(account, [])[0]) as ear:
        wait_for(lambda: proxy.open_streams)
        mastodon_server.cust.says("@brand asked live")
        ear.hears("asked live", within_s=1)
        ear.hears("asked before", within_s=3)


def test_requests_are_kept_back_for_replies_when_few_are_left(
    mastodon_server: MastodonServer, proxy: FaultProxy
) -> None:
    account = account_at(proxy.url, watch_s=0.05)
    reset = (datetime.now(UTC) + timedelta(seconds=60)).isoformat()
    few = {"X-RateLimit-Remaining": "5", "X-RateLimit-Reset": reset}
    proxy.answer(200, path="/api/v1/timelines", headers=few, body=b"[]")
    with Ear(network.streams(account, [Interest(kind="tag", value="a")])[1]) as ear:
        wait_for(lambda: ear.beats)
        threading.Event().wait(0.5)
    assert proxy.seen("GET", "/api/v1/timelines") == 1


@pytest.mark.parametrize("status", [403, 404, 422])
def test_an_instance_without_search_leaves_the_watch_quiet(
    proxy: FaultProxy, account: Account, status: int
) -> None:
    proxy.answer(status, path="/api/v2/search", times=1000)
    with Ear(network.streams(account, [Interest(kind="term", value="x")])[1]) as ear:
        wait_for(lambda: ear.beats)
    assert ear.trouble is None
    assert ear.batches == []


@pytest.mark.parametrize("body", [b"<html>maintenance</html>", b"", b'{"a":', b"[[[[", b"null"])
def test_an_unreadable_answer_is_trouble_and_not_a_crash(
    proxy: FaultProxy, account: Account, body: bytes
) -> None:
    proxy.answer(200, path="/api/v1/notifications", body=body, times=1000)
    proxy.answer(404, path=STREAMING, times=1000)
    with Ear(network.streams(account, [])[0]) as ear:
        assert isinstance(wait_for(lambda: ear.trouble), Unreachable)


def test_one_unreadable_post_does_not_hide_the_others(
    mastodon_server: MastodonServer, proxy: FaultProxy, account: Account
) -> None:
    good = mastodon_server.cust.says("good #mixed")
    page = json.dumps([{"id": 5}, "nonsense", {"id": "7", "account": None}, good]).encode()
    proxy.answer(200, path="/api/v1/timelines", body=page)
    with Ear(network.streams(account, [Interest(kind="tag", value="mixed")])[1]) as ear:
        ear.hears("good")
    assert len(ear.posts) == 1
