"""Servers of the stream: who is let in, who is believed, and what a restart does."""

import os
import threading
import time
from base64 import b32encode
from binascii import crc_hqx
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cornbread.channels.domain.posts import Batch
from cornbread.config.doctor import flow
from cornbread.foundation.errors import Invalid
from cornbread.foundation.jobs import Backoff
from cornbread.foundation.stream import Connection, StreamUnreachable, parse
from cornbread.foundation.stream.keys import Key
from cornbread.listening.handing_on import hand_on
from cornbread.listening.models import Mention
from cornbread.listening.streaming import publishing, sharing, worker
from cornbread.listening.streaming.state import state
from tests import world
from tests.foundation.certificates import files_for
from tests.listening.nats_here import NatsServer
from tests.world import channel, post

pytestmark = pytest.mark.connector


def seed(kind: int = 20) -> str:
    """A new private key as NATS writes it; kind 20 is a user."""
    # The kind lies across the first two bytes, five bits in each.
    raw = bytes([18 << 3 | kind << 3 >> 5, kind << 3 << 3 & 0xFF]) + os.urandom(32)
    return b32encode(raw + crc_hqx(raw, 0).to_bytes(2, "little")).decode().rstrip("=")


def until(condition: Callable[[], object], what: str) -> None:
    give_up_at = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < give_up_at, what
        time.sleep(0.05)


class TestKeys:
    def test_a_server_lets_in_whoever_holds_the_key(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ours, theirs = seed(), seed()
        file = tmp_path / "user.nk"
        monkeypatch.setenv("STREAM_NKEY", str(file))
        users = f"authorization {{ users = [ {{ nkey: {Key(ours).public} }} ] }}"
        with NatsServer(tmp_path, users) as server:
            file.write_text(ours + "\n")
            Connection(parse(server.url)).open().close()
            file.write_text(theirs)
            with pytest.raises(StreamUnreachable) as refused:
                Connection(parse(server.url)).open()
        assert theirs not in refused.value.message

    def test_a_credentials_file_has_a_token_and_a_key(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A server without operators asks for none, so the file is read and no more."""
        file = tmp_path / "user.creds"
        monkeypatch.setenv("STREAM_CREDENTIALS", str(file))
        with NatsServer(tmp_path) as server:
            file.write_text(
                "-----BEGIN NATS USER JWT-----\na.b.c\n------END NATS USER JWT------\n\n"
                f"-----BEGIN USER NKEY SEED-----\n{seed()}\n------END USER NKEY SEED------\n"
            )
            Connection(parse(server.url)).open().close()
            file.write_text("nothing")
            with pytest.raises(Invalid, match="NATS USER JWT"):
                Connection(parse(server.url)).open()

    @pytest.mark.parametrize(
        "words",
        ["", "SUAM", "not a key!", seed()[:-1] + "?", seed(0)[1:]],
        ids=["empty", "short", "words", "odd sign", "no prefix"],
    )
    def test_what_is_no_key_is_refused_without_repeating_it(self, words: str) -> None:
        with pytest.raises(Invalid) as refused:
            Key(words)
        assert not words or words not in refused.value.message

    def test_a_file_that_is_not_there_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("STREAM_NKEY", str(tmp_path / "missing"))
        with NatsServer(tmp_path) as server, pytest.raises(Invalid, match="missing"):
            Connection(parse(server.url)).open()


def test_an_encrypted_stream_is_believed_by_its_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain, key = files_for("localhost", tmp_path)
    settings = f'tls {{ cert_file: "{chain}", key_file: "{key}" }}'
    with NatsServer(tmp_path, settings) as server:
        address = parse(f"tls://localhost:{server.port}")
        with pytest.raises(StreamUnreachable):
            Connection(address).open()
        monkeypatch.setenv("STREAM_CA", str(chain))
        Connection(address).open().close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("pretend")
def test_a_server_that_is_killed_in_between_loses_nothing_and_doubles_nothing(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "BACKOFF", Backoff(base_s=0.05, cap_s=0.2))
    place = channel(world.workspace())
    stop = threading.Event()

    def hear(*numbers: int) -> None:
        for number in numbers:
            posts = tuple(post(f"{number}-{at}") for at in range(20))
            hand_on(place, Batch(stream="home", posts=posts, cursor=str(number)), stop)

    with NatsServer(tmp_path) as server:
        settings.STREAM_URL = server.url
        hear(0)  # waits in the stream while the server is away
        server.kill()
        listener = threading.Thread(target=hear, args=[1, 2, 3])
        listener.start()
        assert flow.streamed().state == "fail"
        server.start()
        taker = threading.Thread(target=worker.run, args=[stop])
        taker.start()
        try:
            until(lambda: Mention.objects.count() >= 40, "the first posts after the restart")
            server.kill()
            server.start()
            until(lambda: Mention.objects.count() == 80, "all posts")
            listener.join(30)
            until(lambda: state().messages == 0, "all messages confirmed")
            assert flow.streamed().sentence == "0 waiting, none given up"
        finally:
            stop.set()
            listener.join(30)
            taker.join(30)
            sharing.close()
    assert Mention.objects.count() == 80
