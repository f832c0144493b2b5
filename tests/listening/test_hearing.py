"""Listening goes on whatever breaks: streams restart, follow changes and stop when told."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

import pytest
from django.db import OperationalError, connection

from cornbread.channels import actions as channels
from cornbread.channels.contract import Account, Interest, Session, Stream
from cornbread.channels.domain.posts import Batch, HeardPost
from cornbread.channels.domain.trouble import AccessLost, RateLimited, Unreachable
from cornbread.channels.models import Channel, Cursor
from cornbread.foundation.jobs import Backoff
from cornbread.listening import actions as listening
from cornbread.listening import hearing
from cornbread.listening.hearing import Hearing
from cornbread.listening.models import Mention
from cornbread.team.domain.permissions import Role
from tests import world
from tests.world import Pretend, channel, post

pytestmark = pytest.mark.django_db(transaction=True)


class Tape:
    """A stream that yields what the test puts on it; trouble is raised."""

    def __init__(self, key: str = "home") -> None:
        self.key = key
        self.waiting: deque[HeardPost | Exception] = deque()
        self.begun: list[str | None] = []
        self.number = 0

    def listen(self, cursor: str | None, session: Session) -> Iterator[Batch]:
        self.begun.append(cursor)
        session.beat()
        while not session.stop.is_set():
            if self.waiting:
                found = self.waiting.popleft()
                if isinstance(found, Exception):
                    raise found
                self.number += 1
                yield Batch(stream=self.key, posts=(found,), cursor=str(self.number))
            else:
                session.stop.wait(0.01)


@pytest.fixture
def tape(pretend: Pretend, monkeypatch: pytest.MonkeyPatch) -> Tape:
    monkeypatch.setattr(hearing, "BACKOFF", Backoff(base_s=0.01, cap_s=0.05))
    monkeypatch.setattr(hearing, "LEAST_WAIT_S", 0.01)
    tape = Tape()
    pretend.open_streams = lambda account, interests: (tape,)
    return tape


@pytest.fixture
def ears() -> Iterator[Hearing]:
    ears = Hearing()
    yield ears
    ears.stop()
    assert not listeners()


def listeners() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name.startswith("hear ")]


def soon(true: Callable[[], object], within_s: float = 8) -> None:
    until = time.monotonic() + within_s
    while not _is(true):
        assert time.monotonic() < until, "this should have happened by now"
        time.sleep(0.02)


def _is(true: Callable[[], object]) -> object:
    # Threads that share a database in memory find its tables locked for moments.
    with suppress(OperationalError):
        return true()
    return False


def heard() -> int:
    return Mention.objects.count()


def test_each_stream_is_heard_and_its_cursor_kept(ears: Hearing, tape: Tape) -> None:
    channel(world.workspace())
    tape.waiting.extend([post("1"), post("2")])
    ears.look()
    soon(lambda: heard() == 2)
    soon(lambda: Cursor.objects.get().value == "2")
    soon(lambda: Channel.objects.get().last_heard_at)


def test_a_stream_that_breaks_is_taken_up_where_it_was(ears: Hearing, tape: Tape) -> None:
    channel(world.workspace())
    tape.waiting.extend([post("1"), Unreachable("dropped"), post("2")])
    ears.look()
    soon(lambda: heard() == 2)
    assert tape.begun[0] is None
    assert tape.begun[-1] == "1"
    soon(lambda: Channel.objects.get().trouble_code == "")
    assert Channel.objects.get().state == "active"


def test_trouble_is_shown_while_it_lasts(ears: Hearing, tape: Tape) -> None:
    channel(world.workspace())
    tape.waiting.append(RateLimited("Please wait a minute", retry_after_s=60))
    ears.look()
    soon(lambda: Channel.objects.get().trouble_code == "rate_limited")
    place = Channel.objects.get()
    assert place.trouble == "Please wait a minute"
    assert place.retry_at is not None
    assert place.trouble_since is not None


def test_an_error_of_ours_in_one_stream_does_not_silence_it(ears: Hearing, tape: Tape) -> None:
    channel(world.workspace())
    tape.waiting.extend([ValueError("a bug"), post("1")])
    ears.look()
    soon(lambda: heard() == 1)


def test_waits_grow_while_trouble_lasts_and_are_short_again_after_it() -> None:
    waits = [hearing.BACKOFF.ceiling_s(n) for n in range(1, 12)]
    assert waits == sorted(waits)
    assert waits[-1] == 300


def test_lost_access_breaks_the_channel_until_somebody_reconnects_it(
    ears: Hearing, tape: Tape
) -> None:
    brand = world.workspace()
    channel(brand)
    tape.waiting.append(AccessLost("The token was revoked"))
    ears.look()
    soon(lambda: Channel.objects.get().state == "broken")
    soon(lambda: not listeners())
    ears.look()
    assert not listeners()
    owner = world.member(brand, Role.OWNER)
    channels.connect("pretend", {"token": "new"}, by=owner)
    tape.waiting.append(post("1"))
    ears.look()
    soon(lambda: heard() == 1)
    assert Channel.objects.get().state == "active"


def test_channels_that_come_and_go_are_followed_without_a_restart(
    ears: Hearing, tape: Tape
) -> None:
    brand = world.workspace()
    owner = world.member(brand, Role.OWNER)
    ears.look()
    assert not listeners()
    place = channel(brand)
    ears.look()
    soon(lambda: tape.begun == [None])
    channels.pause(place.pk, by=owner)
    ears.look()
    soon(lambda: not listeners())
    channels.resume(place.pk, by=owner)
    tape.waiting.append(post("1"))
    ears.look()
    ears.look()
    soon(lambda: heard() == 1)


def test_a_new_watch_is_searched_for_and_a_dead_one_no_longer(
    ears: Hearing, tape: Tape, pretend: Pretend
) -> None:
    def streams(account: Account, interests: Sequence[Interest]) -> Sequence[Stream]:
        return [Tape(f"{one.kind}:{one.value}") for one in interests]

    pretend.can(searches=True)
    pretend.open_streams = streams
    brand = world.workspace()
    channel(brand)
    by = world.member(brand, Role.LEAD)
    watch = listening.save_watch(by=by, name="Trains", query="#redkite")
    ears.look()
    assert [one.name.split()[-1] for one in listeners()] == ["tag:redkite"]
    listening.delete_watch(watch.pk, by=by)
    ears.look()
    soon(lambda: not listeners())


def test_a_moment_in_which_streams_cannot_be_opened_stops_none(
    ears: Hearing, tape: Tape, pretend: Pretend
) -> None:
    def fails(account: Account, interests: Sequence[Interest]) -> Sequence[Stream]:
        raise OSError("no more files")

    channel(world.workspace())
    ears.look()
    soon(lambda: tape.begun)
    pretend.open_streams = fails
    ears.look()
    tape.waiting.append(post("1"))
    soon(lambda: heard() == 1)
    assert len(listeners()) == 1


def test_listening_ends_when_told(tape: Tape) -> None:
    channel(world.workspace())
    stop = threading.Event()
    ears = threading.Thread(target=_run, args=[stop])
    ears.start()
    soon(lambda: tape.begun)
    stop.set()
    ears.join(8)
    assert not ears.is_alive()
    assert not listeners()


def _run(stop: threading.Event) -> None:
    try:
        hearing.run(stop)
    finally:
        connection.close()
