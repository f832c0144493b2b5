"""The level of a conversation, from 0 (nobody answered) to 7 (remembered months later)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornbread.care.domain.levels import KnownMemory, LevelResult, Thresholds, level
from cornbread.care.domain.lift import in_words, lifts
from cornbread.care.domain.rungs import private_message, read
from cornbread.care.domain.timeline import Entry, EntryKind
from cornbread.foundation.errors import Invalid

from .timelines import answered, at, called, entry, reached, remembered, said

USUAL = Thresholds()
MONTH = timedelta(days=30)
DAY = 24 * 60


def of(*entries: Entry) -> int | None:
    return level(entries, USUAL).level


def test_a_conversation_in_which_the_customer_said_nothing_has_no_level() -> None:
    nothing = LevelResult(None, (), None, None, None, ())
    assert level([], USUAL) == nothing
    assert level([answered(0), called(5)], USUAL) == nothing


def test_nobody_has_answered() -> None:
    first = said()
    result = level([first], USUAL)
    assert (result.level, result.evidence) == (0, (first.id,))
    assert (result.first_message_at, result.first_answer_at) == (at(0), None)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(0, 3), (29.9, 3), (30, 3), (30.01, 2), (DAY, 2), (DAY + 0.01, 1), (400 * DAY, 1)],
)
def test_the_first_answer_earns_by_its_speed_and_the_limits_are_inclusive(
    minutes: float, expected: int
) -> None:
    first, answer = said(), answered(minutes)
    result = level([answer, first], USUAL)
    assert result.level == expected
    assert result.evidence == (first.id, answer.id)
    assert result.first_response == timedelta(minutes=minutes)


def test_a_workspace_sets_its_own_thresholds() -> None:
    slower = Thresholds(quick=timedelta(hours=2), slow=timedelta(hours=3))
    assert level([said(), answered(100)], slower).level == 3
    assert level([said(), answered(190)], slower).level == 1


def test_a_private_answer_counts_like_a_public_one() -> None:
    assert of(said(), answered(10, direct=True)) == 3


def test_automatic_replies_never_count() -> None:
    assert of(said(), answered(1, human=False)) == 0
    assert of(said(), answered(1, human=False), answered(60)) == 2


def test_notes_are_not_answers() -> None:
    assert of(said(), entry(EntryKind.NOTE, 2)) == 0


def test_where_we_spoke_first_the_clock_starts_with_their_first_message() -> None:
    assert of(answered(-10), said()) == 0
    assert of(answered(-10), said(), answered(45)) == 2


def test_an_answer_in_the_same_second_counts_whichever_was_recorded_first() -> None:
    answer, first = answered(0), said()
    assert answer.id < first.id
    assert of(first, answer) == 3


def test_an_answer_deleted_later_still_counted_when_it_was_said() -> None:
    assert of(said(), answered(10), entry(EntryKind.MESSAGE_DELETED, 20)) == 3


def test_later_messages_do_not_change_the_first_response() -> None:
    assert of(said(), answered(10), said(20), answered(9 * DAY)) == 3


def test_level_4_is_a_private_message_and_then_a_call() -> None:
    first, answer = said(), answered(10)
    private, call = said(20, direct=True), called(30)
    result = level([call, private, answer, first], USUAL)
    assert (result.level, result.evidence) == (4, (first.id, answer.id, private.id, call.id))


def test_level_4_needs_both_in_that_order_after_the_answer() -> None:
    assert of(said(), answered(10), called(20)) == 3
    assert of(said(), answered(10), answered(20, direct=True)) == 3
    assert of(said(), answered(10), called(20), answered(30, direct=True)) == 3
    assert of(said(), said(1, direct=True), answered(10), called(20)) == 3
    assert of(said(), answered(10), answered(20, direct=True, human=False), called(30)) == 3
    assert of(said(), answered(10), entry(EntryKind.NOTE, 20, direct=True), called(30)) == 3


def test_level_5_is_reaching_out_where_the_customer_had_not_been() -> None:
    first, answer, out = said(), answered(10), reached(60, "email")
    result = level([first, answer, out], USUAL)
    assert (result.level, result.evidence) == (5, (first.id, answer.id, out.id))


def test_level_5_needs_a_new_network_and_a_link_of_our_own() -> None:
    assert of(said(), answered(10), reached(60, "mastodon")) == 3
    assert of(said(), answered(10), said(20, network="email"), reached(60, "email")) == 3
    assert of(said(), answered(10), reached(60, "email", by_brand=False)) == 3
    assert of(said(), answered(10), reached(60, "email", human=False)) == 3
    assert of(said(), reached(5, "email"), answered(10)) == 3


def test_their_answer_on_the_second_channel_does_not_undo_level_5() -> None:
    assert of(said(), answered(10), reached(60, "email"), said(70, network="email")) == 5


@pytest.mark.parametrize(
    "kind",
    [EntryKind.VISIT_COMPLETED, EntryKind.DELIVERY_COMPLETED, EntryKind.COUNTER_COMPLETED],
)
def test_level_6_is_service_in_person(kind: EntryKind) -> None:
    first, answer, served = said(), answered(10), entry(kind, 100)
    result = level([first, answer, served], USUAL)
    assert (result.level, result.evidence) == (6, (first.id, answer.id, served.id))
    assert of(said(), entry(kind, 5), answered(10)) == 3


def test_level_7_is_a_gesture_that_used_a_memory_of_a_month_or_more() -> None:
    first, answer, gesture = said(), answered(10), remembered(10, age=MONTH)
    result = level([gesture, first, answer], USUAL)
    assert (result.level, result.evidence) == (7, (first.id, answer.id, gesture.id))
    assert of(said(), answered(10), remembered(20, age=MONTH - timedelta(seconds=1))) == 3
    assert of(said(), answered(10), remembered(20, age=MONTH, human=False)) == 3


def test_nothing_lifts_a_conversation_whose_first_answer_was_late() -> None:
    rungs = [answered(50, direct=True), called(60), reached(70, "email")]
    rungs += [entry(EntryKind.VISIT_COMPLETED, 80), remembered(90, age=MONTH)]
    result = level([said(), answered(40), *rungs], USUAL)
    assert result.level == 2
    assert result.lift == ()
    assert of(said(), answered(2 * DAY), *rungs[1:]) == 1


def test_the_highest_rung_counts_whatever_is_below_it() -> None:
    served = entry(EntryKind.VISIT_COMPLETED, 80)
    assert of(said(), answered(10), served, reached(90, "email")) == 6
    assert of(said(), answered(10), served, remembered(90, age=MONTH)) == 7


def test_thresholds_must_make_sense() -> None:
    for slow in (timedelta(hours=1), timedelta(hours=2)):
        with pytest.raises(Invalid) as refusal:
            Thresholds(quick=timedelta(hours=2), slow=slow)
        assert set(refusal.value.fields) == {"quick", "slow"}
    with pytest.raises(Invalid):
        Thresholds(quick=timedelta(0))


# What would lift it


def sentences(
    *entries: Entry, now: float | None, memories: tuple[KnownMemory, ...] = ()
) -> list[str]:
    moment = None if now is None else at(now)
    return [lift.sentence for lift in level(entries, USUAL, now=moment, memories=memories).lift]


def test_an_unanswered_conversation_says_how_long_level_3_can_be_reached() -> None:
    assert sentences(said(), now=18) == ["Answer within 12 minutes to reach level 3."]
    assert sentences(said(), now=30) == ["Answer within a second to reach level 3."]
    assert sentences(said(), now=60) == ["Answer within 23 hours to reach level 2."]
    assert sentences(said(), now=None) == [
        "Answer within 30 minutes of the first message to reach level 3."
    ]


def test_a_missed_conversation_asks_for_an_apology() -> None:
    (lift,) = level([said()], USUAL, now=at(DAY + 1)).lift
    assert (lift.code, lift.level, lift.until) == ("answer_late", 1, None)
    assert "apology" in lift.sentence


def test_an_answered_conversation_shows_every_way_up() -> None:
    ways = level([said(), answered(5)], USUAL, now=at(10)).lift
    assert [(lift.code, lift.level) for lift in ways] == [
        ("take_private_and_call", 4),
        ("reach_second_channel", 5),
        ("serve_in_person", 6),
        ("remember", 7),
    ]


def test_once_in_private_only_the_call_is_missing() -> None:
    (lift, *_) = level([said(), answered(5), answered(6, direct=True)], USUAL).lift
    assert (lift.code, lift.level) == ("call", 4)


def test_ways_that_were_gone_are_not_offered_again() -> None:
    served = entry(EntryKind.COUNTER_COMPLETED, 60)
    assert [lift.level for lift in level([said(), answered(5), served], USUAL).lift] == [7]
    assert level([said(), answered(5), remembered(9, age=MONTH)], USUAL).lift == ()


def test_what_is_known_about_the_customer_is_a_way_to_level_7() -> None:
    old = KnownMemory(1, "she loves cornbread.", at(0) - timedelta(days=120))
    new = KnownMemory(2, "travels with a dog", at(0) - timedelta(days=28, hours=3))
    ways = level([said(), answered(5)], USUAL, now=at(10), memories=(new, old)).lift[-2:]
    assert [(lift.code, lift.memory_id) for lift in ways] == [
        ("use_memory", 1),
        ("keep_memory", 2),
    ]
    assert ways[0].sentence == (
        "You know this about them: she loves cornbread. Use it to reach level 7."
    )
    assert ways[1].sentence == (
        "You know this about them: travels with a dog. Use it in 2 days to reach level 7."
    )


def test_without_a_present_moment_every_memory_is_offered() -> None:
    memory = KnownMemory(1, "she loves cornbread", at(0))
    (*_, lift) = level([said(), answered(5)], USUAL, memories=(memory,)).lift
    assert (lift.code, lift.memory_id) == ("use_memory", 1)


def test_where_nobody_asked_or_nobody_answered_there_is_nothing_to_climb_on() -> None:
    assert lifts(read([answered(0)]), 0, USUAL) == ()
    assert private_message(read([said(direct=True)])) is None


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=-5), "a second"),
        (timedelta(seconds=1.9), "1 second"),
        (timedelta(seconds=59), "59 seconds"),
        (timedelta(minutes=12, seconds=59), "12 minutes"),
        (timedelta(hours=1, minutes=1), "1 hour 1 minute"),
        (timedelta(hours=5), "5 hours"),
        (timedelta(days=2, hours=1, minutes=50), "2 days 1 hour"),
    ],
)
def test_spans_are_told_in_words_and_rounded_down(span: timedelta, words: str) -> None:
    assert in_words(span) == words


# Properties

minutes = st.sampled_from([-5.0, 0, 1, 10, 29, 30, 31, 60, DAY, DAY + 1, 3 * DAY])
entries = st.lists(
    st.one_of(
        st.builds(said, minutes, direct=st.booleans(), network=st.sampled_from("ab")),
        st.builds(answered, minutes, human=st.booleans(), direct=st.booleans()),
        st.builds(called, minutes),
        st.builds(reached, minutes, st.sampled_from("ab"), by_brand=st.booleans()),
        st.builds(remembered, minutes, age=st.sampled_from([MONTH, timedelta(days=1)])),
        st.builds(entry, st.sampled_from(EntryKind), minutes, human=st.booleans()),
    ),
    max_size=8,
)


@given(entries, st.data())
def test_the_order_in_which_entries_are_given_is_of_no_importance(
    timeline: list[Entry], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(timeline))
    assert level(timeline, USUAL) == level(shuffled, USUAL)


@given(entries)
def test_what_automations_did_can_be_left_out_without_any_change(timeline: list[Entry]) -> None:
    by_people = [e for e in timeline if e.human or e.kind is EntryKind.MESSAGE_IN]
    assert level(timeline, USUAL) == level(by_people, USUAL)


@given(entries, minutes)
def test_a_lift_always_leads_upwards(timeline: list[Entry], now: float) -> None:
    result = level(timeline, USUAL, now=at(now))
    assert all(lift.level > (result.level or 0) for lift in result.lift)


@given(entries)
def test_the_evidence_alone_earns_the_same_level(timeline: list[Entry]) -> None:
    result = level(timeline, USUAL)
    proof = [e for e in timeline if e.id in result.evidence]
    assert level(proof, USUAL).level == result.level
