"""Batches are cut, joined, grouped and made into messages without losing or doubling anything."""

from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornbread.channels.domain.posts import Batch, HeardDeletion
from cornbread.foundation.errors import Invalid
from cornbread.foundation.stream import parse
from cornbread.listening.domain.envelope import Envelope, unpack
from cornbread.listening.domain.portions import (
    LEAST,
    LONGEST_S,
    LONGEST_SHARED_S,
    MOST,
    Pace,
    joined,
    portions,
)
from cornbread.listening.streaming.publishing import TooLarge, parts
from cornbread.listening.streaming.worker import ALONE_FROM, groups
from tests import world
from tests.world import post


def batch(posts: int, deletions: int = 0, size: int = 0, addressed: int = 0) -> Batch:
    return Batch(
        stream="home",
        posts=tuple(
            post(str(n), addressed=n >= posts - addressed, raw=b"x" * size) for n in range(posts)
        ),
        deletions=tuple(
            HeardDeletion(external_id=str(n), deleted_at=world.THEN) for n in range(deletions)
        ),
        cursor="9",
    )


def ids(batches: list[Batch]) -> list[str]:
    return sorted(one.external_id for each in batches for one in (*each.posts, *each.deletions))


@given(st.integers(0, 60), st.integers(0, 30), st.integers(1, 40), st.integers(0, 60))
def test_a_batch_in_portions_is_the_same_batch_and_its_cursor_comes_last(
    posts: int, deletions: int, limit: int, addressed: int
) -> None:
    whole = batch(posts, deletions, addressed=addressed)
    cut = list(portions(whole, limit))
    assert ids(cut) == ids([whole])
    assert [one.cursor for one in cut] == [None] * (len(cut) - 1) + ["9"]
    assert len(cut) == 1 or all(len(one.posts) + len(one.deletions) <= limit for one in cut)
    kinds = [bool(one.deletions) for one in cut]
    assert kinds == sorted(kinds)


def test_posts_that_address_us_do_not_wait_behind_those_that_do_not() -> None:
    first, *_ = portions(batch(100, addressed=3), 10)
    assert [one.external_id for one in first.posts][:3] == ["97", "98", "99"]


@given(st.integers(1, 40), st.integers(0, 20), st.integers(0, 3_000))
def test_messages_hold_all_of_a_batch_and_none_is_too_large(
    posts: int, deletions: int, size: int
) -> None:
    whole = Envelope(workspace_id=1, channel_id=2, batch=batch(posts, deletions, size))
    data = list(parts(whole, 4_000))
    assert all(len(one) <= 4_000 for one in data)
    opened = [unpack(one) for one in data]
    assert ids([one.batch for one in opened]) == ids([whole.batch])
    assert {(one.workspace_id, one.channel_id, one.batch.cursor) for one in opened} == {
        (1, 2, None)
    }


def test_a_post_that_fits_no_message_is_refused() -> None:
    whole = Envelope(workspace_id=1, channel_id=2, batch=batch(3, size=5_000))
    with pytest.raises(TooLarge):
        list(parts(whole, 4_000))


def letter(deliveries: int = 1) -> Any:
    return SimpleNamespace(deliveries=deliveries)


def test_messages_are_grouped_by_channel_up_to_a_limit_and_suspects_stay_alone() -> None:
    def opened(channel_id: int, posts: int, deliveries: int = 1) -> Any:
        envelope = Envelope(workspace_id=1, channel_id=channel_id, batch=batch(posts))
        return letter(deliveries), envelope

    found = groups(
        [opened(1, 4), opened(2, 9), opened(1, 5), opened(1, 3), opened(1, 1, ALONE_FROM)], 10
    )
    shape = [[(one.channel_id, len(one.batch.posts)) for _, one in group] for group in found]
    assert shape == [[(1, 4), (1, 5)], [(2, 9)], [(1, 3)], [(1, 1)]]


def test_joined_batches_hold_all_posts() -> None:
    assert len(joined([batch(2, 1), batch(3)]).posts) == 5
    assert joined([batch(2, 1), batch(3, 2)]).deletions[0].external_id == "0"
    assert joined([batch(2, 1)]).stream == "home"


def test_the_pace_follows_the_machine_within_its_limits() -> None:
    pace = Pace()
    careful = pace.limit
    for _ in range(50):
        pace.note(500, 0.05)
    assert pace.limit == MOST > careful
    for _ in range(50):
        pace.note(100, 10.0)
    assert pace.limit == LEAST
    pace.note(1, 60.0)
    assert pace.limit == LEAST


def test_where_fewer_wait_for_the_lock_a_write_may_hold_more() -> None:
    alone, shared = Pace(LONGEST_S), Pace(LONGEST_SHARED_S)
    for pace in (alone, shared):
        for _ in range(50):
            pace.note(500, 0.5)
    assert LEAST < 3 * alone.limit < shared.limit < MOST


def test_an_address_may_hold_credentials_servers_and_a_name() -> None:
    full = parse("tls://ann:s%40cret@one:4333,tls://two/redkite")
    assert full.servers == ("tls://one:4333", "tls://two:4222")
    assert (full.user, full.password, full.name, full.tls) == ("ann", "s@cret", "redkite", True)
    token = parse("nats://abc@[::1]")
    assert (token.token, token.user, token.servers) == ("abc", "", ("nats://[::1]:4222",))
    assert token.name == "cornbread"


def test_a_shown_address_holds_no_credentials() -> None:
    shown = repr(parse("nats://ann:hush@one,nats://other-hush@two"))
    assert "hush" not in shown
    assert "hush" not in msgspec.json.encode(parse("nats://one").servers).decode()


@pytest.mark.parametrize(
    "url", ["", " , ", "http://one", "nats://", "nats://one:port", "nats://one/a.b", "one:4222"]
)
def test_an_address_that_cannot_be_used_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(url.replace("one", "ann:hush@one"))
    assert "hush" not in refused.value.message
