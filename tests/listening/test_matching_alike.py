"""Watches that ask for the same are filed as one, and each is still told by itself."""

from hypothesis import given
from hypothesis import strategies as st

from cornbread.listening.domain.matching import MatchablePost, Matcher, form, matches
from cornbread.listening.domain.matching.hits import Hits
from cornbread.listening.domain.query import parse
from tests.listening.query_strategies import patient

#: Few words and many watches, so that most share their place with others.
WORDS = st.sampled_from(["late", "train", "bus", "again", "stop"])
QUERIES = st.one_of(
    WORDS,
    st.lists(WORDS, min_size=2, max_size=4).map(" ".join),
    st.lists(WORDS, min_size=2, max_size=3).map(" OR ".join),
    st.lists(WORDS, min_size=2, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
    st.tuples(WORDS, WORDS).map(lambda words: f"{words[0]} -{words[1]}"),
)
TEXTS = st.lists(st.lists(WORDS, max_size=6).map(" ".join), min_size=10, max_size=12)


def wanted(asked: dict[int, str], texts: list[str]) -> list[list[int]]:
    trees = {number: parse(query) for number, query in sorted(asked.items())}
    heard = [MatchablePost(text) for text in texts]
    return [[number for number in trees if matches(trees[number], post)] for post in heard]


@patient
@given(
    st.lists(st.tuples(st.integers(-30, 10**12), st.none() | QUERIES), max_size=30),
    TEXTS,
)
def test_watches_that_are_alike_come_and_go_each_by_itself(
    changes: list[tuple[int, str | None]], texts: list[str]
) -> None:
    known: dict[int, str] = {}
    matcher = Matcher.compile(known)
    for number, query in changes:
        # Most numbers are new, and in no order; what leaves is one that is there.
        if query is None:
            gone = next(iter(known), number)
            matcher.remove(gone)
            known.pop(gone, None)
        else:
            matcher.add(number, query)
            known[number] = query
    assert matcher.match_texts(texts) == wanted(known, texts)
    assert [matcher.match(MatchablePost(text)) for text in texts] == wanted(known, texts)
    if form() == "plain":  # the way that is compiled, as plain Python
        assert matcher._engine._native(texts, None, 0) == wanted(known, texts)
    for number in list(known):
        matcher.remove(number)
    assert matcher.match_texts(texts) == [[] for _ in texts]


def test_a_rare_word_with_many_partners_is_met_with_those_of_its_posts() -> None:
    asked = {number: f"rareword partner{number}" for number in range(50)}
    texts = ["rareword partner7 partner31", "partner7", "rareword", *["nothing here"] * 10]
    assert Matcher.compile(asked).match_texts(texts) == wanted(asked, texts)


def test_thousands_of_watches_of_one_post_are_given_out_in_order() -> None:
    asked = {number: "late" if number % 3 else "bus" for number in range(1, 9_000)}
    found = Matcher.compile(asked).match_texts(["late"] * 10)
    assert found == [[number for number in asked if number % 3]] * 10


@patient
@given(
    st.lists(
        st.tuples(
            st.integers(0, 4),
            st.integers(0, 5000) | st.text(st.characters(max_codepoint=5000), min_size=1),
        )
    )
)
def test_hits_are_given_out_by_post_each_once_and_in_order(
    hits: list[tuple[int, int | str]],
) -> None:
    store = Hits(5)
    watches = [number * 10 for number in range(5001)]
    for _ in range(2):  # what was given out is forgotten
        found: list[set[int]] = [set() for _ in range(5)]
        for post, numbers in hits:
            store.add(post, numbers)
            found[post] |= {numbers} if isinstance(numbers, int) else set(map(ord, numbers))
        each = [[watches[number] for number in sorted(numbers)] for numbers in found]
        assert store.by_post(5, watches) == each
