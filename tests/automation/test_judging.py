"""Conditions hold, or not, and always say why."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornbread.automation.domain.conditions import When, read_when, stored
from cornbread.automation.domain.facts import Facts, Names
from cornbread.automation.domain.fields import FIELDS, OPERATORS
from cornbread.automation.domain.judging import judge
from cornbread.automation.domain.steps import WORDS, in_words, read_steps
from cornbread.foundation.errors import Invalid
from cornbread.listening.domain.matchable import MatchablePost

NAMES = Names(channels={3: "@redkite"}, members={7: "Ana"}, teams={2: "Night desk"})
FACTS = Facts(
    conversation_id=1,
    channel_id=3,
    network="mastodon",
    status="open",
    priority="high",
    assignee_id=7,
    team_id=None,
    labels=frozenset({"VIP", "delay"}),
    level=None,
    followers=1200,
    bot=False,
    first_contact=True,
    late=False,
    waiting_hours=2.5,
    local=datetime(2026, 3, 7, 23, 30, tzinfo=UTC),
    post=MatchablePost(text="My TRAIN is stuck,  again", author="ana", lang="en", followers=1200),
    from_us=False,
    visibility="public",
    language="en-GB",
)


def asked(field: str, operator: str, value: Any) -> When:
    condition = {"field": field, "operator": operator, "value": value}
    return read_when({"groups": [{"conditions": [condition]}]})


@pytest.mark.parametrize(
    ("field", "operator", "value", "holds", "words", "found"),
    [
        ("channel", "is", [3], True, "Channel is @redkite", "@redkite"),
        ("channel", "is_not", [3], False, "Channel is not @redkite", "@redkite"),
        ("channel", "is", [99], False, "Channel is one that is gone", "@redkite"),
        ("assignee", "is", [0, 8], False, "Given to is nobody or one that is gone", "Ana"),
        ("team", "is", ["0"], True, "Team is none", "none"),
        ("labels", "is", ["vip"], True, "Labels include “vip”", "VIP, delay"),
        (
            "labels",
            "is_not",
            ["vip", "x"],
            False,
            "Labels do not include “vip” or “x”",
            "VIP, delay",
        ),
        ("level", "at_least", 0, False, "Level is at least 0", "not known"),
        ("level", "at_most", 7, False, "Level is at most 7", "not known"),
        ("followers", "at_least", "1000", True, "Followers is at least 1000", "1,200"),
        ("waiting_hours", "at_most", "2,5", True, "Hours waited is at most 2.5", "2.5"),
        ("language", "is", ["en"], True, "Language is “en”", "en-GB"),
        ("language", "is", ["e"], False, "Language is “e”", "en-GB"),
        ("text", "contains", "train is  stuck, again", True, None, "“train is stuck, again”"),
        ("text", "contains_not", "train", False, None, "“train”"),
        ("text", "matches", "train NEAR/3 stuck", True, None, "“TRAIN”, “stuck”"),
        ("text", "matches_not", "bus", True, None, "does not fit"),
        ("first_contact", "is", "yes", True, "First contact", "yes"),
        ("priority", "is", ["high", "urgent"], True, "Priority is high or urgent", "high"),
        ("bot", "is", True, False, "Written by a bot", "no"),
        ("side", "is", ["customer"], True, "Said by is the customer", "the customer"),
        ("weekday", "is", ["saturday", "sunday"], True, None, "saturday"),
        ("time", "between", "22:00-6:00", True, "Time of day is between 22:00-06:00", "23:30"),
        ("time", "outside", "22:00-06:00", False, None, "23:30"),
        ("time", "between", "08:00-17:00", False, None, "23:30"),
    ],
)
def test_each_field_holds_and_says_what_was_found(
    field: str, operator: str, value: Any, holds: bool, words: str | None, found: str
) -> None:
    verdict = judge(asked(field, operator, value), FACTS, NAMES)
    (reason,) = verdict.groups[0].reasons
    assert (verdict.holds, reason.found) == (holds, found)
    assert words is None or reason.words == words


def test_groups_are_joined_as_they_say() -> None:
    no = {"field": "status", "operator": "is", "value": ["resolved"]}
    yes = {"field": "status", "operator": "is", "value": ["open"]}

    def holds(outer: str, *groups: tuple[str, list[dict[str, Any]]]) -> bool:
        asked = [{"match": match, "conditions": conditions} for match, conditions in groups]
        return judge(read_when({"match": outer, "groups": asked}), FACTS, NAMES).holds

    assert not holds("all", ("all", [yes, no]))
    assert holds("all", ("any", [yes, no]))
    assert not holds("all", ("all", [yes]), ("all", [no]))
    assert holds("any", ("all", [no]), ("any", [no, yes]))


def test_without_conditions_it_always_holds_but_for_what_was_heard_late() -> None:
    late = msgspec.structs.replace(FACTS, late=True)
    assert judge(When(), FACTS, NAMES).holds
    verdict = judge(When(), late, NAMES)
    assert not verdict.holds
    assert [one.words for one in verdict.missing] == ["Heard in time"]
    assert judge(asked("late", "is", True), late, NAMES).holds


@pytest.mark.parametrize(
    ("field", "operator", "value", "path"),
    [
        ("colour", "is", ["red"], "field"),
        ("status", "contains", "x", "operator"),
        ("status", "is", ["asleep"], "value"),
        ("status", "is", [], "value"),
        ("level", "at_least", "many", "value"),
        ("level", "at_least", -1, "value"),
        ("level", "at_least", "nan", "value"),
        ("text", "matches", "train AND (", "value"),
        ("text", "contains", "  ", "value"),
        ("time", "between", "25:00-26:00", "value"),
        ("bot", "is", "perhaps", "value"),
        ("channel", "is", ["x"], "value"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    field: str, operator: str, value: Any, path: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        asked(field, operator, value)
    assert list(refusal.value.fields) == [f"groups.0.conditions.0.{path}"]


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "choice": st.just(None),
    "id": st.lists(st.integers(0, 2**40), min_size=1, max_size=3),
    "labels": st.lists(st.text("abc", min_size=1, max_size=5), min_size=1, max_size=3),
    "language": st.lists(st.sampled_from(["de", "en", "pt-BR"]), min_size=1),
    "number": st.floats(0, 10**6),
    "text": st.sampled_from(["train", "late OR delay*", "a b"]),
    "flag": st.booleans(),
    "time": st.sampled_from(["08:00-17:00", "22:00-06:00"]),
}


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    field = draw(st.sampled_from(list(FIELDS.values())))
    operator = draw(st.sampled_from(list(OPERATORS[field.kind])))
    value = draw(VALUES[field.kind.value])
    if field.kind == "choice":
        value = draw(st.lists(st.sampled_from(list(field.choices) or ["mastodon"]), min_size=1))
    return {"field": field.name, "operator": operator, "value": value}


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "match": st.sampled_from(["all", "any"]),
                "conditions": st.lists(conditions(), max_size=3),
            }
        ),
        max_size=3,
    )
)
def test_whatever_was_stored_is_read_as_the_same_and_can_be_judged(groups: list[Any]) -> None:
    when = read_when({"match": "any", "groups": groups})
    assert read_when(stored(when)) == when
    verdict = judge(when, FACTS, NAMES)
    assert verdict.holds is (not when.groups or any(group.holds for group in verdict.groups))


@given(st.recursive(st.none() | st.text(max_size=8) | st.integers(), st.lists, max_leaves=8))
def test_nonsense_is_refused_and_never_breaks(raw: Any) -> None:
    for form in (raw, {"groups": raw}, [raw], [{"do": raw}], {"groups": [{"conditions": raw}]}):
        for read in (read_when, read_steps):
            found: Any = None
            with suppress(Invalid):
                found = read(form)
            assert found is None or read(stored(found)) == found


def test_every_step_has_its_words() -> None:
    values: dict[str, Any] = {
        "member_id": 7,
        "team_id": 2,
        "name": "vip",
        "text": "Hello",
        "hours": 2,
    }
    values["priority"] = "high"
    for kind in WORDS:
        (step,) = read_steps([{"do": kind, "endpoint_id": 5, **values}])
        assert in_words(step, NAMES)
    assert in_words(read_steps([{"do": "assign", "member_id": 7}])[0], NAMES) == "give it to Ana"
