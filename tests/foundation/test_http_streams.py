"""Endless answers, line by line."""

import socket
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornbread.foundation.http import (
    ConnectFailed,
    DeadlineExceeded,
    HttpClient,
    OutcomeUnknown,
    Refused,
    TooLarge,
)
from cornbread.foundation.http.bodies import lines
from tests.foundation.certificates import certificate_for
from tests.foundation.internet import Internet, took_less_than
from tests.foundation.servers import Server, always, answer


def events(*parts: bytes, pause: float = 0.0, hold: float = 0.0) -> Server:
    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        for part in parts:
            connection.sendall(part)
            time.sleep(pause)
        time.sleep(hold)
        connection.close()

    return Server(script)


def test_a_stream_gives_its_lines_as_they_come(http: HttpClient) -> None:
    with (
        events(b"event: up", b"date\nda", b"ta: 1\r\n\r\ndata: gr\xc3", b"\xbc\n") as server,
        http.stream_lines("GET", server.url) as stream,
    ):
        assert (stream.status, stream.headers["content-type"]) == (200, "text/event-stream")
        assert list(stream) == ["event: update", "data: 1", "", "data: grü"]


def test_a_stream_may_last_longer_than_its_idle_time(http: HttpClient) -> None:
    with (
        events(*[b":\n"] * 8, pause=0.1) as server,
        http.stream_lines("GET", server.url, idle_timeout_s=0.4) as stream,
    ):
        assert len(list(stream)) == 8


def test_a_silent_stream_is_given_up(http: HttpClient) -> None:
    with (
        events(b"one\n", hold=3) as server,
        http.stream_lines("GET", server.url, idle_timeout_s=0.2) as stream,
        took_less_than(1),
    ):
        heard = iter(stream)
        assert next(heard) == "one"
        with pytest.raises(DeadlineExceeded):
            next(heard)


def test_a_stream_whose_head_drips_is_given_up(http: HttpClient) -> None:
    def drip(connection: socket.socket, _: bytes) -> None:
        for byte in b"HTTP/1.1 200 OK" + b"." * 40:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    with Server(drip) as server, took_less_than(1), pytest.raises(DeadlineExceeded):
        http.stream_lines("GET", server.url, idle_timeout_s=0.3).__enter__()


def test_an_endless_line_is_cut(http: HttpClient) -> None:
    with (
        events(*[b"x" * 1000] * 20) as server,
        http.stream_lines("GET", server.url, max_line_bytes=5000) as stream,
        pytest.raises(TooLarge),
    ):
        list(stream)


def test_a_broken_stream_says_so(http: HttpClient) -> None:
    def broken(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n")
        connection.close()

    with Server(broken) as server, http.stream_lines("GET", server.url) as stream:
        heard = iter(stream)
        assert next(heard) == "one"
        with pytest.raises(OutcomeUnknown):
            next(heard)


@pytest.mark.parametrize("protected", [False, True])
def test_another_thread_can_stop_a_waiting_stream(internet: Internet, protected: bool) -> None:
    serving, trusting = certificate_for("brand.example")

    def wait(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\none\n")
        time.sleep(5)

    with (
        Server(wait, serving if protected else None) as server,
        HttpClient(timeout=2, tls=trusting) as http,
    ):
        internet.host("brand.example", 443 if protected else 80, server)
        url = f"http{'s' if protected else ''}://brand.example/"
        with http.stream_lines("GET", url, idle_timeout_s=5) as stream, took_less_than(1):
            threading.Timer(0.2, stream.close).start()
            assert list(stream) == ["one"]


def test_a_stream_closed_late_leaves_other_requests_alone(http: HttpClient) -> None:
    with Server(always(answer(b"one\n"))) as server:
        with http.stream_lines("GET", server.url) as stream:
            assert list(stream) == ["one"]
        stream.close()
        assert http.request("GET", server.url).ok
        assert server.connections == 1, "the connection was kept, and still works"


def test_a_stream_closed_before_it_opens_sends_nothing(http: HttpClient) -> None:
    with Server(always(answer())) as server:
        stream = http.stream_lines("GET", server.url)
        stream.close()
        with pytest.raises(ConnectFailed), stream:
            pass
        assert server.connections == 0


def test_requests_made_while_a_stream_is_open_have_their_own_deadline(http: HttpClient) -> None:
    with (
        events(b"one\n", b"two\n", pause=0.2) as server,
        Server(always(answer())) as other,
        http.stream_lines("GET", server.url, idle_timeout_s=1) as stream,
    ):
        assert [http.request("GET", other.url, deadline_s=0.1).ok for _ in stream] == [True] * 2


def test_a_stream_to_a_private_address_is_refused(public: HttpClient) -> None:
    with pytest.raises(Refused):
        public.stream_lines("GET", "http://127.0.0.1:1/").__enter__()


@given(
    st.lists(st.sampled_from(["a", "bü", "\n", "\r\n", "\r", ""]), max_size=12),
    st.lists(st.integers(1, 4), max_size=40),
)
def test_lines_do_not_depend_on_where_the_network_cuts(texts: list[str], cuts: list[int]) -> None:
    whole = "".join(texts).encode()
    pieces, at = [], 0
    for cut in cuts:
        pieces.append(whole[at : at + cut])
        at += cut
    pieces.append(whole[at:])
    assert list(lines(pieces, 1000)) == whole.decode().splitlines()
