"""Who talks with us about what: one customer with us along one reply chain."""

from datetime import timedelta

import pytest
import time_machine

from cornbread.care import actions as care
from cornbread.care import queries
from cornbread.care.models import Conversation, Entry
from cornbread.care.queries import Filters
from cornbread.channels.domain.posts import Author
from cornbread.foundation.errors import NotAllowed, NotFound
from cornbread.listening import actions as listening
from cornbread.listening.intake import forget_compiled
from cornbread.listening.models import Mention
from cornbread.people import actions as people
from cornbread.team import actions as team
from cornbread.team.domain.permissions import PERMISSIONS, Role
from cornbread.team.models import Member
from tests import world
from tests.world import answer, channel, conversation, conversations, direct, hear, post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretend")]


def test_two_customers_in_one_thread_have_a_conversation_each() -> None:
    place = channel(world.workspace())
    hear(place, post("1"), post("2", to="1", by="lee"), answer("3", "2"), answer("4", "1"))
    assert world.placed(place.workspace) == {("1", "4"): "ana", ("2", "3"): "lee"}


def test_our_answers_in_a_row_all_belong_to_the_customer_answered_first() -> None:
    place = channel(world.workspace())
    hear(place, answer("3", "2"), answer("2", "1"), post("1"))
    assert set(world.ids_in(conversation(place.workspace))) == {"1", "2", "3"}


def test_what_we_announce_opens_no_conversation_but_its_answers_do() -> None:
    place = channel(world.workspace())
    hear(place, answer("1", None, "New timetable"))
    assert conversations(place.workspace) == []
    hear(place, post("2", to="1", at=1))
    assert world.ids_in(conversation(place.workspace)) == ["2"]


def test_our_answers_heard_long_before_the_question_find_it_when_it_comes() -> None:
    place = channel(world.workspace())
    hear(place, answer("2", "1", at=5), answer("3", "2", at=6))
    assert conversations(place.workspace) == []
    hear(place, post("1"))
    one = conversation(place.workspace)
    assert world.ids_in(one) == ["1", "2", "3"]
    assert (one.level, one.status) == (3, "pending")


def test_our_answer_outside_cornbread_counts_and_leaves_the_turn_to_the_customer() -> None:
    place = channel(world.workspace())
    hear(place, post("1"))
    assert conversation(place.workspace).level == 0
    hear(place, answer("2", "1", at=45))
    one = conversation(place.workspace)
    assert (one.level, one.status, one.waiting_since) == (2, "pending", None)


def test_automatic_replies_never_count() -> None:
    place = channel(world.workspace())
    robot = Author(external_id="brand-redkite", handle="redkite", automated=True)
    hear(place, post("1"), answer("2", "1", at=1, author=robot))
    one = conversation(place.workspace)
    assert (one.level, one.first_answer_at, one.status) == (0, None, "open")
    assert one.waiting_since == world.THEN


def test_a_later_message_of_the_customer_reopens() -> None:
    brand = world.workspace()
    place, by = channel(brand), world.member(brand)
    hear(place, post("1"), answer("2", "1", at=1))
    care.resolve(conversation(brand).pk, by=by)
    hear(place, post("3", to="2", at=world.clock.now()))
    assert conversation(brand).status == "open"


def test_a_direct_message_goes_on_with_the_open_public_conversation() -> None:
    place = channel(world.workspace())
    hear(place, post("1"))
    hear(place, direct(post("2", at=9)))
    assert world.ids_in(conversation(place.workspace)) == ["1", "2"]


def test_direct_messages_heard_together_go_on_with_one_another() -> None:
    place = channel(world.workspace())
    hear(place, direct(post("1")), direct(post("2", at=1)), direct(answer("3", "2", at=2)))
    assert world.ids_in(conversation(place.workspace)) == ["1", "2", "3"]


def test_a_direct_message_and_its_answer_heard_together_go_on_with_the_case() -> None:
    place = channel(world.workspace())
    hear(place, post("1"))
    hear(place, direct(answer("3", "2", at=6)), direct(post("2", at=5)))
    assert world.ids_in(conversation(place.workspace)) == ["1", "2", "3"]


def test_direct_messages_of_different_customers_stay_apart() -> None:
    place = channel(world.workspace())
    hear(place, direct(post("1")), direct(post("2", by="lee")), post("3", by="kim"))
    assert len(conversations(place.workspace)) == 3


