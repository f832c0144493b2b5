"""The same page counts as the same link, however it is written."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornbread.listening.domain.addresses import addresses_of, canonical, host_of, is_short
from cornbread.listening.domain.shorteners import SHORTENERS


@pytest.mark.parametrize(
    ("written", "page"),
    [
        ("HTTPS://Shop.Example:443/Tea/", "https://shop.example/Tea"),
        ("http://shop.example:80", "http://shop.example/"),
        ("https://shop.example:8443/", "https://shop.example:8443/"),
        ("https://bücher.example/Über", "https://xn--bcher-kva.example/%C3%9Cber"),
        ("https://ana:secret@shop.example/tea#reviews", "https://shop.example/tea"),
        ("https://a.example/?b=2&utm_source=x&a=1&fbclid=9", "https://a.example/?a=1&b=2"),
        ("https://a.example/p?UTM_Medium=mail&gclid=1", "https://a.example/p"),
        ("https://amp.news.example/story", "https://news.example/story"),
        ("https://news.example/story/amp/", "https://news.example/story"),
        ("https://news.example/story?amp=1", "https://news.example/story"),
        ("https://www.google.com/amp/s/news.example/story", "https://news.example/story"),
        (
            "https://news-example.cdn.ampproject.org/c/s/news.example/story/amp",
            "https://news.example/story",
        ),
        ("https://a.example/%e2%82%ac?q=50%", "https://a.example/%E2%82%AC?q=50%25"),
        ("https://[2001:DB8::1]/x", "https://[2001:db8::1]/x"),
        ("ftp://a.example/", ""),
        ("javascript:alert(1)", ""),
        ("https://", ""),
        ("https://a.example:99999/", ""),
        ("https://[broken/", ""),
    ],
)
def test_an_address_has_one_form(written: str, page: str) -> None:
    assert canonical(written) == page


@given(
    st.one_of(
        st.text(max_size=60),
        st.builds(
            "{}://{}{}?{}#{}".format,
            st.sampled_from(["http", "HTTPS", "https"]),
            st.sampled_from(
                ["Shop.example", "amp.shop.example", "www.google.com", "büro.example:443", "a.b:80"]
            ),
            st.text(max_size=20).map(lambda path: f"/{path}")
            | st.sampled_from(["/amp/s/amp.x.example/amp", "/amp/amp/", "//", "/a/amp//"]),
            st.text(alphabet="ab=&%2fé?utm_", max_size=20),
            st.text(max_size=5),
        ),
    )
)
def test_the_usual_form_stays_as_it_is(written: str) -> None:
    page = canonical(written)
    assert canonical(page) == page
    assert not page or urlsplit(page).scheme in ("http", "https")


def test_links_of_a_post_are_found_in_its_words_and_beside_them() -> None:
    text = "Look (https://shop.example/tea), or http://bit.ly/abc! Not mail@https://x.example"
    beside = ["https://shop.example/tea?utm_source=feed", "https://other.example", "no link"]
    assert addresses_of(text, beside) == [
        "https://shop.example/tea",
        "http://bit.ly/abc",
        "https://other.example/",
    ]


def test_addresses_of_shorteners_are_known() -> None:
    assert is_short("https://bit.ly/abc")
    assert is_short("https://www.bit.ly/abc")
    assert not is_short("https://bit.ly/")
    assert not is_short("https://notbit.ly/abc")
    assert host_of("https://www.shop.example:8443/x") == "shop.example"
    assert all(host == host.lower() and "." in host for host in SHORTENERS)
