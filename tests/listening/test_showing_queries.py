"""Cutting texts at what matched, colouring queries, and looking at a post before reading it."""

import re

from hypothesis import given
from hypothesis import strategies as st

from cornbread.listening.domain.evaluation import MatchablePost, matches
from cornbread.listening.domain.marking import ELLIPSIS, Piece, excerpt, pieces
from cornbread.listening.domain.query import Query, QueryError, parse
from cornbread.listening.domain.query.colouring import Part, parts, patterns
from cornbread.listening.domain.query.parser import plain
from cornbread.listening.domain.sieve import sieve
from tests.listening import query_strategies as made

_spans = st.lists(st.tuples(st.integers(-3, 60), st.integers(-3, 60)), max_size=5)


@given(st.text(max_size=50), _spans)
def test_pieces_are_the_text_whatever_the_spans(text: str, spans: list[tuple[int, int]]) -> None:
    cut = pieces(text, spans)
    assert "".join(piece.text for piece in cut) == text
    marked = {at for start, end in spans for at in range(max(start, 0), min(end, len(text)))}
    at = 0
    for piece in cut:
        assert piece.text
        assert {at + i in marked for i in range(len(piece.text))} == {piece.marked}
        at += len(piece.text)


@given(st.text(max_size=300), st.integers(0, 300), st.integers(1, 9), st.integers(80, 200))
def test_an_excerpt_is_short_and_shows_the_first_mark(
    text: str, start: int, length: int, most: int
) -> None:
    span = (start, min(start + length, len(text)))
    shown = excerpt(text, [span] if span[0] < span[1] else [], most)
    assert len("".join(piece.text for piece in shown)) <= most + 2 * len(ELLIPSIS)
    if span[0] < span[1]:
        assert Piece(text[slice(*span)], marked=True) in shown


def test_an_excerpt_begins_with_a_whole_word_and_says_that_something_is_missing() -> None:
    text = "one two three " * 50 + "late" + " four five" * 50
    shown = excerpt(text, [(700, 704)], 120)
    assert shown[0] == Piece(ELLIPSIS)
    assert shown[1].text.split()[0] in {"one", "two", "three"}
    assert shown[-1] == Piece(ELLIPSIS)


@given(st.text(alphabet=' "()#@*-:aANDORTÅ“”＂\n\x00駅', max_size=40))
def test_any_text_can_be_coloured_and_stays_what_it_is(query: str) -> None:
    assert "".join(part.text for part in parts(query)) == query


def test_each_kind_of_term_has_its_colour() -> None:
    kinds = [
        (part.text, part.kind)
        for part in parts("(late* OR “so bad”) -from:us #bart @bart NOT x")
        if part.kind
    ]
    assert kinds == [
        ("(", "group"),
        ("late*", "word"),
        ("OR", "operator"),
        ("“so bad”", "phrase"),
        (")", "group"),
        ("-", "operator"),
        ("from:us", "field"),
        ("#bart", "tag"),
        ("@bart", "handle"),
        ("NOT", "operator"),
        ("x", "word"),
    ]
    assert [(part.text, part.kind) for part in parts("=A NEAR/3 😡 followers>=1")] == [
        ("=A", "exact"),
        (" ", ""),
        ("NEAR/3", "operator"),
        (" ", ""),
        ("😡", "emoji"),
        (" ", ""),
        ("followers>=1", "field"),
    ]
    assert parts("") == ()
    assert Part(" ") in parts("a b")


@given(st.text(alphabet=' "()#@*-:=/3aNEARfollwrs>Å“”駅', max_size=40))
def test_a_browser_colours_by_the_same_grammar(query: str) -> None:
    read, at, drawn = plain(query), 0, []
    while at < len(read):
        fits = ((kind, re.compile(pattern).match(read, at)) for kind, pattern in patterns())
        kind, found = next(((kind, one) for kind, one in fits if one and one[0]), ("", None))
        end = found.end() if found else at + 1
        drawn += [kind] * (end - at)
        at = end
    said = [part.kind for part in parts(query) for _ in part.text]
    assert drawn == said


@made.patient
@given(made.queries(), made.posts())
def test_the_quick_look_lets_every_match_through(query: Query, post: MatchablePost) -> None:
    if matches(query, post):
        assert sieve(query)(post.text)


def test_the_quick_look_spares_reading_most_posts() -> None:
    look = sieve(parse('"late train" OR delay*'))
    assert look("DELAYED again")
    assert look("ＤＥＬＡＹ")
    assert not look("all is well")
    assert not look("今日")
    assert not sieve(parse("lang:en late"))("early")
    assert sieve(parse("lang:en OR late"))("early")
    assert sieve(parse("東京駅"))("東京 京駅")


@given(st.text(max_size=30))
def test_a_place_of_a_mistake_can_always_be_shown(query: str) -> None:
    try:
        parse(query)
    except QueryError as wrong:
        span = (wrong.position, wrong.position + max(wrong.length, 1))
        assert "".join(piece.text for piece in pieces(query, [span])) == query