def test_a_direct_message_long_after_the_end_of_a_case_begins_another() -> None:
    brand = world.workspace()
    place, by = channel(brand), world.member(brand)
    with time_machine.travel(world.THEN, tick=False):
        hear(place, post("1"))
        care.resolve(conversation(brand).pk, by=by)
    hear(place, direct(post("2", at=60 * 24 * 6)))
    assert len(conversations(brand)) == 1
    with time_machine.travel(world.THEN + timedelta(days=6), tick=False):
        care.resolve(conversation(brand).pk, by=by)
    hear(place, direct(post("3", at=60 * 24 * 30)))
    assert set(world.placed(brand)) == {("1", "2"), ("3",)}


def test_our_direct_message_without_a_question_joins_the_customers_case() -> None:
    place = channel(world.workspace())
    hear(place, post("1"))
    hear(place, direct(answer("2", None, "Please tell us your booking", at=4), to="ana"))
    one = conversation(place.workspace)
    assert world.ids_in(one) == ["1", "2"]
    assert one.level == 3


def test_our_direct_message_to_somebody_who_never_wrote_is_no_conversation() -> None:
    place = channel(world.workspace())
    hear(place, direct(answer("1", None), to="nobody"))
    assert conversations(place.workspace) == []
    hear(place, direct(post("2", to="1", at=1, by="nobody")))
    assert world.ids_in(conversation(place.workspace)) == ["2"]


def test_edits_and_deletions_stand_in_the_timeline_at_their_own_time() -> None:
    place = channel(world.workspace())
    hear(place, post("1", "one"))
    hear(place, world.edited(post("1", "one"), "two", at=3))
    world.take_back(place, "1", at=7)
    world.take_back(place, "1", at=8)
    one = conversation(place.workspace)
    assert world.kinds_in(one) == ["message_in", "message_edited", "message_deleted"]
    times = list(Entry.objects.order_by("at").values_list("at", flat=True))
    assert times == world.moments([0, 3, 7])
    assert one.preview == ""


def test_a_stream_post_is_joined_by_our_answer_and_by_taking_it_into_the_inbox() -> None:
    brand = world.workspace()
    place, by = channel(brand), world.member(brand, Role.LEAD)
    listening.save_watch(by=by, name="Trains", query="train", to_inbox=False)
    forget_compiled()
    hear(
        place,
        post("1", "train one", addressed=False),
        post("2", "train two", addressed=False, to="1", at=1),
        post("3", "train three", addressed=False, by="lee"),
    )
    assert conversations(brand) == []
    hear(place, answer("4", "2", at=2))
    assert world.placed(brand) == {("1", "2", "4"): "ana"}
    opened = care.open_from_mention(Mention.objects.get(external_id="3").pk, by=by)
    assert world.ids_in(opened) == ["3"]


def test_a_case_is_shown_by_what_will_be_late_first() -> None:
    brand = world.workspace()
    place, by = channel(brand), world.member(brand)
    now = world.clock.now()
    hear(place, post("1", by="ana", at=now - timedelta(minutes=20)))
    hear(place, post("2", by="lee", at=now - timedelta(minutes=25)))
    hear(place, post("3", by="kim", at=now), answer("4", "3", at=now))
    shown = [str(one.identity) for one in queries.inbox(Filters(status="all"), seen_by=by)]
    assert shown == ["Lee", "Ana", "Kim"]


ACTIONS = {
    "conversation.note": lambda one, by: care.note(one.pk, "note", by=by),
    "conversation.assign": lambda one, by: care.assign(one.pk, to=by.pk, by=by),
    "conversation.status": lambda one, by: care.set_pending(one.pk, by=by),
    "conversation.label": lambda one, by: care.label(one.pk, "vip", by=by),
    "conversation.touch": lambda one, by: care.record_touch(one.pk, "call_completed", by=by),
    "conversation.reply": lambda one, by: care.reply(one.pk, "Hi", by=by, basis=10**9),
    "conversation.read": lambda one, by: care.look(one.pk, by=by),
    "person.write": lambda one, by: care.remember_from(one.pk, "likes tea", by=by),
}


@pytest.fixture
def case(request: pytest.FixtureRequest) -> Conversation:
    """A conversation that was given to the night team, in which a partner works."""
    brand = world.workspace()
    owner = world.member(brand, Role.OWNER)
    hear(channel(brand), post("1"))
    one = conversation(brand)
    care.create_label("vip", by=owner)
    night = team.create_team("Night", by=owner)
    care.hand_to_team(one.pk, team_id=night.pk, by=owner)
    return one


