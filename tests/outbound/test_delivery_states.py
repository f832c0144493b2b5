"""Where a message of ours stands on its way, and what may follow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornbread.foundation.errors import Stale
from cornbread.outbound.domain.delivery import (
    TRANSITIONS,
    DeliveryState,
    may_become,
    require_transition,
)

S = DeliveryState
states = st.sampled_from(DeliveryState)


def reachable(start: DeliveryState, *, without: frozenset[DeliveryState] = frozenset()) -> set[S]:
    found, waiting = {start}, [start]
    while waiting:
        for state in TRANSITIONS[waiting.pop()] - found - without:
            found.add(state)
            waiting.append(state)
    return found


def test_every_state_has_its_row_and_can_be_reached_from_a_draft() -> None:
    assert set(TRANSITIONS) == set(S) == reachable(S.DRAFT)


def test_what_was_sent_or_dropped_stays_so() -> None:
    assert {state for state, after in TRANSITIONS.items() if not after} == {S.SENT, S.DROPPED}


def test_everything_unfinished_can_still_be_sent_and_can_be_given_up() -> None:
    for state in set(S) - {S.SENT, S.DROPPED}:
        assert {S.SENT, S.DROPPED} <= reachable(state)


def test_an_uncertain_message_is_never_blindly_repeated() -> None:
    assert S.SENDING not in TRANSITIONS[S.UNCERTAIN]
    assert S.SENDING not in reachable(S.UNCERTAIN, without=frozenset({S.QUEUED}))


def test_a_message_is_only_sent_from_the_queue() -> None:
    assert [state for state, after in TRANSITIONS.items() if S.SENDING in after] == [S.QUEUED]


def test_a_message_that_is_being_sent_cannot_be_taken_back() -> None:
    assert TRANSITIONS[S.SENDING].isdisjoint({S.DRAFT, S.HELD, S.DROPPED})


@given(st.lists(states, max_size=12))
def test_no_walk_passes_a_step_that_the_table_does_not_have(wishes: list[DeliveryState]) -> None:
    state = S.DRAFT
    for wish in wishes:
        if may_become(state, wish):
            require_transition(state, wish)
            state = wish
        else:
            with pytest.raises(Stale) as refusal:
                require_transition(state, wish)
            assert refusal.value.reason == f"delivery_{state}"
            assert "this message" in refusal.value.message.lower()


def test_states_are_understood_in_their_stored_form() -> None:
    require_transition("queued", "sending")
    with pytest.raises(ValueError, match="nowhere"):
        may_become("queued", "nowhere")


def test_a_state_does_not_follow_itself() -> None:
    assert not any(may_become(state, state) for state in S)
