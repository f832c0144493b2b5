"""What the HTTP client says and hears."""

import pytest

from cornbread.foundation.http import (
    HttpClient,
    OutcomeUnknown,
)
from tests.foundation.servers import Server, always, answer, by_path, header


def test_json_and_forms_and_parameters_arrive(http: HttpClient) -> None:
    with Server(always(answer(b'{"id": "7"}'))) as server:
        got = http.request("POST", f"{server.url}/?a=1", params={"b": "2"}, json={"ü": 1})
        assert got.json() == {"id": "7"}
        http.request("POST", server.url, data={"text": "Grüße", "media": ["1", "2"]})
        http.request("POST", server.url, data=b"raw", headers={"Content-Type": "text/x"})
        first, form, raw = server.requests
        assert first.startswith(b"POST /?a=1&b=2 ")
        assert first.endswith('{"ü":1}'.encode())
        assert header(first, "Content-Type") == "application/json"
        assert str(header(first, "User-Agent")).startswith("Cornbread/")
        assert form.endswith(b"text=Gr%C3%BC%C3%9Fe&media=1&media=2")
        assert raw.endswith(b"raw")


def test_an_answer_that_is_not_json_is_trouble_of_the_same_family(http: HttpClient) -> None:
    with Server(always(answer(b"<html>"))) as server, pytest.raises(OutcomeUnknown):
        http.request("GET", server.url).json()


def test_text_is_read_in_the_charset_that_the_server_names(http: HttpClient) -> None:
    latin = answer("Grüße".encode("latin-1"), Content_Type='text/plain; charset="latin-1"')
    odd = answer("Grüße".encode(), Content_Type="text/plain; charset=klingon")
    with Server(by_path({"/latin": latin, "/odd": odd})) as server:
        assert http.request("GET", f"{server.url}/latin").text == "Grüße"
        assert http.request("GET", f"{server.url}/odd").text == "Grüße"


def test_an_answer_shows_neither_body_nor_address_in_logs(http: HttpClient) -> None:
    with Server(always(answer(b"geheim", X_Secret="geheim"))) as server:
        assert "geheim" not in repr(http.request("GET", f"{server.url}/?token=geheim"))
