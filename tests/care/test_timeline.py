"""Timeline entries and the stored form of their details."""

from datetime import datetime
from typing import get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornbread.care.domain.timeline import (
    DETAILS,
    IN_PERSON,
    TOUCHES,
    Details,
    EntryKind,
    Merged,
    Snoozed,
    details_of,
    in_order,
    stored_form,
)

from .timelines import answered, at, entry, said

details = st.sampled_from(list(DETAILS.items())).flatmap(
    lambda item: st.tuples(
        st.just(item[0]),
        st.builds(
            item[1],
            **{
                name: st.datetimes(timezones=st.just(at(0).tzinfo))
                for name, hint in get_type_hints(item[1]).items()
                if hint is datetime
            },
        ),
    )
)


@given(details)
def test_details_come_back_from_their_stored_form(given_details: tuple[EntryKind, Details]) -> None:
    kind, value = given_details
    as_json = msgspec.json.decode(msgspec.json.encode(stored_form(value)))
    assert details_of(kind, as_json) == value


def test_stored_details_may_hold_more_than_is_needed() -> None:
    assert details_of(EntryKind.MERGED, {"conversation": 7, "why": "same person"}) == Merged(7)


def test_kinds_without_details_have_none() -> None:
    assert details_of(EntryKind.MESSAGE_IN, {"anything": 1}) is None
    assert stored_form(None) == {}


def test_missing_details_are_named() -> None:
    with pytest.raises(msgspec.ValidationError, match="until"):
        details_of(EntryKind.SNOOZED, {})


def test_times_in_details_keep_their_zone() -> None:
    found = details_of(EntryKind.SNOOZED, stored_form(Snoozed(at(5))))
    assert found == Snoozed(at(5))


def test_entries_stand_in_the_order_in_which_they_happened() -> None:
    late, early, twin = said(5), said(1), said(5)
    assert in_order([twin, late, early]) == [early, late, twin]


def test_only_a_message_by_a_person_of_ours_is_an_answer() -> None:
    assert answered(1).answers
    assert answered(1).outbound
    assert not answered(1, human=False).answers
    assert not said().answers
    assert not entry(EntryKind.NOTE, 1).outbound


def test_service_in_person_is_a_touch() -> None:
    assert IN_PERSON < TOUCHES
