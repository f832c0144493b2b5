"""How long an answer may take and how much it may bring."""

import gzip
import socket
import threading
import time
import tracemalloc
import zlib

import pytest

from cornbread.foundation.http import (
    DeadlineExceeded,
    HttpClient,
    OutcomeUnknown,
    TooLarge,
)
from tests.foundation.internet import took_less_than
from tests.foundation.servers import Server, always, answer, header, redirect


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"])
def test_a_server_that_drips_is_cut_at_the_deadline(http: HttpClient, head: bytes) -> None:
    def drip(connection: socket.socket, _: bytes) -> None:
        connection.sendall(head)
        for byte in b"HTTP/1.1 200 OK\r\nX: ................................................":
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    with Server(drip) as server, took_less_than(1), pytest.raises(DeadlineExceeded):
        http.request("GET", server.url, deadline_s=0.3)


def test_a_server_that_reads_slowly_is_cut_at_the_deadline(http: HttpClient) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

    def sip() -> None:
        connection, _ = listener.accept()
        with connection:
            for _ in range(40):
                connection.recv(1024)
                time.sleep(0.05)

    threading.Thread(target=sip, daemon=True).start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    with listener, took_less_than(1), pytest.raises(DeadlineExceeded):
        http.request("POST", url, data=b"x" * 20_000_000, deadline_s=0.3)


def test_redirects_share_one_deadline(http: HttpClient) -> None:
    def slow_circle(connection: socket.socket, _: bytes) -> None:
        time.sleep(0.15)
        connection.sendall(redirect("/again"))

    with Server(slow_circle) as server, took_less_than(1), pytest.raises(DeadlineExceeded):
        http.request("GET", server.url, deadline_s=0.4)


def test_a_zip_bomb_is_cut_before_it_unfolds(http: HttpClient) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    with Server(always(answer(bomb, Content_Encoding="gzip"))) as server:
        tracemalloc.start()
        with pytest.raises(TooLarge):
            http.request("GET", server.url, max_bytes=100_000)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 2_000_000


def test_layers_of_packing_are_not_unfolded(http: HttpClient) -> None:
    layers = gzip.compress(gzip.compress(b"\0" * 1_000_000))
    reply = answer(layers, Content_Encoding="gzip, gzip")
    with Server(always(reply)) as server, pytest.raises(OutcomeUnknown):
        http.request("GET", server.url)


def test_an_endless_answer_is_cut_at_the_limit(http: HttpClient) -> None:
    def endless(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")

    with Server(endless) as server, pytest.raises(TooLarge):
        http.request("GET", server.url, max_bytes=50_000)


def test_a_body_announced_as_too_large_is_not_read(http: HttpClient) -> None:
    reply = b"HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n"
    with Server(always(reply)) as server, took_less_than(1), pytest.raises(TooLarge) as large:
        http.request("GET", server.url)
    assert large.value.sent


def test_an_answer_of_exactly_the_limit_is_kept(http: HttpClient) -> None:
    with Server(always(answer(b"x" * 1000))) as server:
        assert len(http.request("GET", server.url, max_bytes=1000).content) == 1000
        with pytest.raises(TooLarge):
            http.request("GET", server.url, max_bytes=999)


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress(b"hello" * 50_000), "gzip"),
        (zlib.compress(b"hello" * 50_000), "deflate"),
        (zlib.compress(b"hello" * 50_000, wbits=-15), "deflate"),
        (b"hello" * 50_000, "identity"),
    ],
)
def test_packed_answers_are_unpacked(http: HttpClient, packed: bytes, encoding: str) -> None:
    with Server(always(answer(packed, Content_Encoding=encoding))) as server:
        assert http.request("GET", server.url).content == b"hello" * 50_000
        assert header(server.requests[0], "Accept-Encoding") == "gzip, deflate"


@pytest.mark.parametrize(
    "damage", [gzip.compress(b"x" * 5000)[:-9], b"\x1f\x8bnot gzip"], ids=["cut", "no gzip"]
)
def test_a_damaged_packed_answer_means_unknown(http: HttpClient, damage: bytes) -> None:
    reply = answer(damage, Content_Encoding="gzip")
    with Server(always(reply)) as server, pytest.raises(OutcomeUnknown):
        http.request("GET", server.url)
