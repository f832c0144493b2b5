"""Names and times in the words of a colleague."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornbread.foundation import wording

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def test_a_number_comes_with_its_noun() -> None:
    assert [wording.counted(number, "new post") for number in (0, 1, 2)] == [
        "0 new posts",
        "1 new post",
        "2 new posts",
    ]
    assert wording.counted(2, "reply", "replies") == "2 replies"


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=10), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(days=2), "2 d ago"),
        (timedelta(days=40), "10 Apr"),
        (timedelta(days=400), "15 Apr 2025"),
        (timedelta(seconds=-20), "in a moment"),
        (timedelta(hours=-2), "in 2 h"),
    ],
)
def test_a_time_is_told_as_a_colleague_would(ago: timedelta, words: str) -> None:
    assert wording.relative(NOW - ago, NOW) == words


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(minutes=7, seconds=30), "7:30 left"),
        (timedelta(minutes=29, seconds=59), "29 min left"),
        (timedelta(hours=23), "23 h left"),
        (timedelta(days=3), "3 d left"),
        (timedelta(0), "0:00 over"),
        (timedelta(minutes=-12), "12 min over"),
    ],
)
def test_a_countdown_never_promises_more_time_than_there_is(ahead: timedelta, words: str) -> None:
    assert wording.left(NOW + ahead, NOW) == words


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Maya Lindt", "ML"), ("@kit_tram", "KT"), ("Zoë", "Z"), ("Ana de la Cruz", "AC")],
)
def test_people_without_a_picture_show_their_initials(name: str, letters: str) -> None:
    assert wording.initials(name) == letters


@given(st.text())
def test_any_name_has_initials(name: str) -> None:
    assert wording.initials(name)


@given(st.datetimes(timezones=st.just(UTC)))
def test_any_moment_can_be_told(moment: datetime) -> None:
    assert wording.relative(moment, NOW)
    assert wording.left(moment, NOW)
