"""What scripted customers say, and when; and the story they tell in the demo."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornbread.care.domain.levels import Thresholds, level
from cornbread.care.domain.timeline import ChannelReached, Entry, EntryKind, MemoryUsed
from cornbread.care.domain.timeline import Visibility as Seen
from cornbread.channels.domain.trouble import ChannelTrouble
from cornbread.channels.networks.sandbox.loading import minutes
from cornbread.channels.networks.sandbox.scene import Beat, Customer, Impatience, Scene
from cornbread.channels.networks.sandbox.scenes import scenes
from cornbread.channels.networks.sandbox.script import (
    Answer,
    Scripted,
    Step,
    asks_for_direct,
    plan,
    respond,
)
from cornbread.channels.networks.sandbox.story import RUN, Case, StoryMemory, StoryPost, story
from cornbread.foundation.errors import Refusal
from cornbread.listening.domain.matching import MatchablePost, Matcher
from cornbread.listening.domain.query import parse

NOW = datetime(2025, 11, 14, 22, 10, tzinfo=UTC)
ANA = Customer("ana", "Ana")
SCENE = Scene(
    key="test",
    channel="trains",
    cast=(ANA,),
    beats=(
        Beat(key="past", at_min=-60, who="ana", text="Hello?"),
        Beat(key="ours", at_min=-50, by="priya", reply_to="past", text="Hello Ana."),
        Beat(
            key="late",
            at_min=2,
            who="ana",
            text="The train is late.",
            impatient=(Impatience(10, "Anyone?"), Impatience(20, "Nobody.")),
            turns=("Thank you!", "Bye."),
            if_direct="My number is 7.",
            if_thin="And that means?",
            when_we_say={"cornbread": "You remembered!"},
        ),
    ),
)
LATE = Step("test", "late")
HELPFUL = "The next one leaves at ten past, from platform two."


def said(step: Step, text: str, *, direct: bool = False, speed: float = 1.0) -> Scripted | None:
    answer = Answer("reply-1", text, direct)
    posts = respond(SCENE, step, answer, NOW, speed=speed, seed=4)
    assert len(posts) <= 1
    return posts[0] if posts else None


def test_a_scene_is_told_in_the_order_of_time_with_its_answers_in_thread() -> None:
    past, ours, late, first, second = plan(SCENE, NOW, run="r")
    assert (past.external_id, ours.in_reply_to) == ("test-past-r", "test-past-r")
    assert (ours.author, ours.by) == (None, "priya")
    assert late.at == NOW + timedelta(minutes=2)
    assert (first.at, second.at) == (NOW + timedelta(minutes=12), NOW + timedelta(minutes=22))
    assert first.in_reply_to == late.external_id
    assert first.step is not None
    assert first.step.waiting


def test_speed_shortens_what_is_to_come_and_leaves_history_alone() -> None:
    past, _, late, *_ = plan(SCENE, NOW, speed=60)
    assert past.at == NOW - timedelta(hours=1)
    assert late.at == NOW + timedelta(seconds=2)


def test_a_good_answer_is_thanked_for_a_little_later() -> None:
    post = said(LATE, HELPFUL)
    assert post is not None
    assert post.text == "Thank you!"
    assert post.in_reply_to == "reply-1"
    assert timedelta(seconds=5) < post.at - NOW < timedelta(minutes=2)
    assert said(LATE, HELPFUL) == post, "the same seed says the same at the same moment"


def test_a_sped_up_customer_answers_sooner() -> None:
    slow, fast = said(LATE, HELPFUL), said(LATE, HELPFUL, speed=10)
    assert slow is not None
    assert fast is not None
    assert (slow.at - NOW) / 10 == pytest.approx(fast.at - NOW, abs=timedelta(milliseconds=1))


def test_a_thin_answer_is_asked_about_once() -> None:
    post = said(LATE, "We are sorry.")
    assert post is not None
    assert post.text == "And that means?"
    assert post.step is not None
    again = said(post.step, "We are sorry.")
    assert again is not None
    assert again.text == "Thank you!"


def test_asked_for_a_direct_message_the_customer_goes_there() -> None:
    post = said(LATE, "Please send us a direct message with your number, we will call you.")
    assert post is not None
    assert (post.text, post.direct) == ("My number is 7.", True)
    assert post.step is not None
    after = said(post.step, "Thank you, I am calling you right now on that.", direct=True)
    assert after is not None
    assert (after.text, after.direct) == ("Thank you!", True)


def test_a_remembered_word_is_noticed() -> None:
    post = said(LATE, "Cornbread will be waiting.")
    assert post is not None
    assert post.text == "You remembered!"


def test_in_the_end_the_customer_has_said_everything() -> None:
    step = LATE
    for expected in ("Thank you!", "Bye."):
        post = said(step, HELPFUL)
        assert post is not None
        assert post.text == expected
        assert post.step is not None
        step = post.step
    assert said(step, HELPFUL) is None


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Could you DM us?", True),
        ("Schreiben Sie uns eine Direktnachricht.", True),
        ("Envoyez-nous un message privé.", True),
        ("The 9:15 runs, I admit, late.", False),
    ],
)
def test_an_invitation_to_write_in_private_is_understood(text: str, asks: bool) -> None:
    assert asks_for_direct(text) is asks


@given(
    st.builds(
        Step,
        scene=st.sampled_from(["a", "b-c"]),
        beat=st.sampled_from(["x", "y-z"]),
        said=st.integers(0, 99),
        asked=st.booleans(),
        moved=st.booleans(),
        waiting=st.booleans(),
    )
)
def test_a_step_is_read_back_as_it_was_stored(step: Step) -> None:
    assert Step.read(step.key()) == step
    assert step.key().endswith("w") is step.waiting


@pytest.mark.parametrize("key", ["", "x", "a/b/c/d", "a/b/1"])
def test_a_post_without_script_has_no_step(key: str) -> None:
    assert Step.read(key) is None


def test_times_are_written_as_people_say_them() -> None:
    assert minutes("-3d 2h") == -3 * 1440 - 120
    assert minutes("+90s") == 1.5
    for nonsense in ("3d", "-", "+2x", ""):
        with pytest.raises(ValueError, match="is not a time"):
            minutes(nonsense)


def test_every_post_of_the_scenes_has_its_author_and_parent() -> None:
    for scene in scenes():
        keys = [beat.key for beat in scene.beats]
        assert len(keys) == len(set(keys))
        times = {beat.key: beat.at_min for beat in scene.beats}
        for beat in scene.beats:
            assert (scene.customer(beat.who) is None) == bool(beat.by), beat.key
            assert not beat.reply_to or times[beat.reply_to] < beat.at_min, beat.key
            assert not any("/" in part for part in (scene.key, beat.key))


def test_a_customer_who_plays_in_two_scenes_is_the_same_in_both() -> None:
    known: dict[str, Customer] = {}
    for one in (one for scene in scenes() for one in scene.cast):
        assert known.setdefault(one.handle, one) == one


def test_the_demo_hears_a_post_every_few_seconds_for_ten_minutes() -> None:
    times = sorted(
        (post.at - NOW).total_seconds()
        for scene in scenes()
        for post in plan(scene, NOW)
        if post.at > NOW
    )
    busy = [time for time in times if time <= 600]
    assert busy[0] <= 20
    assert max(later - sooner for sooner, later in pairwise(busy)) <= 40
    assert times[-1] > 3600


def test_the_story_fits_together() -> None:
    told = story(NOW)
    setting = told.setting
    members = {member.key for member in setting.members}
    channels = {place.key for place in setting.channels}
    labels = {label.name for label in setting.labels}
    customers = {one.handle for scene in told.scenes for one in scene.cast}
    posted = {one.post.external_id for one in told.history}
    assert {scene.channel for scene in told.scenes} <= channels
    assert {one.post.by for one in told.history} - {""} <= members
    assert {memory.customer for memory in setting.memories} <= customers
    assert {link.customer for link in setting.links} <= customers
    for case in setting.cases:
        assert case.external_id in posted, case.opening
        assert case.assignee in members | {""}
        assert set(case.labels) <= labels
        assert {one.by for one in (*case.notes, *case.touches)} <= members
        assert all(one.at_min < 0 for one in (*case.notes, *case.touches))
        assert case.status in {"open", "pending", "snoozed", "resolved"}


def test_the_watches_of_the_story_can_be_read() -> None:
    for watch in story(NOW).setting.watches:
        try:
            parse(watch.query)
        except (Refusal, ChannelTrouble) as refused:
            pytest.fail(f"{watch.name}: {refused}")


def test_every_post_that_is_not_sent_to_us_is_caught_by_a_watch() -> None:
    told = story(NOW)
    watches = enumerate(told.setting.watches)
    matcher = Matcher.compile({number: watch.query for number, watch in watches})
    for post in (post for scene in told.scenes for post in plan(scene, NOW)):
        if post.author and not post.addressed:
            heard = MatchablePost(
                text=post.text, author=post.author.handle, lang="en", network="sandbox"
            )
            assert tuple(matcher.match(heard)), post.text


def test_the_story_has_a_conversation_at_every_level() -> None:
    told = story(NOW)
    memories = {memory.key: memory for memory in told.setting.memories}
    for case in told.setting.cases:
        entries = _timeline(case, told.history, memories)
        found = level(entries, Thresholds(timedelta(minutes=30), timedelta(days=1)), now=NOW)
        assert found.level == case.level, case.opening
    reached = Counter(case.level for case in told.setting.cases)
    assert set(reached) == set(range(8))


def _timeline(
    case: Case, history: tuple[StoryPost, ...], memories: dict[str, StoryMemory]
) -> list[Entry]:
    inside = {case.external_id}
    entries: list[Entry] = []
    for one in history:
        post = one.post
        if post.external_id not in inside and post.in_reply_to not in inside:
            continue
        inside.add(post.external_id)
        entries.append(
            Entry(
                id=len(entries),
                at=post.at,
                kind=EntryKind.MESSAGE_IN if post.author else EntryKind.MESSAGE_OUT,
                visibility=Seen.DIRECT if post.direct else Seen.PUBLIC,
                network="sandbox",
                identity_id=1,
            )
        )
    for touch in case.touches:
        at = NOW + timedelta(minutes=touch.at_min)
        details: MemoryUsed | ChannelReached | None = None
        if touch.memory:
            learned = NOW + timedelta(minutes=memories[touch.memory].at_min)
            details = MemoryUsed(memory_id=1, learned_at=learned, gesture=touch.text)
        elif touch.link:
            details = ChannelReached("email", 2, identity_linked_by_brand=True)
        kind = EntryKind(touch.kind)
        entries.append(Entry(id=100 + len(entries), at=at, kind=kind, details=details))
    return entries


def test_another_performance_has_ids_of_its_own() -> None:
    first = {post.external_id for post in plan(SCENE, NOW, run=RUN)}
    assert not first & {post.external_id for post in plan(SCENE, NOW, run="again")}
