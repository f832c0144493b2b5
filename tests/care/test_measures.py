"""The figures behind ``cornbread levels``."""

import math
import statistics
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornbread.care.domain.measures import SUMMARY, nearest_rank, summary, times


def seconds(*values: float) -> list[timedelta]:
    return [timedelta(seconds=value) for value in values]


def test_a_summary_counts_conversations_by_level_and_times_the_first_answers() -> None:
    found = summary([3, 3, 0, 7, None], [*seconds(60, 600, 1200), None, None])
    assert msgspec.to_builtins(found) == {
        "conversations": 4,
        "levels": {"0": 1, "1": 0, "2": 0, "3": 2, "4": 0, "5": 0, "6": 0, "7": 1},
        "first_response": {"median_s": 600, "p90_s": 1200, "n": 3},
    }


def test_without_answers_there_is_no_median_instead_of_a_zero() -> None:
    found = summary([], [])
    assert found.conversations == 0
    assert msgspec.to_builtins(found.first_response) == {"median_s": None, "p90_s": None, "n": 0}


def test_the_measure_has_a_name_with_a_version() -> None:
    assert SUMMARY == "conversation_summary.v1"


@pytest.mark.parametrize(
    ("n", "rank"), [(1, 1), (2, 2), (9, 9), (10, 9), (11, 10), (20, 18), (70, 63), (100, 90)]
)
def test_the_90th_percentile_is_the_nearest_rank(n: int, rank: int) -> None:
    assert nearest_rank([float(value) for value in range(1, n + 1)], 90) == rank


def test_the_zeroth_percentile_is_the_smallest() -> None:
    assert nearest_rank([4.0, 5.0], 0) == 4


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=200))
def test_percentiles_agree_with_their_definition(values: list[int]) -> None:
    found = times(seconds(*values))
    assert found.median_s == statistics.median(values)
    # At least 90 in 100 are no longer than it, and fewer are shorter.
    assert found.p90_s in values
    assert sum(v <= found.p90_s for v in values) * 10 >= 9 * len(values)
    assert sum(v < found.p90_s for v in values) * 10 < 9 * len(values)
    assert found.p90_s == sorted(values)[math.ceil(len(values) * 9 / 10) - 1]
