"""Trying a query out: what it catches, why, and what each of its parts is there for."""

from hypothesis import given
from hypothesis import strategies as st

from cornbread.listening.domain.evaluation import MatchablePost, matches
from cornbread.listening.domain.query import Query, parse, print_query
from cornbread.listening.domain.trying import Trial, clauses
from tests.listening.query_strategies import patient, posts, queries


def tried(query: str, *texts: str) -> Trial:
    trial = Trial(parse(query))
    for text in texts:
        trial.read(MatchablePost(text))
    return trial


def effects(trial: Trial) -> list[tuple[str, int, int | None]]:
    return [(one.text, one.depth, one.more) for one in trial.effects()]


@patient
@given(queries(), st.lists(posts(), max_size=5))
def test_each_count_is_that_of_the_query_without_the_part(
    query: Query, heard: list[MatchablePost]
) -> None:
    trial = Trial(query)
    for post in heard:
        grounds = trial.read(post)
        assert all(matches(ground, post) for ground in grounds)
        assert bool(grounds) is matches(query, post)
    assert trial.seen == len(heard)
    assert trial.caught == sum(matches(query, post) for post in heard)
    for clause, effect in zip(clauses(query), trial.effects(), strict=False):
        assert effect.text == print_query(clause.part)
        if clause.without is not None:
            assert effect.caught == sum(matches(clause.without, post) for post in heard)


def test_a_part_that_narrows_shows_what_more_would_come_without_it() -> None:
    trial = tried(
        "late (train OR bus) -toy", "late train", "late bus", "late toy train", "bus", "late"
    )
    assert trial.caught == 2
    assert effects(trial) == [
        ("late", 0, 1),
        ("train OR bus", 0, 1),
        ("train", 1, -1),
        ("bus", 1, -1),
        ("NOT toy", 0, 1),
    ]


def test_what_is_left_out_in_parentheses_is_tried_part_by_part() -> None:
    trial = tried("late -(car OR toy)", "late car", "late car toy", "late toy", "late")
    assert effects(trial) == [
        ("late", 0, None),
        ("NOT (car OR toy)", 0, 3),
        ("car", 1, 1),
        ("toy", 1, 1),
    ]


def test_a_query_of_one_term_has_no_parts() -> None:
    assert tried("late NEAR/3 train", "late train").effects() == ()
    assert tried("late", "late").caught == 1


def test_the_grounds_are_the_terms_that_made_it_match() -> None:
    trial = Trial(parse("(late OR #bart OR bus) lang:en -toy"))
    grounds = trial.read(MatchablePost("late #BART", lang="en"))
    assert [print_query(one) for one in grounds] == ["late", "#bart", "lang:en", "NOT toy"]
    assert trial.read(MatchablePost("late toy", lang="en")) == ()


def test_only_the_first_parts_of_a_very_long_query_are_tried() -> None:
    trial = tried(" OR ".join(f"w{n}" for n in range(200)), "w7", "w150 w7")
    assert trial.caught == 2
    assert len(trial.effects()) < 200
