"""A stream between listeners and intake: durable, in any order, once, and never in the way."""

import threading
from typing import Any

import msgspec
import pytest
from django.db import OperationalError

from cornbread.channels.domain.posts import Batch, HeardDeletion
from cornbread.channels.models import Channel, Cursor
from cornbread.foundation.stream import StreamUnreachable
from cornbread.listening import keeping
from cornbread.listening.domain.envelope import Envelope, pack
from cornbread.listening.handing_on import hand_on
from cornbread.listening.models import Mention
from cornbread.listening.streaming import letters, publishing, sharing, worker
from cornbread.listening.streaming.publishing import Stopped, publish
from cornbread.listening.streaming.state import state
from tests import world
from tests.listening.stream_here import StreamHere, remove
from tests.listening.stream_here import stream_here as stream_here
from tests.world import Pretend, channel, post

pytestmark = [pytest.mark.connector, pytest.mark.django_db]


@pytest.fixture
def place(pretend: Pretend) -> Channel:
    return channel(world.workspace())


def batch(*ids: str, cursor: str | None = None, **more: object) -> Batch:
    return Batch(stream="home", posts=tuple(post(id_, **more) for id_ in ids), cursor=cursor)  # type: ignore[arg-type]


def kept() -> set[str]:
    return set(Mention.objects.values_list("external_id", flat=True))


def on(place: Channel, heard: Batch) -> None:
    hand_on(place, heard, threading.Event())


def test_a_batch_is_in_the_stream_before_the_cursor_moves_and_in_the_database_after_a_worker(
    stream_here: StreamHere, place: Channel
) -> None:
    on(place, batch("1", "2", cursor="7"))
    assert Cursor.objects.get().value == "7"
    assert kept() == set()
    assert state().waiting == 1
    assert stream_here.work() == 1
    assert kept() == {"1", "2"}
    now = state()
    assert (now.waiting, now.held, now.messages, now.dead) == (0, 0, 0, 0)


def test_the_same_batch_published_twice_is_handed_out_once(
    stream_here: StreamHere, place: Channel
) -> None:
    on(place, batch("1", cursor="7"))
    on(place, batch("1", cursor="7"))
    on(place, batch("2", cursor="8"))
    assert stream_here.work() == 2
    assert kept() == {"1", "2"}


