"""What of an address can be asked for, and what one emoji is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornbread.listening.domain.emoji import emoji_apart
from cornbread.listening.domain.links import bare, domains_of, host_of, link_words
from cornbread.listening.domain.locating import locate
from cornbread.listening.domain.query import parse
from cornbread.listening.domain.text import emoji, links, normalise
from tests.listening.query_strategies import patient


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.BART.gov/fares", "bart.gov"),
        ("http://user:secret@m.bart.gov:8080?x=@y.org", "m.bart.gov"),
        ("//bart.gov.", "bart.gov"),
        ("bart.gov/x", "bart.gov"),
        ("https://bart.gov).", "bart.gov"),
        ("https://xn--mnchen-3ya.de/", "münchen.de"),
        ("https://xn--99999999.de/", "xn--99999999.de"),
        ("https://MÜNCHEN.de", "münchen.de"),
        ("https://", ""),
        ("", ""),
        ("/path/only", ""),
    ],
)
def test_the_host_of_an_address(address: str, host: str) -> None:
    assert host_of(address) == host


def test_a_host_lies_in_the_domains_above_it() -> None:
    assert domains_of("https://m.bart.gov/x") == ["m.bart.gov", "bart.gov", "gov"]
    assert domains_of("https:///") == []


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://www.bart.gov/Fares?from=home", "bart gov fares from home"),
        ("http://x.y/wi_fi-2#late", "x y wi fi 2 late"),
        ("https://ja.example/東京駅", "ja example 東京 京駅"),
        ("https://www.www.x.y", "x y"),
        ("://", ""),
    ],
)
def test_the_words_of_an_address(address: str, words: str) -> None:
    assert list(link_words(address)) == words.split()


@patient
@given(st.text(max_size=40) | st.text(alphabet="xn-w.:/@ü#?%東 ", max_size=30))
def test_any_address_can_be_read_and_its_bare_form_is_read_alike(address: str) -> None:
    assert bare(bare(address)) == bare(address)
    assert host_of(bare(address)) == host_of(address)
    assert link_words(bare(address)) == link_words(address)


def test_links_are_found_in_text_and_emoji_are_not_found_in_links() -> None:
    text = "😡 HTTPS://x.y/😡 and www.Z.org/👍, 👍"
    assert links(text) == ["https://x.y/😡", "www.z.org/👍,"]
    assert emoji(text) == ["😡", "👍"]


ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("❤️❤❤︎", ["❤", "❤", "❤"]),
        ("👍🏽👍", ["👍🏽", "👍"]),
        ("👨‍👩‍👧‍👦👩🏾‍🚒", ["👨‍👩‍👧‍👦", "👩🏾‍🚒"]),
        ("🇩🇪🇫🇷", ["🇩🇪", "🇫🇷"]),
        (f"{ENGLAND}!", [ENGLAND]),
        ("1️⃣ ™ ℹ️ Ⓜ️ ㊗️ © ® #️⃣ a", []),
        ("🏳️‍🌈 ❤️‍🔥", ["🏳‍🌈", "❤‍🔥"]),
    ],
)
def test_an_emoji_is_one_picture(text: str, found: list[str]) -> None:
    assert emoji(text) == found
    assert emoji_apart(normalise(text))[1] == list(dict.fromkeys(found))
    for one in found:
        assert parse(one) == parse(f'"{one}"')


@patient
@given(st.text() | st.text(alphabet="a❤\ufe0f\u200d🏽👍🇩🇪 #@:/\u0301", max_size=20))
def test_emoji_stand_where_they_were_written(text: str) -> None:
    found = [token for token in locate(text) if token.kind == "emoji"]
    assert [token.text for token in found] == emoji(text)
    for token in found:
        assert normalise(text[token.start : token.end]).startswith(token.text[0])


@patient
@given(st.text() | st.text(alphabet="aAßẞΐİŉ'’ #-_Σσς\u0345\u0301東", max_size=20))
def test_a_word_as_written_is_the_same_word(text: str) -> None:
    for token in locate(text):
        if token.kind == "word":
            assert normalise(token.exact) == token.text
