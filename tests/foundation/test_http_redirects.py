"""Redirects: every hop is checked, and nothing secret leaves its host."""

import pytest

from cornbread.foundation.http import (
    HttpClient,
    OutcomeUnknown,
    Refused,
)
from tests.foundation.certificates import certificate_for
from tests.foundation.internet import PUBLIC, Internet
from tests.foundation.servers import Server, always, answer, by_path, header, redirect


def test_a_redirect_to_cloud_metadata_is_refused(http: HttpClient) -> None:
    with (
        Server(always(redirect("http://169.254.169.254/latest/meta-data/"))) as server,
        pytest.raises(Refused) as refused,
    ):
        http.request("GET", server.url)
    assert refused.value.sent


def test_a_redirect_from_a_public_host_to_loopback_is_refused(
    internet: Internet, public: HttpClient
) -> None:
    with Server(always(answer(b"inner"))) as inner:
        with Server(always(redirect(inner.url))) as outer:
            internet.host("brand.example", 80, outer)
            with pytest.raises(Refused):
                public.request("GET", "http://brand.example/")
        assert inner.connections == 0


@pytest.mark.parametrize("to", ["ftp://127.0.0.1/", "file:///etc/passwd", "http://a:b@127.0.0.1/"])
def test_every_hop_is_checked_like_the_first(http: HttpClient, to: str) -> None:
    with Server(always(redirect(to))) as server, pytest.raises(Refused):
        http.request("GET", server.url)


def test_five_redirects_are_followed_and_six_are_not(http: HttpClient) -> None:
    steps = {f"/{n}": redirect(f"/{n - 1}") for n in range(1, 7)} | {"/0": answer(b"here")}
    with Server(by_path(steps)) as server:
        found = http.request("GET", f"{server.url}/5")
        assert (found.content, found.url) == (b"here", f"{server.url}/0")
        with pytest.raises(OutcomeUnknown, match="too many times"):
            http.request("GET", f"{server.url}/6")


def test_a_redirect_is_an_answer_when_it_is_not_to_be_followed(http: HttpClient) -> None:
    with Server(always(redirect("/x"))) as server:
        found = http.request("GET", server.url, follow_redirects=False)
    assert (found.status, found.headers["LOCATION"]) == (302, "/x")


SECRETS = {"Authorization": "Bearer t0ken", "Cookie": "sid=1", "X-Api-Key": "k3y"}


def test_credentials_stay_at_the_host_they_were_meant_for(http: HttpClient) -> None:
    with Server(always(answer())) as other:
        with Server(always(redirect(other.url))) as server:
            assert http.request("GET", server.url, headers=SECRETS).ok
            assert header(server.requests[0], "Authorization") == "Bearer t0ken"
        for name in SECRETS:
            assert header(other.requests[0], name) is None


def test_credentials_go_along_within_one_host(http: HttpClient) -> None:
    with Server(by_path({"/": redirect("/in"), "/in": answer()})) as server:
        http.request("GET", server.url, headers=SECRETS)
        assert header(server.requests[1], "Authorization") == "Bearer t0ken"


@pytest.mark.parametrize("secret", [{"headers": SECRETS}, {"json": {"client_secret": "s"}}])
def test_nothing_secret_goes_from_https_down_to_http(
    internet: Internet, secret: dict[str, dict[str, str]]
) -> None:
    serving, trusting = certificate_for("brand.example")
    down = always(redirect("http://brand.example/", "307 Temporary Redirect"))
    with (
        Server(down, serving) as server,
        Server(always(answer())) as plain,
        HttpClient(tls=trusting) as http,
    ):
        internet.host("brand.example", 443, server)
        internet.ports[PUBLIC, 80] = plain.port
        with pytest.raises(Refused, match="unprotected"):
            http.request("POST", "https://brand.example/", **secret)  # type: ignore[arg-type]
        assert plain.connections == 0
        assert http.request("GET", "https://brand.example/").ok


def test_credentials_follow_from_http_up_to_https_on_the_same_host(internet: Internet) -> None:
    serving, trusting = certificate_for("brand.example")
    with (
        Server(always(redirect("https://brand.example/"))) as plain,
        Server(always(answer()), serving) as server,
        HttpClient(tls=trusting) as http,
    ):
        internet.host("brand.example", 80, plain)
        internet.ports[PUBLIC, 443] = server.port
        http.request("GET", "http://brand.example/", headers=SECRETS)
        assert header(server.requests[0], "Authorization") == "Bearer t0ken"


def test_a_body_is_not_handed_on_to_another_host(http: HttpClient) -> None:
    with (
        Server(always(answer())) as other,
        Server(always(redirect(other.url, "307 Temporary Redirect"))) as server,
    ):
        with pytest.raises(Refused) as refused:
            http.request("POST", server.url, data={"client_secret": "s"})
        assert refused.value.sent
        assert other.connections == 0


def test_cookies_of_one_answer_are_not_sent_with_the_next_request(http: HttpClient) -> None:
    with Server(always(answer(Set_Cookie="sid=ana; Path=/"))) as server:
        http.request("GET", server.url)
        http.request("GET", server.url)
        assert header(server.requests[1], "Cookie") is None
