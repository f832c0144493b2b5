"""Many watches at once: equal to the plain definition, changed while it matches, in both forms."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cornbread.listening.domain.keys import Vocabulary
from cornbread.listening.domain.matching import MatchablePost, Matcher, form, matches
from cornbread.listening.domain.matching.pages import Pages
from cornbread.listening.domain.matching.remembering import Remembered
from cornbread.listening.domain.query import Query, parse, print_query
from tests.listening.query_strategies import patient, posts, queries

ROOT = Path(__file__).parents[2]
AIRLINE = ROOT / ".." / "shared" / "data" / "airline_posts" / "posts.csv"

#: Awkward for the matcher: one key twice, many alternatives, nothing to file under but fields.
AWKWARD = [
    '"on on"',
    '"blah blah blah"',
    "(a OR b OR c OR d) (e OR f OR g OR h) -(i OR j)",
    "(a b OR c d OR e f) (g h OR i j OR k l) (m OR -n)",
    '("a b" OR "c d" OR e) NEAR/3 (f OR "g h")',
    "late -late",
    "late OR late",
    "has:question",
    "followers>=100",
    "lang:en",
    "url:bart.gov/late -has:image",
    "is:reply OR domain:example.org",
    "NOT (NOT (a OR b) OR c)",
    "dela* =BART",
    "😡 OR a -😡",
]
LETTERS = st.lists(
    st.sampled_from([*"abcdefghijklmn", "on", "blah", "late", "BART", "delays", "😡", "?"]),
    max_size=12,
).map(" ".join)


def caught(asked: dict[int, str], post: MatchablePost) -> list[int]:
    return [number for number, query in sorted(asked.items()) if matches(parse(query), post)]


@settings(patient, max_examples=80)
@given(LETTERS, st.sampled_from([None, 5, 100]), st.booleans())
def test_awkward_watches_are_matched_as_they_are_defined(
    text: str, followers: int | None, is_reply: bool
) -> None:
    post = MatchablePost(text, lang="en", followers=followers, is_reply=is_reply)
    asked = dict(enumerate(AWKWARD))
    assert Matcher.compile(asked).match(post) == caught(asked, post)


def test_texts_posts_and_batches_are_matched_alike() -> None:
    matcher = Matcher.compile(dict(enumerate(AWKWARD)))
    texts = ["a e", "on on", "https://www.bart.gov/Late?", "delays BART", ""]
    bare = [MatchablePost(text) for text in texts]
    assert matcher.match_texts(texts) == matcher.match_batch(bare)
    assert matcher.match_batch(bare) == [matcher.match(post) for post in bare]


@settings(patient, max_examples=60)
@given(st.lists(queries(), max_size=6), st.lists(posts() | LETTERS.map(MatchablePost), min_size=9))
def test_many_posts_at_once_are_matched_as_each_by_itself(
    asked: list[Query], heard: list[MatchablePost]
) -> None:
    known = dict(enumerate([*map(print_query, asked), *AWKWARD]))
    matcher = Matcher.compile(known)
    trees = {number: parse(query) for number, query in known.items()}
    wanted = [[number for number in trees if matches(trees[number], post)] for post in heard]
    assert matcher.match_batch(heard) == wanted
    if form() == "plain":  # the way that is compiled, as plain Python
        texts = [post.text for post in heard]
        assert matcher._engine._native(texts, heard, 0) == wanted
    bare = [MatchablePost(post.text) for post in heard]
    assert matcher.match_texts([post.text for post in heard]) == matcher.match_batch(bare)
    assert matcher.match_batch(bare) == [matcher.match(post) for post in bare]


def test_a_batch_ends_where_it_becomes_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    batches = "cornbread.listening.domain.matching.batches"
    monkeypatch.setattr(f"{batches}.MOST_POSTS", 7)
    monkeypatch.setattr(f"{batches}.MOST_PIECES", 30)
    matcher = Matcher.compile({1: "late", 2: "bus -late", 3: '"on time"'})
    texts = ["late", "bus", "on time " * 20, "", "the bus is late"] * 6
    assert matcher.match_texts(texts) == [[1], [2], [3], [], [1]] * 6


@settings(patient, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.none() | queries()), max_size=12),
    st.lists(posts(), max_size=3),
)
def test_watches_come_and_go_as_if_compiled_anew(
    changes: list[tuple[int, Query | None]], heard: list[MatchablePost]
) -> None:
    matcher, known = Matcher.compile({}), dict[int, str]()
    for number, query in changes:
        if query is None:
            matcher.remove(number)
            known.pop(number, None)
        else:
            known[number] = print_query(query)
            matcher.add(number, known[number])
        for post in heard:
            assert matcher.match(post) == caught(known, post)
    for number in known:
        matcher.remove(number)
    assert (len(matcher), matcher.stats().keys) == (0, 0)


def test_a_watch_changed_into_a_broken_one_matches_nothing_and_says_why() -> None:
    matcher = Matcher.compile({1: "late", 2: "late"})
    matcher.add(1, "(late")
    assert matcher.match_texts(["late"]) == [[2]]
    assert matcher.errors[1].suggestion == "(late)"
    matcher.add(1, "bus")
    assert (matcher.errors, matcher.match_texts(["late bus"])) == ({}, [[1, 2]])


def test_whoever_matches_meanwhile_sees_each_change_whole() -> None:
    """A watch is changed to and fro between two queries that the post matches both: there is
    never a moment in which it is not caught, or caught twice."""
    matcher = Matcher.compile({1: "late", 2: "late train", 3: '"my train"'})
    text = "my train is late again and again"
    seen: set[tuple[int, ...]] = set()
    broken: list[Exception] = []
    stop = threading.Event()

    def listen() -> None:
        try:
            while not stop.is_set():
                seen.update(tuple(found) for found in matcher.match_texts([text] * 20))
        except Exception as error:  # said below, where the test fails of it
            broken.append(error)

    listeners = [threading.Thread(target=listen) for _ in range(3)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for listener in listeners:
            listener.start()
        for turn in range(120):
            matcher.add(2, "again OR my" if turn % 2 else '"train is" late')
            matcher.add(1000 + turn, f"word{turn} train")
            matcher.remove(1000 + turn - 5)
    finally:
        stop.set()
        for listener in listeners:
            listener.join()
        sys.setswitchinterval(interval)
    assert (broken, seen) == ([], {(1, 2, 3)})


def test_known_frequencies_change_the_filing_and_not_the_answer() -> None:
    asked = {1: "late train", 2: "train OR bus late", 3: '"late train"'}
    plain, told = Matcher.compile(asked), Matcher.compile(asked, frequencies={"train": 0.9})
    for text in ("late train", "train late", "bus", "train"):
        assert plain.match_texts([text]) == told.match_texts([text])


def test_a_matcher_says_what_it_is_made_of() -> None:
    small = Matcher.compile({1: "late"}).stats()
    large = Matcher.compile({n: f"word{n} late" for n in range(500)}).stats()
    assert (small.watches, small.keys, large.watches, large.keys) == (1, 1, 500, 501)
    assert large.bytes > small.bytes + 500 * 50
    assert large.build_s > 0


def test_more_words_than_are_remembered_are_still_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cornbread.listening.domain.matching.remembering.MOST_REMEMBERED", 10)
    matcher = Matcher.compile({1: "word7", 2: '"word3 word4"'})
    texts = [f"word{n}, word{n + 1} #tag{n}" for n in range(40)]
    assert [n for n, found in enumerate(matcher.match_texts(texts)) if found] == [3, 6, 7]


@pytest.mark.parametrize(
    "text", ["late www.bart.gov", "www", "www.", "a://b", "'late'", "don't", "_late_", "-late-"]
)
def test_a_text_may_be_read_piece_by_piece(text: str) -> None:
    asked = dict(enumerate(["late", "www", "gov", "b", "don't", "has:link", '"late late"']))
    post = MatchablePost(f"x {text} (late) {text}")
    assert Matcher.compile(asked).match(post) == caught(asked, post)


# -- the way of reading that is compiled, here in plain Python ---------------------------------


@patient
@given(posts())
def test_the_compiled_way_of_reading_finds_the_same_words(post: MatchablePost) -> None:
    if not post.text.isascii():
        return
    vocabulary = Vocabulary()
    vocabulary.take(["late", "train", "bart", "#bart", "@bart", "don't", "www"])
    vocabulary.freshen()
    scanned = Pages(Remembered(vocabulary, learning=False))
    assert scanned.read([post.text], None, 0) == 1
    keys, words = [], ""
    for piece in post.text.split():
        more, row = vocabulary.read(piece)
        keys, words = keys + more, words + row
    assert {*scanned.unique[: scanned.distinct]} - {0, 1} == {*keys} - {0, 1}
    # A handle stands in the order as itself or as nothing known; no row asks for either.
    handle = vocabulary.ids["@bart"] >> 1
    order = [0 if word == handle else word for word in scanned.order[: scanned.count]]
    assert "".join(map(chr, order)) == words


# -- the forms -----------------------------------------------------------------------------------


def in_a_process(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


SAY_FORM = "from cornbread.listening.domain.matching import form; print(form())"


def test_the_plain_form_can_be_asked_for() -> None:
    assert in_a_process(SAY_FORM, CORNBREAD_PLAIN="1") == "plain"


def test_a_compiled_form_of_another_source_is_left_alone(tmp_path: Path) -> None:
    package = tmp_path / "cornbread_fast"
    package.mkdir()
    (package / "__init__.py").write_text('SOURCE = "of last year"\n')
    (package / "engine.py").write_text("raise SystemExit('not to be loaded')\n")
    paths = f"{tmp_path}{os.pathsep}{ROOT / 'src'}"
    assert in_a_process(SAY_FORM, PYTHONPATH=paths) == "plain"


@pytest.mark.compiled
def test_the_compiled_form_is_used_where_it_is_installed() -> None:
    assert form() == "compiled"


@pytest.mark.slow
def test_real_posts_are_matched_as_defined() -> None:
    if not AIRLINE.exists():
        pytest.skip("the collection of posts is not beside this repository")
    from benchmarks.match import read_posts
    from benchmarks.watches_made import watches

    texts = read_posts(AIRLINE)
    asked = watches(texts, 3000)
    trees = {number: parse(query) for number, query in asked.items()}
    for number, found in enumerate(Matcher.compile(asked).match_texts(texts)):
        post = MatchablePost(texts[number])
        assert all(matches(trees[watch], post) for watch in found)
        if number % 700 == 0:
            assert found == [watch for watch in asked if matches(trees[watch], post)]
