"""Where the HTTP client goes, and where it will not."""

import socket
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornbread.foundation.errors import Refusal
from cornbread.foundation.http import (
    ConnectFailed,
    HttpClient,
    Refused,
)
from cornbread.foundation.http.addresses import is_allowed, parse
from tests.foundation.certificates import certificate_for
from tests.foundation.internet import PUBLIC, Internet
from tests.foundation.servers import Server, always, answer, header


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0",
        "100.64.0.1", "224.0.0.1", "239.1.1.1", "255.255.255.255", "240.0.0.1", "192.0.0.9",
        "192.88.99.1", "198.18.0.1", "203.0.113.5", "::1", "::", "fe80::1", "fe80::1%eth0",
        "fc00::1", "fd12::1", "ff02::1", "fec0::1", "2001:db8::1", "3fff::1", "100::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1",
        "2002:7f00:1::", "2002:a9fe:a9fe::1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1", "2001::1", "4000::1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_global_is_refused(address: str) -> None:
    assert not is_allowed(parse(address))


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", PUBLIC, "2606:4700::1111", "::ffff:1.1.1.1", "2002:101:101::1", "64:ff9b::1.1.1.1"],
)
def test_a_global_address_is_allowed(address: str) -> None:
    assert is_allowed(parse(address))


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.1", "192.168.0.9", "fd12::1"])
def test_a_local_client_may_also_reach_private_addresses(address: str) -> None:
    assert is_allowed(parse(address), local=True)


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "fe80::1", "224.0.0.1", "0.0.0.0", "::", "240.0.0.1"]
)
def test_even_a_local_client_never_reaches_cloud_metadata_or_multicast(address: str) -> None:
    assert not is_allowed(parse(address), local=True)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_gains_nothing_by_hiding_in_an_ipv6_one(address: IPv4Address) -> None:
    allowed = is_allowed(address)
    assert is_allowed(IPv6Address(0xFFFF << 32 | int(address))) == allowed
    assert is_allowed(IPv6Address(0x2002 << 112 | int(address) << 80)) == allowed
    assert is_allowed(parse(f"64:ff9b::{address}")) == allowed


@given(st.ip_addresses())
def test_what_a_public_client_may_reach_a_local_one_may_too(
    address: IPv4Address | IPv6Address,
) -> None:
    assert is_allowed(address, local=True) or not is_allowed(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:7f00:1]"]
)
def test_no_spelling_of_loopback_gets_through(public: HttpClient, host: str) -> None:
    with Server(always(answer())) as server:
        with pytest.raises(Refused) as refused:
            public.request("GET", f"http://{host}:{server.port}/")
        assert not refused.value.sent
        assert server.connections == 0


@pytest.mark.parametrize(
    "url",
    ["ftp://example.org/", "file:///etc/passwd", "gopher://x/", "//x/", "http://", "x", ""],
)
def test_only_http_and_https_are_spoken(public: HttpClient, url: str) -> None:
    with pytest.raises(Refused) as refused:
        public.request("GET", url)
    assert isinstance(refused.value, Refusal)
    assert refused.value.reason == "address_refused"


@pytest.mark.parametrize("port", ["99999", "0", "-1", "abc"])
def test_a_port_that_does_not_exist_is_refused(http: HttpClient, port: str) -> None:
    with pytest.raises(Refused):
        http.request("GET", f"http://127.0.0.1:{port}/")


def test_a_password_in_the_address_is_refused(http: HttpClient) -> None:
    with pytest.raises(Refused, match="user name and password") as refused:
        http.request("GET", "http://ana:geheim@127.0.0.1/")
    assert "geheim" not in str(refused.value)


def test_a_line_break_in_a_header_is_refused_without_showing_it(http: HttpClient) -> None:
    with Server(always(answer())) as server, pytest.raises(Refused) as refused:
        http.request("GET", server.url, headers={"Authorization": "Bearer geheim\r\nX: 1"})
    assert "geheim" not in str(refused.value)
    assert not refused.value.sent


def test_a_name_is_looked_up_once_and_the_checked_address_is_used(
    internet: Internet, public: HttpClient
) -> None:
    with Server(always(answer())) as server:
        # A rebinding name: public when asked first, loopback ever after.
        internet.host("brand.example", 80, server, [PUBLIC], ["127.0.0.1"])
        assert public.request("GET", "http://brand.example/").content == b"ok"
        assert public.request("GET", "http://brand.example/").content == b"ok"
        assert internet.lookups == ["brand.example"]
        assert internet.dialled == [PUBLIC]
        assert server.connections == 1


def test_a_name_that_turns_to_loopback_is_refused_on_the_next_connection(
    internet: Internet, public: HttpClient
) -> None:
    with Server(always(answer(Connection="close"))) as server:
        internet.host("brand.example", 80, server, [PUBLIC], ["127.0.0.1"])
        public.request("GET", "http://brand.example/")
        with pytest.raises(Refused):
            public.request("GET", "http://brand.example/")
        assert internet.dialled == [PUBLIC]


def test_one_private_address_among_public_ones_is_enough_to_refuse(
    internet: Internet, public: HttpClient
) -> None:
    with Server(always(answer())) as server:
        internet.host("brand.example", 80, server, [PUBLIC, "10.0.0.8"])
        with pytest.raises(Refused):
            public.request("GET", "http://brand.example/")
        assert internet.dialled == []


def test_the_second_address_is_tried_when_the_first_does_not_answer(
    internet: Internet, public: HttpClient
) -> None:
    with Server(always(answer())) as server, socket.create_server(("127.0.0.1", 0)) as gone:
        internet.host("brand.example", 80, server, ["1.1.1.1", PUBLIC])
        internet.ports["1.1.1.1", 80] = gone.getsockname()[1]
        gone.close()
        assert public.request("GET", "http://brand.example/").ok
        assert internet.dialled == ["1.1.1.1", PUBLIC]


def test_proxies_of_the_environment_are_ignored(
    http: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(always(answer(b"proxy"))) as proxy, Server(always(answer(b"real"))) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        with HttpClient(local=True) as fresh:
            assert fresh.request("GET", server.url).content == b"real"
        assert proxy.connections == 0


def test_tls_and_host_keep_the_name_while_the_connection_is_pinned(internet: Internet) -> None:
    serving, trusting = certificate_for("brand.example")
    names: list[str | None] = []
    serving.sni_callback = lambda _socket, name, _context: names.append(name)
    with Server(always(answer()), serving) as server, HttpClient(tls=trusting) as http:
        internet.host("brand.example", 443, server)
        assert http.request("GET", "https://brand.example/").ok
        assert names == ["brand.example"]
        assert header(server.requests[0], "Host") == "brand.example"


def test_a_certificate_that_nobody_vouches_for_fails_before_anything_is_sent(
    internet: Internet, public: HttpClient
) -> None:
    serving, _ = certificate_for("brand.example")
    with Server(always(answer()), serving) as server:
        internet.host("brand.example", 443, server)
        with pytest.raises(ConnectFailed, match="certificate") as failed:
            public.request("POST", "https://brand.example/")
        assert not failed.value.sent
        assert server.requests == []


def test_a_certificate_for_another_name_fails_before_anything_is_sent(internet: Internet) -> None:
    serving, trusting = certificate_for("other.example")
    with Server(always(answer()), serving) as server, HttpClient(tls=trusting) as http:
        internet.host("brand.example", 443, server)
        with pytest.raises(ConnectFailed, match=r"certificate of brand\.example"):
            http.request("POST", "https://brand.example/", json={"text": "hello"})
        assert server.requests == []
