"""Where the product listens, and what is said when that is not possible."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from cornbread.config import address, hosts
from cornbread.foundation.errors import Refusal


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def test_a_taken_port_is_refused_with_a_free_one_to_use(taken: int) -> None:
    with pytest.raises(address.PortTaken, match=rf"port {taken}\b") as refusal:
        address.listen("127.0.0.1", taken, patience_s=0)
    free = int(str(refusal.value).rsplit("=", 1)[1])
    assert free > taken
    address.listen("127.0.0.1", free, patience_s=0).close()


def test_a_port_that_is_just_being_let_go_is_waited_for(taken: int) -> None:
    other = socket.create_server(("127.0.0.1", 0))
    port = other.getsockname()[1]
    threading.Timer(0.3, other.close).start()
    with address.listen("127.0.0.1", port, patience_s=5) as ours:
        assert ours.getsockname()[1] == port


def test_a_host_that_is_not_here_is_refused() -> None:
    with pytest.raises(Refusal, match=r"nowhere\.invalid"):
        address.listen("nowhere.invalid", 0, patience_s=0)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("inbox.example", "http://inbox.example:8000"),
    ],
)
def test_the_address_shown_is_one_that_opens(
    host: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CORNBREAD_URL", raising=False)
    assert address.public_url(host, 8000) == url


def test_behind_a_proxy_its_address_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORNBREAD_URL", "https://care.example")
    assert address.public_url("127.0.0.1", 8000) == "https://care.example"


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("https://care.example/", "https://care.example"),
        (" https://Care.Example:8443 ", "https://care.example:8443"),
        ("http://[2001:db8::1]:80", "http://[2001:db8::1]:80"),
        ("", None),
    ],
)
def test_the_address_is_taken_as_scheme_host_and_port(
    given: str, url: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORNBREAD_URL", given)
    assert hosts.outside_url() == url


@pytest.mark.parametrize(
    "given",
    [
        "care.example",
        "care.example:8000",
        "ftp://care.example",
        "https://",
        "https://care.example/brand",
        "https://care.example?x=1",
        "https://me@care.example",
        "https://care.example:port",
        "https://care.example:99999",
        "https://[::1",
        "https://care .example",
        "https://a.example,https://b.example",
        "https://*.example",
    ],
)
def test_an_address_that_nobody_can_open_is_refused_with_a_good_one(
    given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORNBREAD_URL", given)
    with pytest.raises(hosts.AddressUnusable, match=r"https://care\.example") as refusal:
        address.public_url("127.0.0.1", 8000)
    assert given in refusal.value.message


@pytest.mark.parametrize(
    ("given", "answered"),
    [
        (None, ["127.0.0.1", "localhost", "[::1]", "care.example"]),
        (" ", ["127.0.0.1", "localhost", "[::1]", "care.example"]),
        (" inbox.example , 10.0.0.7,", ["inbox.example", "10.0.0.7", "care.example"]),
        ("care.example,care.example", ["care.example"]),
    ],
)
def test_the_own_name_is_always_answered(
    given: str | None, answered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CORNBREAD_HOSTS", raising=False)
    if given is not None:
        monkeypatch.setenv("CORNBREAD_HOSTS", given)
    assert hosts.allowed_hosts("https://care.example:8443") == answered


def test_a_server_is_heard_once_it_answers(taken: int) -> None:
    class Teapot(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(418)

        def log_message(self, *_: object) -> None:
            pass

    assert address.answer("127.0.0.1", taken, timeout_s=0.1) is None
    server = HTTPServer(("127.0.0.1", 0), Teapot)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    try:
        assert address.answer("0.0.0.0", server.server_port) == 418
    finally:
        server.shutdown()
        server.server_close()
