"""Queries that say the same, and what asking is likely to cost."""

import re
from pathlib import Path

import pytest
from hypothesis import given

from cornbread.listening.domain.evaluation import MatchablePost, matches
from cornbread.listening.domain.query import (
    Query,
    cost,
    holds_of_nothing,
    leaves,
    normal_form,
    parse,
    print_query,
)
from cornbread.listening.domain.query.heard import Heard
from tests.listening.query_strategies import patient, posts, queries

PAGE = Path(__file__).parents[2] / "docs" / "query-language.md"


def normal(text: str) -> str:
    return print_query(normal_form(parse(text)))


# -- the normal form -----------------------------------------------------------------------


@patient
@given(queries(), posts())
def test_the_normal_form_has_the_same_meaning(query: Query, post: MatchablePost) -> None:
    assert matches(normal_form(query), post) is matches(query, post)


@patient
@given(queries())
def test_the_normal_form_is_a_query_and_its_own_normal_form(query: Query) -> None:
    form = normal_form(query)
    assert normal_form(form) == form
    assert parse(print_query(form)) == form
    assert not holds_of_nothing(form)
    assert set(leaves(form)) <= {
        leaf for each in leaves(query) for leaf in leaves(normal_form(each))
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("train late", "late AND train"),
        ("a OR (b OR c)", "c OR b OR a OR a"),
        ("x -(a OR b)", "x -a -b"),
        ("x -(a b)", "x AND (NOT a OR NOT b)"),
        ("x NOT NOT a", "x a"),
        ("a OR (a b)", "a"),
        ("a (a OR b)", "a"),
        ("(a OR b) (a OR b OR c)", "b OR a"),
        ("a NEAR/3 (c OR b)", "(b OR c OR b) NEAR/3 a"),
        ("x -(a NEAR/3 b)", "x -(b NEAR/3 a)"),
        ("Late ＬＡＴＥ", "late"),
    ],
)
def test_what_says_the_same_has_one_normal_form(one: str, other: str) -> None:
    assert normal(one) == normal(other)


def test_the_normal_form_names_what_is_asked_for_before_what_is_left_out() -> None:
    assert normal("-toy (train OR bus) late") == "(bus OR train) AND late AND NOT toy"


@pytest.mark.parametrize(("one", "other"), [("a b", "a OR b"), ("=A", "a"), ("#a", "a")])
def test_what_says_something_else_has_another(one: str, other: str) -> None:
    assert normal(one) != normal(other)


def test_every_normal_form_on_the_page_is_true() -> None:
    rows = re.findall(r"^\| `(.*)` \| `(.*)` \|$", PAGE.read_text("utf-8"), re.M)
    assert len(rows) >= 5
    for query, form in rows:
        assert normal(query) == form, query


# -- the cost ------------------------------------------------------------------------------


@patient
@given(queries())
def test_a_cost_is_a_count_of_posts(query: Query) -> None:
    guess = cost(query)
    assert 0 <= guess.caught <= guess.looked_at <= 10_000


def test_common_words_cost_more_than_rare_ones() -> None:
    assert cost(parse("the OR cornbread")).is_high
    assert not cost(parse("cornbread")).is_high
    assert cost(parse("the cornbread")).looked_at == cost(parse("cornbread")).looked_at
    assert cost(parse("late* OR #late")).caught > cost(parse('"late train" NEAR/3 =BART')).caught


def test_only_what_every_match_needs_is_looked_at() -> None:
    assert cost(parse("cornbread (the OR and)")).looked_at < 20
    assert cost(parse("has:link -cornbread")).looked_at == cost(parse("has:link")).looked_at


def test_what_is_heard_says_more_than_english() -> None:
    bread = [f"cornbread number{n}" for n in range(1_000)]
    assert cost(parse("cornbread"), Heard(bread)).is_high
    assert not cost(parse("the"), Heard(bread)).is_high
    assert not cost(parse("cornbread the"), Heard(bread)).is_high
    assert cost(parse("cornb* OR late"), Heard(bread)).caught > 9_000
    assert not cost(parse("number5"), Heard(bread)).is_high


def test_a_few_posts_shift_a_guess_only_a_little() -> None:
    assert cost(parse("the"), Heard(["no bread"])).is_high
    assert cost(parse("the"), Heard(["no bread"])).caught < cost(parse("the")).caught


def test_tags_handles_and_unspaced_words_are_heard_too() -> None:
    heard = Heard(["#BART @sfbart@example.org 東京駅 stands"] * 300)
    for query in ("#bart", "bart", "@sfbart", "東京駅", "東京"):
        assert cost(parse(query), heard).caught > 9_000, query
    assert not cost(parse("@other OR #other OR 京都"), heard).is_high


def test_what_is_kept_counts_for_its_share_of_what_is_heard() -> None:
    kept, others = ["cornbread is good"] * 100, ["nice weather"] * 1_000
    heard = Heard(kept, others, kept_share=0.02)
    assert cost(parse("cornbread"), heard).caught < 300
    assert cost(parse("weather"), heard).is_high
    assert cost(parse("cornbread"), Heard(kept)).is_high
