"""What may be asked of posts, and how a mistake in asking is shown."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornbread.foundation.errors import Invalid
from cornbread.listening.domain.query import (
    GRAMMAR,
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_TERMS,
    MAX_WITHIN,
    And,
    Emoji,
    Exact,
    Field,
    Followers,
    Handle,
    Near,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    QueryError,
    Tag,
    Word,
    parse,
    print_query,
)
from cornbread.listening.domain.query.grammar import lark
from cornbread.listening.domain.query.parser import _build, _parsed, plain
from cornbread.listening.domain.text import normalise, tokens
from tests.listening.query_strategies import patient, queries

PAGE = Path(__file__).parents[2] / "docs" / "query-language.md"


def refused(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse(text)
    return caught.value


# -- reading -------------------------------------------------------------------------------


def test_every_kind_of_term_is_read() -> None:
    query = parse(
        'Train "late again" delay* #BART @bart@example.social from:@Bart LANG:EN network:x'
    )
    assert query == And(
        (
            Word("train"),
            Phrase(("late", "again")),
            Prefix("delay"),
            Tag("bart"),
            Handle("bart@example.social"),
            Field("from", "bart"),
            Field("lang", "en"),
            Field("network", "x"),
        )
    )


def test_the_terms_of_experts_are_read() -> None:
    query = parse(
        "=Don’t ❤️ url:https://www.Bart.gov/Fares/ domain:M.BART.gov has:question is:reply "
        "followers>=1.5k"
    )
    assert query == And(
        (
            Exact("Don't"),
            Emoji("❤"),
            Field("url", "bart.gov/fares"),
            Field("domain", "m.bart.gov"),
            Field("has", "question"),
            Field("is", "reply"),
            Followers(1_500),
        )
    )


@pytest.mark.parametrize(
    ("text", "least"),
    [("10", 10), ("12,000", 12_000), ("10k", 10_000), ("2M", 2_000_000), ("0.5m", 500_000)],
)
def test_followers_are_counted_as_people_write_numbers(text: str, least: int) -> None:
    assert parse(f"followers>={text}") == Followers(least)


def test_near_joins_two_terms_or_choices_of_terms() -> None:
    assert parse('late NEAR/3 "wi-fi"') == Near(Word("late"), Phrase(("wi", "fi")), 3)
    assert parse("(late OR =BART OR 😡) NEAR/50 #x") == Near(
        Or((Word("late"), Exact("BART"), Emoji("😡"))), Tag("x"), MAX_WITHIN
    )


def test_near_binds_tighter_than_not_and_and() -> None:
    assert parse("a -b NEAR/1 c d") == And(
        (Word("a"), Not(Near(Word("b"), Word("c"), 1)), Word("d"))
    )


def test_the_same_emoji_drawn_differently_is_one_and_a_skin_tone_makes_another() -> None:
    assert parse("❤") == parse("❤️") == parse("❤︎") == Emoji("❤")
    assert parse("👍") != parse("👍🏽")
    assert parse("👩‍🚒") == Emoji("👩‍🚒")
    assert parse("🇩🇪") == Emoji("🇩🇪")


def test_not_binds_tighter_than_and_which_binds_tighter_than_or() -> None:
    assert parse("a OR b AND NOT c") == Or((Word("a"), And((Word("b"), Not(Word("c"))))))
    assert parse("a b OR c") == Or((And((Word("a"), Word("b"))), Word("c")))


def test_parentheses_overrule_precedence_and_vanish_where_they_say_nothing() -> None:
    assert parse("(a OR b) c") == And((Or((Word("a"), Word("b"))), Word("c")))
    assert parse("((a) (b)) c") == parse("a b c")


@pytest.mark.parametrize("text", ["a -b", "a NOT b", "a AND NOT b", "a –b", "a AND -b"])
def test_a_leading_minus_means_not(text: str) -> None:
    assert parse(text) == And((Word("a"), Not(Word("b"))))


def test_a_minus_may_stand_before_anything() -> None:
    assert parse('a -"b c" -(d OR e) -#f -lang:en') == And(
        (
            Word("a"),
            Not(Phrase(("b", "c"))),
            Not(Or((Word("d"), Word("e")))),
            Not(Tag("f")),
            Not(Field("lang", "en")),
        )
    )


def test_operators_are_upper_case_and_small_ones_are_words() -> None:
    assert parse("this or that") == And((Word("this"), Word("or"), Word("that")))
    assert parse("ANDROID NOTE ORANGE") == And((Word("android"), Word("note"), Word("orange")))


def test_punctuation_inside_a_word_makes_a_phrase() -> None:
    assert parse("wi-fi") == Phrase(("wi", "fi"))
    assert parse("JR東日本") == Phrase(("jr", "東日本"))
    assert parse('"hello"') == Word("hello")


def test_quotes_and_signs_of_phones_and_other_keyboards_work() -> None:
    assert parse("“late train”") == parse('"late train"')
    assert parse("（＃ＢＡＲＴ　OR　don’t）") == Or((Tag("bart"), Word("don't")))


# -- printing ------------------------------------------------------------------------------


@patient
@given(queries())
def test_what_is_printed_is_read_as_the_same_query(query: Query) -> None:
    assert parse(print_query(query)) == query


def test_printing_uses_only_the_parentheses_that_are_needed() -> None:
    text = '(a OR "b c") AND NOT (d AND e) AND lang:en OR fog*'
    assert print_query(parse(text)) == text


# -- mistakes ------------------------------------------------------------------------------

MISTAKES = [
    ("", 0, 0, None),
    ("   ", 0, 3, None),
    ("(train", 0, 1, "(train)"),
    ("a (b OR (c", 8, 1, "a (b OR (c))"),
    ("(a (b) c", 0, 1, "(a (b) c)"),
    ("train)", 5, 1, "train"),
    ("train ()", 6, 2, "train"),
    ('late "train', 5, 6, 'late "train"'),
    ('late "', 5, 1, "late"),
    ("langg:en train", 0, 8, "lang:en train"),
    ("a author:bart", 2, 11, "a from:bart"),
    ("note:this", 0, 9, '"note:this"'),
    ("a lang: en", 2, 6, "a lang:en"),
    ("a lang:", 2, 5, None),
    ("a lang:english", 2, 12, "a lang:en"),
    ("a network:", 2, 8, None),
    ("a from:!", 2, 6, None),
    ("NOT", 0, 3, None),
    ("a AND", 2, 3, "a"),
    ("OR a", 0, 2, "a"),
    ("a OR AND b", 2, 2, "a AND b"),
    ("a - b", 2, 1, None),
    ("a -", 2, 1, None),
    ("a (b OR )", 5, 2, "a (b )"),
    ("*", 0, 1, None),
    ("a to*", 2, 3, "a to"),
    ("tra*in", 0, 6, "tra*"),
    ("wi-fi*", 0, 6, None),
    ("#bart*", 0, 6, "#bart"),
    ('"late tr*"', 0, 10, '"late tr"'),
    ("東京*", 0, 3, "東京"),
    ("#a#b", 0, 4, "#a #b"),
    ("#wi-fi", 0, 6, None),
    ('"@bart late"', 0, 12, '@bart "late"'),
    ("a @", 2, 1, None),
    ("a @.", 2, 2, None),
    ("a https://example.org/x", 2, 21, "a url:example.org/x"),
    ("a www.example.org", 2, 15, "a url:example.org"),
    ("a !?", 2, 2, None),
    ("a =", 2, 1, "a"),
    ('a ="b c"', 2, 1, 'a "b c"'),
    ("=wi-fi", 0, 6, "wi-fi"),
    ("=#bart", 0, 6, "#bart"),
    ("=東京", 0, 3, "東京"),
    ("=BA*", 0, 4, "=BA"),
    ("late😡", 0, 5, "late 😡"),
    ("😡😡👎", 0, 3, "😡 👎"),
    ('"so 😡 late"', 0, 11, '"so late" 😡'),
    ("#late😡", 0, 6, "#late 😡"),
    ("a near/3 b", 2, 6, "a NEAR/3 b"),
    ("a NEAR3 b", 2, 5, "a NEAR/3 b"),
    ("a NEAR b", 2, 4, "a NEAR/5 b"),
    ("a NEAR / 9 b", 2, 8, "a NEAR/9 b"),
    ("a ~2 b", 2, 2, "a NEAR/2 b"),
    ("a NEAR/0 b", 2, 6, "a NEAR/1 b"),
    ("a NEAR/51 b", 2, 7, "a NEAR/50 b"),
    ("a NEAR/2", 2, 6, "a"),
    ("NEAR/2 a", 0, 6, "a"),
    ("a NEAR/2 b NEAR/3 c", 11, 6, "a NEAR/2 b AND b NEAR/3 c"),
    ("a NEAR/2 (b OR c) NEAR/3 d", 18, 6, "a NEAR/2 (b OR c) AND (b OR c) NEAR/3 d"),
    ("@a NEAR/2 b", 3, 6, "@a AND b"),
    ("a NEAR/2 (b c)", 2, 6, "a AND (b c)"),
    ("a NEAR/2 -b", 2, 6, "a AND -b"),
    ("a NEAR/2 NOT b", 2, 6, "a AND NOT b"),
    ("a url:", 2, 4, None),
    ("a url:/", 2, 5, None),
    ("domain:bart", 0, 11, "url:bart"),
    ("domain:bart.gov/fares", 0, 21, "url:bart.gov/fares"),
    ("site:bart.gov", 0, 13, "domain:bart.gov"),
    ("has:links", 0, 9, "has:link"),
    ("has:photos", 0, 10, "has:image"),
    ("is:retweet", 0, 10, "is:repost"),
    ("is:blue", 0, 7, None),
    ("filter:replies", 0, 14, None),
    ("a followers>100", 2, 13, "a followers>=100"),
    ("a followers:>100", 2, 14, "a followers>=100"),
    ("a followers:10k", 2, 13, "a followers>=10k"),
    ("a followers >= 5", 2, 14, "a followers>=5"),
    ("a followers<100", 2, 13, "a -followers>=100"),
    ("a followers>=", 2, 11, None),
    ("a followers>=many", 2, 15, None),
    ("a followers>=0", 2, 12, "a followers>=1"),
]


@pytest.mark.parametrize(("text", "position", "length", "suggestion"), MISTAKES)
def test_a_mistake_is_shown_at_its_place_with_what_was_meant(
    text: str, position: int, length: int, suggestion: str | None
) -> None:
    error = refused(text)
    assert (error.position, error.length) == (position, length), error.message
    assert error.suggestion == suggestion, error.message


@pytest.mark.parametrize("text", ["NOT train", "-train -bus", "train OR NOT bus", "NOT (a b)"])
def test_a_query_that_only_leaves_out_is_refused_because_it_would_catch_the_world(
    text: str,
) -> None:
    assert "whole world" in refused(text).message


def test_a_double_negation_asks_for_something() -> None:
    assert parse("NOT NOT train") == Not(Not(Word("train")))
    assert parse("NOT (NOT train OR bus)") == Not(Or((Not(Word("train")), Word("bus"))))


def test_a_query_error_is_a_refusal_that_names_its_field() -> None:
    error = refused("(")
    assert isinstance(error, Invalid)
    assert error.reason == "invalid_query"
    assert error.fields == {"query": error.message}


# -- limits --------------------------------------------------------------------------------


def test_a_query_that_is_too_long_is_refused() -> None:
    assert str(MAX_LENGTH) in refused("a" * (MAX_LENGTH + 1)).message
    assert parse("a" * MAX_LENGTH)


def test_too_many_terms_are_refused_at_the_first_too_many() -> None:
    error = refused("a " * (MAX_TERMS + 1))
    assert str(MAX_TERMS) in error.message
    assert error.position == 2 * MAX_TERMS


@pytest.mark.parametrize(
    "text",
    [
        "(" * 2000 + "a" + ")" * 2000,
        "(" * 4000,
        "NOT " * 1000 + "a",
        "-" * 4000 + "a",
        "-(a " * 1000,
        "(NOT NOT " * 400 + "a",
    ],
)
def test_deep_nesting_is_refused_and_never_overflows(text: str) -> None:
    assert "deep" in refused(text).message


def test_the_deepest_allowed_nesting_works_throughout() -> None:
    text = "(a OR b " * MAX_DEPTH + ")" * MAX_DEPTH
    assert parse(print_query(parse(text))) == parse(text)


@patient
@given(
    st.text(
        alphabet=st.sampled_from(' ()"*#@:-–ANDORTaß東’.é1lfrom=/><😡\u200d\ufe0f'), max_size=30
    )
)
def test_whatever_is_typed_is_read_or_refused_at_a_place_in_the_text(text: str) -> None:
    try:
        query = parse(text)
    except QueryError:
        error = refused(text)
        assert 0 <= error.position <= error.position + error.length <= len(text)
        if error.suggestion is not None:
            parse(error.suggestion)
    else:
        assert parse(print_query(query)) == query


_PARTS = ["NEAR/3", "NEAR", "followers>=", "url:", "domain:", "has:", "is:", "=", "10k", "a", "."]
_PARTS += ["www.", "https://", "é", "(", ")", " OR ", " ", "xn--", "/", "image", "-", '"', "\u0345"]


@patient
@given(st.lists(st.sampled_from(_PARTS) | st.text(max_size=2), max_size=12).map("".join))
def test_whatever_is_made_of_its_parts_is_read_or_refused(text: str) -> None:
    try:
        query = parse(text)
    except QueryError:
        suggestion = refused(text).suggestion
        assert suggestion is None or parse(suggestion)
    else:
        assert parse(print_query(query)) == query


@patient
@given(st.lists(st.sampled_from(_PARTS) | st.text(max_size=2), max_size=12).map("".join))
def test_a_query_built_like_another_has_the_tree_that_the_grammar_gives(text: str) -> None:
    read = list(lark().lex(plain(text)))
    if not read:
        return
    try:
        wanted: object = _parsed(text, read)
    except QueryError as error:
        wanted = (str(error), error.position)
    for _ in range(2):
        try:
            built: object = _build(text, read)
        except QueryError as error:
            built = (str(error), error.position)
        assert built == wanted


@given(st.text(max_size=60))
def test_any_unicode_is_read_or_refused(text: str) -> None:
    try:
        query = parse(text)
    except QueryError:
        return
    assert parse(print_query(query)) == query


# -- the words of text ---------------------------------------------------------------------


@patient
@given(st.text())
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@patient
@given(st.text())
def test_every_word_is_read_back_as_itself(text: str) -> None:
    for token in tokens(text):
        if token != "://":
            assert tokens(token) == [token]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don’t stop, rock'n'roll!", ["don't", "stop", "rock'n'roll"]),
        ("'quoted' café CAFE\u0301 Straße", ["quoted", "café", "café", "strasse"]),
        ("#Late_again: @Bart@example.social.", ["#late_again", "@bart@example.social"]),
        ("mail bob@example.com", ["mail", "bob", "example", "com"]),
        ("seehttps://x.y/a-b now www.x.y.", ["see", "://", "now", "://"]),
        ("Ｃｏｒｎ 𝐛𝐫𝐞𝐚𝐝 ﬁne Cornbread™ 1️⃣", ["corn", "bread", "fine", "cornbread", "1"]),
        ("हिन्दी ไทย @bartさん", ["हिन्दी", "ไทย", "@bart", "さん"]),
        ("a_b 3.5 C#minor", ["a", "b", "3", "5", "c", "#minor"]),
    ],
)
def test_words_tags_handles_and_links(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


# -- the page about it ---------------------------------------------------------------------


def test_the_page_shows_the_grammar_that_is_used() -> None:
    assert f"```lark\n{GRAMMAR.strip()}\n```" in PAGE.read_text("utf-8")


def test_every_example_on_the_page_is_a_query() -> None:
    blocks = re.findall(r"```query\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    examples = [line for block in blocks for line in block.splitlines() if line.strip()]
    assert len(examples) >= 10
    for example in examples:
        assert parse(print_query(parse(example))) == parse(example), example


def test_every_mistake_on_the_page_is_shown_as_the_page_says() -> None:
    rows = re.findall(r"^\| `(.*)` \| (\d+) \| (.*) \| (.*) \|$", PAGE.read_text("utf-8"), re.M)
    assert len(rows) >= 10
    for text, position, message, suggestion in rows:
        error = refused(text)
        assert (str(error.position), error.message) == (position, message), text
        assert suggestion == (f"`{error.suggestion}`" if error.suggestion else "–"), text
