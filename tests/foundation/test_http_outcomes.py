"""What is known about a request that failed: certainly not sent, or perhaps arrived."""

import socket
import time

import pytest

from cornbread.foundation.http import (
    ConnectFailed,
    DeadlineExceeded,
    HttpClient,
    HttpTrouble,
    OutcomeUnknown,
    network,
)
from tests.foundation.internet import took_less_than
from tests.foundation.servers import Server, always, answer, redirect


def test_a_closed_port_means_certainly_not_sent(http: HttpClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(ConnectFailed) as failed:
        http.request("POST", f"http://127.0.0.1:{port}/", json={})
    assert not failed.value.sent


def test_an_unknown_name_means_certainly_not_sent(
    monkeypatch: pytest.MonkeyPatch, public: HttpClient
) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror("no such name")

    monkeypatch.setattr(network, "look_up", unknown)
    with pytest.raises(ConnectFailed):
        public.request("POST", "http://nowhere.example/")


def test_a_resolver_that_hangs_is_cut_at_the_deadline(
    monkeypatch: pytest.MonkeyPatch, public: HttpClient
) -> None:
    monkeypatch.setattr(network, "look_up", lambda _host, _port: time.sleep(5))
    with took_less_than(1), pytest.raises(ConnectFailed, match="in time"):
        public.request("GET", "http://slow.example/", deadline_s=0.2)


def test_a_connection_dropped_after_the_request_means_unknown(http: HttpClient) -> None:
    with Server(lambda connection, _: connection.close()) as server:
        with pytest.raises(OutcomeUnknown) as unknown:
            http.request("POST", server.url, json={"text": "sorry!"})
        assert unknown.value.sent
        assert len(server.requests) == 1, "an unknown outcome is never repeated"


def test_a_connection_reset_after_the_request_means_unknown(http: HttpClient) -> None:
    def reset(connection: socket.socket, _: bytes) -> None:
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        connection.close()

    with Server(reset) as server, pytest.raises(OutcomeUnknown):
        http.request("POST", server.url, json={})


def test_a_kept_connection_that_dies_under_a_request_means_unknown(http: HttpClient) -> None:
    def once(connection: socket.socket, _: bytes) -> None:
        if len(server.requests) > 1:
            connection.close()
        else:
            connection.sendall(answer())

    with Server(once) as server:
        http.request("GET", server.url)
        with pytest.raises(OutcomeUnknown):
            http.request("POST", server.url, json={})
        assert (server.connections, len(server.requests)) == (1, 2)


def test_a_kept_connection_that_the_server_closed_is_replaced(http: HttpClient) -> None:
    def and_leave(connection: socket.socket, _: bytes) -> None:
        connection.sendall(answer())
        connection.close()

    with Server(and_leave) as server:
        http.request("GET", server.url)
        time.sleep(0.05)
        assert http.request("POST", server.url, json={}).ok
        assert server.connections == 2


def test_an_answer_cut_short_means_unknown(http: HttpClient) -> None:
    def cut(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        connection.close()

    with Server(cut) as server, pytest.raises(OutcomeUnknown):
        http.request("GET", server.url)


def test_an_answer_that_is_not_http_means_unknown(http: HttpClient) -> None:
    with Server(always(b"SSH-2.0-nope\r\n\r\n")) as server, pytest.raises(OutcomeUnknown):
        http.request("POST", server.url)


def test_no_answer_in_time_means_unknown(http: HttpClient) -> None:
    with Server(lambda _c, _r: time.sleep(2)) as server, took_less_than(1):
        with pytest.raises(DeadlineExceeded) as late:
            http.request("POST", server.url, deadline_s=0.2)
        assert late.value.sent
        assert isinstance(late.value, OutcomeUnknown)


def test_a_failure_after_a_redirect_is_not_called_unsent(http: HttpClient) -> None:
    """The first host has had the request: post, then redirect, is how forms are answered."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        gone = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    with (
        Server(always(redirect(gone, "303 See Other"))) as server,
        pytest.raises(OutcomeUnknown),
    ):
        http.request("POST", server.url, json={"text": "hello"})


def test_a_failing_status_is_an_answer(http: HttpClient) -> None:
    with Server(always(answer(b"{}", "503 Service Unavailable", Retry_After="7"))) as server:
        got = http.request("POST", server.url)
    assert (got.status, got.ok, got.headers["retry-after"]) == (503, False, "7")


def test_no_message_shows_path_query_or_body(http: HttpClient) -> None:
    with (
        Server(lambda connection, _: connection.close()) as server,
        pytest.raises(HttpTrouble) as trouble,
    ):
        http.request("POST", f"{server.url}/geheim?token=geheim", data=b"geheim")
    assert "geheim" not in str(trouble.value)