def colleague(one: Conversation, role: Role) -> Member:
    by = world.member(one.workspace, role)
    if role is Role.PARTNER:
        by.teams.set(one.workspace.teams.all())
    return by


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("permission", ACTIONS)
def test_each_role_may_do_what_the_table_of_permissions_says(
    case: Conversation, role: Role, permission: str
) -> None:
    by = colleague(case, role)
    if permission in PERMISSIONS[role]:
        ACTIONS[permission](case, by)
    else:
        with pytest.raises(NotAllowed):
            ACTIONS[permission](case, by)


@pytest.mark.parametrize("permission", ACTIONS)
def test_for_the_people_of_another_brand_a_conversation_does_not_exist(
    case: Conversation, permission: str
) -> None:
    stranger = world.member(world.workspace("Blue Heron"), Role.OWNER)
    with pytest.raises(NotFound):
        ACTIONS[permission](case, stranger)
    with pytest.raises(NotFound):
        queries.conversation(case.pk, seen_by=stranger)
    with pytest.raises(NotFound):
        list(queries.entries(case.pk, seen_by=stranger))
    assert not queries.inbox(Filters(status="all"), seen_by=stranger).exists()
    assert set(queries.counts(seen_by=stranger).values()) == {0}


def test_a_partner_sees_only_what_was_given_to_their_team(case: Conversation) -> None:
    brand = case.workspace
    partner = colleague(case, Role.PARTNER)
    place = brand.channels.get()
    hear(place, post("2", by="lee"))
    hidden = conversations(brand)[-1]
    seen = queries.inbox(Filters(status="all"), seen_by=partner)
    assert [one.pk for one in seen] == [case.pk]
    assert queries.counts(seen_by=partner)["open"] == 1
    for ask in (
        lambda: queries.conversation(hidden.pk, seen_by=partner),
        lambda: list(queries.entries(hidden.pk, seen_by=partner)),
        lambda: care.note(hidden.pk, "hello", by=partner),
        lambda: care.save_draft(hidden.pk, "hello", by=partner, mode="public", basis=0),
        lambda: care.look(hidden.pk, by=partner),
        lambda: (
            care.level_of(hidden.pk, seen_by=partner)
            if hasattr(care, "level_of")
            else queries.conversation(hidden.pk, seen_by=partner, lock=True)
        ),
    ):
        with pytest.raises(NotFound):
            ask()
    assert queries.others_of_person(case, seen_by=partner).count() == 0


def test_a_conversation_taken_from_the_partners_team_is_gone_for_them(case: Conversation) -> None:
    partner = colleague(case, Role.PARTNER)
    lead = world.member(case.workspace, Role.LEAD)
    care.hand_to_team(case.pk, team_id=None, by=lead)
    with pytest.raises(NotFound):
        queries.conversation(case.pk, seen_by=partner)


def test_calls_visits_and_old_memories_lift_the_level() -> None:
    brand = world.workspace()
    place, by = channel(brand), world.member(brand)
    now = world.clock.now()
    asked = now - timedelta(hours=1)
    hear(place, post("1", at=asked), answer("2", "1", at=asked + timedelta(minutes=3)))
    one = conversation(brand)
    assert one.level == 3
    care.record_touch(one.pk, "call_completed", by=by)
    assert conversation(brand).level == 3, "a call alone is not yet level 4"
    hear(place, direct(post("3", to="2", at=asked + timedelta(minutes=9))))
    assert conversation(brand).level == 4
    phone = people.link(one.person_id, kind="phone", handle="+49 30 1", by=by)
    care.record_touch(one.pk, "channel_reached", by=by, identity_id=phone.pk)
    assert conversation(brand).level == 5
    care.record_touch(one.pk, "visit_completed", by=by)
    assert conversation(brand).level == 6
    young = people.remember(one.person_id, "Loves cornbread", by=by)
    care.record_touch(one.pk, "memory_used", by=by, memory_id=young.pk, text="a basket")
    assert conversation(brand).level == 6, "remembered for a moment only"
    learned = now - timedelta(days=30, seconds=1)
    old = people.remember(one.person_id, "Loves cornbread", by=by, learned_at=learned)
    care.record_touch(one.pk, "memory_used", by=by, memory_id=old.pk, text="a basket")
    assert conversation(brand).level == 7


def test_labels_are_one_whatever_the_case_they_are_typed_in() -> None:
    brand = world.workspace()
    lead = world.member(brand, Role.LEAD)
    first, second = care.create_label("VIP", by=lead), care.create_label(" vip", by=lead)
    assert first == second