def test_small_batches_of_one_channel_are_written_together(
    stream_here: StreamHere, place: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []

    def counted(channel: Channel, heard: Batch) -> None:
        sizes.append(len(heard.posts))
        taken(channel, heard)

    taken = keeping.take_in
    monkeypatch.setattr(keeping, "take_in", counted)
    for number in range(30):
        on(place, batch(str(number)))
    stream_here.work()
    assert sum(sizes) == 30
    assert len(sizes) < 5


def test_a_batch_beyond_the_servers_limit_is_split_and_nothing_is_missing(
    stream_here: StreamHere, place: Channel
) -> None:
    limit = stream_here.connection.client.max_payload
    heard = batch(*(str(n) for n in range(8)), raw=b"x" * (limit // 3), cursor="9")
    gone = HeardDeletion(external_id="3", deleted_at=world.THEN)
    on(place, msgspec.structs.replace(heard, deletions=(gone,)))
    stream_here.work()
    assert kept() == {str(n) for n in range(8)}
    assert Mention.objects.get(external_id="3").deleted_at == world.THEN


def test_one_post_larger_than_the_server_takes_goes_straight_into_the_database(
    stream_here: StreamHere, place: Channel
) -> None:
    on(place, batch("huge", raw=b"x" * stream_here.connection.client.max_payload, cursor="1"))
    assert kept() == {"huge"}
    assert Cursor.objects.get().value == "1"


def test_what_a_killed_worker_held_goes_to_another_and_is_not_doubled(
    stream_here: StreamHere, place: Channel
) -> None:
    on(place, batch("1"))
    first = worker.IntakeWorker(threading.Event())
    (letter,) = first._mailbox.gather(2)
    first._keep([worker.unpack(letter.data)])  # committed, and killed before it confirmed
    first._mailbox.close()  # the server hands on what it held, as when it falls silent
    assert stream_here.work(wait_s=1) == 1
    assert Mention.objects.count() == 1
    assert state().messages == 0


def test_a_batch_that_cannot_be_taken_in_is_given_up_alone_and_can_be_replayed(
    stream_here: StreamHere, place: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoiled(channel: Channel, heard: Batch) -> None:
        if any(one.external_id == "bad" for one in heard.posts):
            raise ValueError("private words of a customer")
        taken(channel, heard)

    taken = keeping.take_in
    monkeypatch.setattr(keeping, "take_in", spoiled)
    monkeypatch.setattr(worker, "ALONE_FROM", 1)
    monkeypatch.setattr(worker, "MOST_TRIES", 1)
    for id_ in ("1", "bad", "2"):
        on(place, batch(id_))
    stream_here.work()
    assert kept() == {"1", "2"}
    (dead,) = letters.dead_letters(10)
    assert (dead.reason, dead.posts, dead.channel_id) == ("ValueError", 1, place.pk)
    monkeypatch.setattr(keeping, "take_in", taken)
    assert letters.replay(dead.number)
    assert not letters.replay(dead.number)
    stream_here.work()
    assert kept() == {"1", "2", "bad"}
    assert letters.dead_letters(10) == []


def test_a_batch_that_ends_every_worker_is_given_up_unread(
    stream_here: StreamHere, place: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends_the_worker(channel: Channel, heard: Batch) -> None:
        begun.append(heard)
        raise SystemExit

    begun: list[Batch] = []
    monkeypatch.setattr(keeping, "take_in", ends_the_worker)
    on(place, batch("1"))
    stream_here.hand_on_after(0.1)
    for _ in range(6):
        stream_here.worker_that_dies(at_work=True)
    stream_here.work(wait_s=1)
    (dead,) = letters.dead_letters(10)
    assert (dead.reason, dead.attempts, len(begun)) == ("worker_died", 6, 6)


def test_a_batch_that_waited_with_workers_that_died_is_not_given_up(
    stream_here: StreamHere, place: Channel
) -> None:
    on(place, batch("1"))
    stream_here.hand_on_after(0.1)
    for _ in range(8):
        stream_here.worker_that_dies(at_work=False)
    stream_here.work(wait_s=1)
    assert kept() == {"1"}
    assert state().dead == state().messages == 0


def test_bytes_that_are_no_batch_are_given_up_at_once(stream_here: StreamHere) -> None:
    async def send() -> None:
        await stream_here.connection.jetstream.publish(stream_here.places.heard(1), b"nonsense")

    stream_here.connection.call(send())
    stream_here.work()
    (dead,) = letters.dead_letters(10)
    assert (dead.reason, dead.posts) == ("unreadable", None)


def test_posts_of_a_deleted_channel_are_let_go(stream_here: StreamHere, place: Channel) -> None:
    on(place, batch("1"))
    place.delete()
    stream_here.work()
    assert state().messages == state().dead == 0


def test_while_the_database_is_away_a_worker_holds_on_and_blames_no_batch(
    stream_here: StreamHere, place: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = [OperationalError("gone"), OperationalError("still gone")]

    def away(channel: Channel, heard: Batch) -> None:
        if failing:
            raise failing.pop()
        taken(channel, heard)

    taken = keeping.take_in
    monkeypatch.setattr(keeping, "take_in", away)
    monkeypatch.setattr(worker, "HOLD", publishing.Backoff(base_s=0.01))
    monkeypatch.setattr(worker.connections, "close_all", lambda: None)
    on(place, batch("1"))
    stream_here.work()
    assert kept() == {"1"}
    assert state().dead == 0


def test_a_full_stream_makes_the_listener_wait_and_loses_nothing(
    stream_here: StreamHere, place: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "BACKOFF", publishing.Backoff(base_s=0.05, cap_s=0.1))

    async def shrink(size: int) -> None:
        jetstream = stream_here.connection.jetstream
        info = await jetstream.stream_info(stream_here.places.heard_stream)
        info.config.max_bytes = size
        await jetstream.update_stream(info.config)

    stream_here.connection.call(shrink(2_000))
    on(place, batch("1", raw=b"x" * 1_000))
    stop = threading.Event()
    second = Envelope(
        workspace_id=place.workspace_id,
        channel_id=place.pk,
        batch=batch("2", raw=b"y" * 1_500),
    )
    waiting = threading.Thread(target=publish, args=(second, stop))
    waiting.start()
    waiting.join(0.4)
    assert waiting.is_alive()
    stream_here.work()
    waiting.join(5)
    assert not waiting.is_alive()
    stream_here.work()
    assert kept() == {"1", "2"}


def test_a_listener_told_to_stop_while_it_waits_leaves_the_cursor(
    stream_here: StreamHere, place: Channel
) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        hand_on(place, batch("1", cursor="5"), stop)
    assert not Cursor.objects.exists()


def test_two_installations_on_one_server_do_not_meet(
    stream_here: StreamHere, place: Channel, settings: Any
) -> None:
    on(place, batch("1"))
    sharing._open.clear()
    settings.STREAM_URL += "-other"
    other = StreamHere()
    assert other.work() == 0
    remove(other.connection, other.places)


def test_workspaces_have_subjects_of_their_own(stream_here: StreamHere, place: Channel) -> None:
    assert stream_here.places.heard(7).endswith(".heard.7")
    heard = pack(Envelope(workspace_id=1, channel_id=2, batch=batch("1")))
    assert publishing.message_id(
        Envelope(workspace_id=1, channel_id=2, batch=batch("1")), heard
    ) != publishing.message_id(Envelope(workspace_id=1, channel_id=3, batch=batch("1")), heard)


def test_no_server_at_the_start_is_said_with_what_to_do(settings: Any) -> None:
    settings.STREAM_URL = "nats://user:hush-hush@127.0.0.1:1"
    with pytest.raises(StreamUnreachable) as refused:
        sharing.stream()
    assert "nats-server --jetstream" in refused.value.message
    assert "hush-hush" not in refused.value.message
