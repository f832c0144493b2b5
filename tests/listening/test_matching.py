"""Which posts a watch catches, and why."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornbread.listening.domain.evaluation import MatchablePost, explain, matches
from cornbread.listening.domain.locating import locate
from cornbread.listening.domain.matching import Matcher
from cornbread.listening.domain.query import Query, parse, print_query
from cornbread.listening.domain.text import normalise, tag_words, tokens, units
from tests.listening.query_strategies import patient, posts, queries

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "query-language.md"
# Characters that merge with or reorder around their neighbours when text is normalised.
COMPOSING = st.sampled_from("aeΐᾳß´’'#@_ :/.\u0301\u0345\u0327\u3099ｶﾞᄀ\u1161\u11a8가ﾡￂĳﬃİŉ™①½東ำก")
HOSTILE = ROOT / ".." / "shared" / "data" / "hostile" / "naughty_strings.json"


def caught(query: str, text: str, **about: str) -> bool:
    post = MatchablePost(text, **about)
    naive = matches(parse(query), post)
    assert bool(Matcher.compile({1: query}).match(post)) is naive
    return naive


def highlighted(query: str, text: str) -> list[str]:
    return [text[a:b] for a, b in explain(parse(query), MatchablePost(text))]


# -- what is caught ------------------------------------------------------------------------


def test_case_and_width_and_apostrophes_do_not_matter_but_accents_do() -> None:
    assert caught("don't", "I DON’T know")
    assert caught("strasse", "die Straße")
    assert caught("cornbread", "ＣＯＲＮＢＲＥＡＤ")
    assert caught("café", "cafe\u0301")
    assert not caught("cafe", "café")


def test_a_word_is_whole() -> None:
    assert not caught("train", "training trains")
    assert caught("train*", "training")
    assert not caught("don", "don't")


def test_a_tag_counts_as_the_tag_and_as_the_word() -> None:
    assert caught("#bart", "late #BART")
    assert caught("bart", "late #BART")
    assert caught('"late bart"', "late #BART")
    assert not caught("#bart", "late bart")
    assert caught('"wi fi"', "#wi_fi")


def test_a_handle_counts_only_as_the_handle() -> None:
    assert caught("@bart", "hey @Bart!")
    assert not caught("bart", "hey @bart")
    assert caught("@bart", "hey @bart@example.social")
    assert caught("@bart@example.social", "hey @bart@example.social")
    assert not caught("@bart@example.social", "hey @bart")
    assert caught("@bart", "@bart.example.social")
    assert not caught("@example", "bob@example.com")


def test_a_link_is_neither_words_nor_tag_nor_handle() -> None:
    text = "see https://bart.gov/late#tag?@user and www.trains.org"
    for query in ("bart", "gov", "late", "#tag", "@user", "trains", "https", "www"):
        assert not caught(query, text)
    assert caught("see and", text)


def test_a_phrase_runs_over_punctuation_but_not_over_handles_and_links() -> None:
    assert caught('"late train"', "Late -- train")
    assert not caught('"late train"', "train late")
    assert not caught('"late train"', "late @bart train")
    assert not caught('"late train"', "late https://x.y train")
    assert not caught('"late train"', "late the train")


def test_scripts_without_spaces_are_found_inside_longer_runs() -> None:
    assert caught("東京", "今日は東京駅で")
    assert caught("東京駅", "東京駅前")
    assert not caught("東京駅", "東京の駅")
    assert caught("駅", "東京駅前")
    assert caught("서울", "서울에서 늦었어요")
    assert caught("รถไฟ", "วันนี้รถไฟมาสาย")
    assert not caught("東京", "関東 京都")


def test_fields_ask_about_the_post() -> None:
    assert caught("late from:bart", "late", author="@Bart@example.social")
    assert not caught("late from:bart@other.social", "late", author="bart@example.social")
    assert caught("late lang:pt", "late", lang="pt-BR")
    assert not caught("late lang:pt-br", "late", lang="pt")
    assert not caught("late lang:en", "late")
    assert caught("network:mastodon -late", "early", network="mastodon")
    assert not caught("network:mastodon", "late")


# -- why -----------------------------------------------------------------------------------


def test_the_reasons_are_shown_in_the_text_as_it_was_written() -> None:
    assert highlighted("don't OR fine", "ﬃ ™ I DON’T, ﬁne!") == ["DON’T", "ﬁne"]
    assert highlighted('"late bart" -bus', "So LATE, #BART ...") == ["LATE, #BART"]
    assert highlighted("@bart strasse", "Straße @Bart@x.y.") == ["Straße", "@Bart@x.y"]
    assert highlighted("東京駅 OR 前", "今日は東京駅前で") == ["東京駅", "前"]


def test_only_what_made_it_match_is_shown() -> None:
    assert highlighted("(late bus) OR train", "late train") == ["train"]
    assert highlighted("late -(bus train)", "late train") == ["late"]
    assert highlighted("late bus", "late train") == []
    assert highlighted("NOT (NOT late)", "late train") == ["late"]


@patient
@given(queries(), posts())
def test_reasons_are_sorted_apart_and_inside_the_text(query: Query, post: MatchablePost) -> None:
    spans = explain(query, post)
    assert not spans or matches(query, post)
    assert all(0 <= start < end <= len(post.text) for start, end in spans)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))


@patient
@given(st.text() | st.text(alphabet=COMPOSING))
def test_located_words_are_those_of_the_text(text: str) -> None:
    located = locate(text)
    for token in located:
        assert token.text in normalise(text[token.start : token.end])
    words = [t for t in tokens(text) if t[0] not in "#@:"]
    in_tags = [w for t in tokens(text) if t[0] == "#" for w in tag_words(t[1:])]
    expected = [unit for word in words + in_tags for unit in units(word)]
    assert sorted(t.text for t in located if t.kind == "word") == sorted(expected)
    tags = [t for t in tokens(text) if t[0] == "#"]
    assert [f"#{t.text}" for t in located if t.kind == "tag"] == tags


# -- many watches at once ------------------------------------------------------------------


@patient
@given(st.lists(queries(), max_size=6), st.lists(posts(), max_size=4))
def test_the_matcher_equals_the_plain_definition(
    asked: list[Query], heard: list[MatchablePost]
) -> None:
    matcher = Matcher.compile({i: print_query(query) for i, query in enumerate(asked)})
    assert not matcher.errors
    for post in heard:
        assert matcher.match(post) == [i for i, q in enumerate(asked) if matches(q, post)]


def test_a_broken_watch_is_reported_and_the_others_work() -> None:
    matcher = Matcher.compile({7: "late", 3: "(late", 5: "NOT late", 2: "late OR bus"})
    assert sorted(matcher.errors) == [3, 5]
    assert matcher.errors[3].position == 0
    assert len(matcher) == 2
    assert matcher.match(MatchablePost("late")) == [2, 7]


def test_plain_texts_are_matched_one_by_one() -> None:
    matcher = Matcher.compile({1: "late", 2: "bus -late"})
    assert matcher.match_texts(["late bus", "bus", ""]) == [[1], [2], []]


def test_no_watches_catch_nothing() -> None:
    assert Matcher.compile({}).match(MatchablePost("anything")) == []


def test_hostile_strings_are_read_without_harm() -> None:
    if not HOSTILE.exists():
        pytest.skip("the collection of hostile strings is not beside this repository")
    strings: list[str] = json.loads(HOSTILE.read_text("utf-8"))
    asked = dict(enumerate(strings))
    matcher = Matcher.compile(asked)
    readable = {i: parse(text) for i, text in asked.items() if i not in matcher.errors}
    assert readable
    for n, text in enumerate(strings):
        post = MatchablePost(text, author=text, lang=text, network=text)
        found = matcher.match(post)
        for i in found[:3]:
            assert all(0 <= a < b <= len(text) for a, b in explain(readable[i], post))
        if n % 8 == 0:  # the plain definition takes its time
            assert found == [i for i, query in readable.items() if matches(query, post)]


# -- the page about it ---------------------------------------------------------------------


def test_every_example_of_matching_on_the_page_is_true() -> None:
    rows = re.findall(r"^\| `(.*)` \| (.*) \| (yes|no) \|$", PAGE.read_text("utf-8"), re.M)
    assert len(rows) >= 10
    for query, text, answer in rows:
        assert caught(query, text) is (answer == "yes"), (query, text)
