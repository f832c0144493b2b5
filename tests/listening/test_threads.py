"""Which posts belong together, in whatever order they are heard."""

from collections.abc import Iterable, Mapping

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cornbread.listening.domain.placing import Placement, place
from cornbread.listening.domain.threads import Post, Record, arrange, group


class Shelf:
    """A store in memory that obeys placements the way the database does."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        self.questions = 0

    def get(self, ids: Iterable[str], /) -> Mapping[str, Record]:
        self.questions += 1
        return {id_: self.records[id_] for id_ in ids if id_ in self.records}

    def awaited(self, ids: Iterable[str], /) -> set[str]:
        self.questions += 1
        used = {r.root for r in self.records.values()} | {r.anchor for r in self.records.values()}
        return {id_ for id_ in ids if id_ in used}

    def hear(self, *batch: Post) -> Placement:
        placement = place(batch, self)
        roots, anchors = dict(placement.root_moves), dict(placement.anchor_moves)
        for id_, record in self.records.items():
            self.records[id_] = msgspec.structs.replace(
                record,
                root=roots.get(record.root, record.root),
                anchor=anchors.get(record.anchor or "", record.anchor),
            )
        for record in placement.records:
            assert record.id not in self.records
            self.records[record.id] = record
        return placement


def customer(id_: str, parent: str | None = None, *, author: str = "ana") -> Post:
    return Post(id_, author, True, parent)


def ours(id_: str, parent: str | None = None) -> Post:
    return Post(id_, "brand", False, parent)


def straightforward(posts: list[Post]) -> tuple[dict[str, object], set[str], set[str]]:
    """The definition once more, one post at a time, without any care for speed."""
    known = {post.id: post for post in posts}

    def above(id_: str) -> list[str]:
        seen = [id_]
        while id_ in known and (parent := known[id_].parent) is not None and parent not in seen:
            seen.append(id_ := parent)
        return seen

    def root(id_: str) -> str:
        chain = above(id_)
        last = known.get(chain[-1])
        if last is None or last.parent is None:
            return chain[-1]
        return min(chain[chain.index(last.parent) :])

    placed: dict[str, object] = {}
    announcements, unknown = set(), set()
    for post in posts:
        if post.inbound:
            placed[post.id] = (root(post.id), post.author)
            continue
        others = [i for i in above(post.id) if i not in known or known[i].inbound]
        if not others:
            announcements.add(post.id)
        elif others[0] not in known:
            unknown.add(post.id)
        else:
            placed[post.id] = (root(others[0]), known[others[0]].author)
    return placed, announcements, unknown


def test_a_customer_and_we_share_one_conversation_along_a_chain() -> None:
    found = group([customer("1"), ours("2", "1"), customer("3", "2"), ours("4", "3")])
    assert found.conversations == {("1", "ana"): ("1", "2", "3", "4")}


def test_another_customer_in_the_same_thread_has_a_conversation_of_their_own() -> None:
    found = group([customer("1"), customer("2", "1", author="lee"), ours("3", "2")])
    assert found.conversations == {("1", "ana"): ("1",), ("1", "lee"): ("2", "3")}


def test_our_posts_in_a_row_belong_to_the_customer_whom_the_first_answers() -> None:
    found = group([customer("1"), ours("2", "1"), ours("3", "2"), ours("4", "3")])
    assert found.conversations == {("1", "ana"): ("1", "2", "3", "4")}


def test_posts_of_ours_that_answer_nobody_are_announcements() -> None:
    found = group([ours("1"), ours("2", "1"), customer("3", "2")])
    assert found.announcements == ("1", "2")
    assert found.conversations == {("1", "ana"): ("3",)}


def test_an_answer_to_a_missing_post_is_kept_aside_and_not_invented() -> None:
    found = group([ours("2", "1"), ours("3", "2")])
    assert found.unknown == ("2", "3")
    assert not found.conversations


def test_two_answers_to_the_same_missing_post_share_its_thread() -> None:
    found = group([customer("2", "1"), customer("3", "1")])
    assert found.conversations == {("1", "ana"): ("2", "3")}


def test_a_missing_post_that_comes_at_last_brings_our_answer_into_its_conversation() -> None:
    shelf = Shelf()
    shelf.hear(ours("3", "2"), ours("4", "3"))
    assert arrange(shelf.records.values()).unknown == ("3", "4")
    placement = shelf.hear(customer("2", "1"))
    assert placement.anchors_found == ("2",)
    assert placement.root_moves == (("2", "1"),)
    found = arrange(shelf.records.values())
    assert found.conversations == {("1", "ana"): ("2", "3", "4")}


def test_a_missing_post_of_ours_hands_its_anchor_to_those_that_waited() -> None:
    shelf = Shelf()
    shelf.hear(customer("1"), ours("3", "2"))
    assert shelf.hear(ours("2", "1")).anchor_moves == (("2", "1"),)
    assert arrange(shelf.records.values()).conversations == {("1", "ana"): ("1", "2", "3")}


def test_a_post_heard_twice_is_placed_once() -> None:
    shelf = Shelf()
    assert len(shelf.hear(customer("1"), customer("1")).records) == 1
    assert shelf.hear(customer("1")) == Placement((), (), (), ())


def test_a_batch_asks_the_store_two_questions_however_long_it_is() -> None:
    shelf = Shelf()
    shelf.hear(*(ours(str(n), str(n - 1)) for n in range(1, 500)))
    assert shelf.questions == 2


def test_a_reply_to_itself_has_no_parent() -> None:
    found = group([customer("1", "1"), ours("2", "2")])
    assert found.conversations == {("1", "ana"): ("1",)}
    assert found.announcements == ("2",)


def test_posts_that_answer_each_other_in_a_circle_still_find_one_place() -> None:
    found = group([customer("b", "a"), ours("a", "b"), ours("c", "a")])
    assert found.conversations == {("a", "ana"): ("a", "b", "c")}


def test_a_circle_of_our_own_posts_answers_nobody() -> None:
    found = group([ours("a", "b"), ours("b", "a"), ours("c", "a")])
    assert found.announcements == ("a", "b", "c")


@pytest.mark.parametrize("batch", [500, 5_000])
def test_an_absurdly_deep_thread_heard_from_its_end_is_placed_in_no_time(batch: int) -> None:
    depth = 5_000
    posts = [ours(str(n), str(n - 1)) for n in range(depth, 0, -1)] + [customer("0")]
    shelf = Shelf()
    for start in range(0, len(posts), batch):
        shelf.hear(*posts[start : start + batch])
    assert arrange(shelf.records.values()) == group(posts)
    assert len(group(posts).conversations[("0", "ana")]) == depth + 1


NAMES = "abcdefgh"
threads = st.lists(
    st.builds(
        Post,
        id=st.sampled_from(NAMES),
        author=st.sampled_from(["ana", "lee"]),
        inbound=st.booleans(),
        parent=st.none() | st.sampled_from(NAMES + "xy"),
    ),
    max_size=8,
    unique_by=lambda post: post.id,
)


@given(threads)
@settings(max_examples=200, deadline=None)
def test_grouping_says_what_the_definition_says(posts: list[Post]) -> None:
    placed, announcements, unknown = straightforward(posts)
    found = group(posts)
    assert {i: key for key, ids in found.conversations.items() for i in ids} == placed
    assert set(found.announcements) == announcements
    assert set(found.unknown) == unknown


@given(threads, st.data())
@settings(max_examples=250, deadline=None)
def test_any_order_and_any_batches_give_what_all_at_once_gives(
    posts: list[Post], data: st.DataObject
) -> None:
    shelf = Shelf()
    waiting = data.draw(st.permutations(posts))
    heard: list[Post] = []
    while waiting:
        size = data.draw(st.integers(1, len(waiting)))
        repeats = data.draw(st.lists(st.sampled_from(heard), max_size=2)) if heard else []
        shelf.hear(*waiting[:size], *repeats)
        heard, waiting = heard + waiting[:size], waiting[size:]
        # Not only in the end: after every batch it equals what is known by then.
        assert arrange(shelf.records.values()) == group(heard)


@given(threads)
@settings(deadline=None)
def test_moves_never_lead_to_where_another_move_starts(posts: list[Post]) -> None:
    shelf = Shelf()
    half = len(posts) // 2
    shelf.hear(*posts[:half])
    placement = shelf.hear(*posts[half:])
    assert not {old for old, _ in placement.root_moves} & {new for _, new in placement.root_moves}
    starts = {old for old, _ in placement.anchor_moves}
    assert not starts & {new for _, new in placement.anchor_moves}
