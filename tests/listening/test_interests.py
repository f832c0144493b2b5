"""What a network's own search is asked for on behalf of watches."""

import pytest

from cornbread.listening.domain.interests import interests_of


def asked(*queries: str, network: str = "mastodon") -> list[str]:
    found = interests_of(queries, network=network)
    return [("#" if one.kind == "tag" else "") + one.value for one in found]


@pytest.mark.parametrize(
    ("query", "searches"),
    [
        ("train", ["train"]),
        ("=BART", ["bart"]),
        ("#late OR @bart", ["#late", "@bart"]),
        ('late "night train"', ["night train"]),
        ("late NEAR/3 (trains OR buses)", ["late"]),
        ("late NEAR/3 timetable", ["timetable"]),
        ("😡", ["😡"]),
        ("😡 late", ["late"]),
        ("domain:bart.gov", ["bart.gov"]),
        ("domain:bart.gov late", ["late"]),
        ("late has:image followers>=10 is:reply -bus", ["late"]),
        ("from:bart", []),
        ("late OR from:bart", ["late"]),
        ("(late OR from:bart) train", ["train"]),
        ("(late OR has:link) (train OR bus)", ["bus", "train"]),
        ("late network:feed", []),
        ("(late", []),
    ],
)
def test_one_required_part_of_each_query_is_searched_for(query: str, searches: list[str]) -> None:
    assert asked(query) == searches


def test_searches_of_several_watches_are_asked_once() -> None:
    assert asked("late bus", "late", "late -train network:mastodon") == ["late"]
