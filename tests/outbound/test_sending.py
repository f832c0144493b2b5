"""A reply reaches the network once, whatever breaks on the way; a person hears of the rest."""

from datetime import timedelta
from typing import Any

import pytest

from cornbread.care import actions as care
from cornbread.care.models import Conversation, Entry
from cornbread.channels.domain.trouble import (
    AccessLost,
    OutcomeUncertain,
    RateLimited,
    Rejected,
    Unreachable,
)
from cornbread.channels.models import Channel
from cornbread.foundation.errors import Invalid, NotAllowed, NotFound, Stale
from cornbread.foundation.jobs import drain
from cornbread.foundation.models import EventRecord, Job
from cornbread.outbound import actions as outbound
from cornbread.outbound import queries, sending
from cornbread.outbound.models import Delivery
from cornbread.team.domain.permissions import PERMISSIONS, Role
from cornbread.team.models import Member
from tests import world
from tests.world import Pretend, channel, conversation, hear, post, send_all

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)


@pytest.fixture
def case(pretend: Pretend) -> Conversation:
    brand = world.workspace()
    hear(channel(brand), post("1"))
    return conversation(brand)


@pytest.fixture
def ana(case: Conversation) -> Member:
    return world.member(case.workspace, name="Nora")


def reply(case: Conversation, by: Member, text: str = "We are coming", **more: Any) -> Delivery:
    case.refresh_from_db()
    return care.reply(case.pk, text, by=by, basis=case.last_entry_id, **more)


def state() -> str:
    return Delivery.objects.get().state


def messages_out(case: Conversation) -> int:
    return world.kinds_in(case).count("message_out")


def stuck_events() -> int:
    return EventRecord.objects.filter(kind__endswith="DeliveryStuck").count()


def test_a_reply_goes_out_in_its_thread_and_counts_once_it_is_there(
    case: Conversation, ana: Member, pretend: Pretend
) -> None:
    delivery = reply(case, ana)
    assert messages_out(case) == 0
    send_all()
    (sent,) = pretend.posted
    assert (sent.text, sent.in_reply_to) == ("We are coming", "1")
    assert sent.to is not None
    assert sent.to.handle == "ana"
    case.refresh_from_db()
    assert (case.status, case.assignee_id) == ("pending", ana.pk)
    entry = Entry.objects.get(delivery=delivery)
    assert (entry.member_id, entry.human) == (ana.pk, True)


BEFORE = [Unreachable("503"), RateLimited("wait", retry_after_s=30), OutcomeUncertain("reset")]


@pytest.mark.parametrize("trouble", BEFORE, ids=lambda one: one.code)
def test_trouble_before_it_arrives_is_tried_again(
    case: Conversation, ana: Member, pretend: Pretend, trouble: Exception
) -> None:
    pretend.before.append(trouble)
    reply(case, ana)
    send_all()
    assert Delivery.objects.get().retry_at is not None
    send_all(DAY)
    assert (state(), len(pretend.posted)) == ("sent", 1)
    assert messages_out(case) == 1
    assert {one.idempotency_key for one in pretend.requests} == {
        Delivery.objects.get().idempotency_key
    }


def test_a_lost_answer_is_looked_up_and_not_sent_again(
    case: Conversation, ana: Member, pretend: Pretend
) -> None:
    pretend.after.append(OutcomeUncertain("the connection broke"))
    reply(case, ana)
    send_all()
    assert state() == "uncertain"
    send_all(DAY)
    assert (state(), len(pretend.requests), pretend.looks) == ("sent", 1, 1)
    assert messages_out(case) == 1


def test_every_kind_of_trouble_in_a_row_still_sends_once(
    case: Conversation, ana: Member, pretend: Pretend
) -> None:
    pretend.before.extend(
        [Unreachable("a"), OutcomeUncertain("b"), RateLimited("c", retry_after_s=1)]
    )
    pretend.finding.append(Unreachable("d"))
    pretend.after.append(OutcomeUncertain("e"))
    reply(case, ana)
    send_all(DAY)
    assert (state(), len(pretend.posted)) == ("sent", 1)


@pytest.mark.parametrize("arrived", [False, True])
def test_a_crash_in_the_middle_of_sending_is_found_and_cleared_up(
    case: Conversation, ana: Member, pretend: Pretend, arrived: bool
) -> None:
    (pretend.after if arrived else pretend.before).append(world.Killed())
    reply(case, ana)
    with pytest.raises(world.Killed):
        drain(queues=["outbound"])
    assert state() == "sending"
    Job.objects.filter(state="running").update(lease_until=world.THEN)
    send_all()
    assert (state(), len(pretend.posted)) == ("sent", 1)
    assert pretend.looks == 1


def test_a_network_that_cannot_be_asked_leaves_it_to_a_person(
    case: Conversation, ana: Member, pretend: Pretend
) -> None:
    pretend.can(finds_sent=False)
    pretend.after.append(OutcomeUncertain("broke"))
    reply(case, ana)
    send_all(DAY)
    assert (state(), len(pretend.requests)) == ("uncertain", 1)
    assert list(queries.stuck(seen_by=ana)) == [Delivery.objects.get()]
    assert stuck_events() >= 1


def test_what_is_not_there_yet_is_not_sent_again_where_that_could_double_it(
    case: Conversation, ana: Member, pretend: Pretend
) -> None:
    pretend.can(idempotent_send=False)
    pretend.before.append(OutcomeUncertain("broke"))
    reply(case, ana)
    send_all(DAY)
    assert (state(), len(pretend.requests)) == ("uncertain", 1)


def test_a_refusal_of_the_network_is_shown_and_can_be_tried_again(
    case: Conversation, ana: Member, pretend: Pretend
) -> None:
    pretend.before.append(Rejected("Too long, says the network"))
    delivery = reply(case, ana)
    send_all(DAY)
    assert (state(), len(pretend.requests)) == ("failed", 1)
    assert Delivery.objects.get().trouble == "Too long, says the network"
    outbound.retry(delivery.pk, by=ana)
    send_all()
    assert (state(), Delivery.objects.get().trouble) == ("sent", "")


def test_a_network_that_stays_away_is_given_up_to_a_person_and_may_be_tried_once_more(
    case: Conversation, ana: Member, pretend: Pretend
) -> None:
    pretend.before.extend([Unreachable("down")] * 100)
    delivery = reply(case, ana)
    send_all(DAY)
    assert (state(), len(pretend.requests)) == ("failed", sending.MAX_ATTEMPTS)
    assert stuck_events() == 1
    pretend.before.clear()
    pretend.before.append(Unreachable("down for one more minute"))
    outbound.retry(delivery.pk, by=ana)
    send_all(DAY)
    assert state() == "sent"


def test_a_network_that_cannot_be_asked_for_long_is_left_to_a_person(
    case: Conversation, ana: Member, pretend: Pretend
) -> None:
    pretend.after.append(OutcomeUncertain("broke"))
    pretend.finding.extend([Unreachable("down")] * 100)
    delivery = reply(case, ana)
    send_all(DAY)
    assert state() == "uncertain"
    assert pretend.looks < 20
    assert stuck_events() == 1
    pretend.finding.clear()
    outbound.retry(delivery.pk, by=ana)
    send_all()
    assert (state(), len(pretend.posted)) == ("sent", 1)


def test_to_be_asked_to_wait_is_no_failed_attempt(
    case: Conversation, ana: Member, pretend: Pretend
) -> None:
    pretend.before.extend([RateLimited("slow down", retry_after_s=60)] * 40)
    reply(case, ana)
    send_all(DAY)
    assert (state(), Delivery.objects.get().attempts) == ("sent", 1)


def test_an_error_of_ours_ends_with_a_person_too(
    case: Conversation, ana: Member, pretend: Pretend
) -> None:
    pretend.before.extend([KeyError("a bug")] * 100)
    reply(case, ana)
    drain(queues=["outbound"], until=world.clock.now() + DAY, raise_errors=False)
    assert state() in ("failed", "uncertain")
    assert pretend.posted == []
    assert stuck_events() >= 1


@pytest.mark.parametrize("while_looking", [False, True])
def test_lost_access_marks_the_channel_and_keeps_the_words(
    case: Conversation, ana: Member, pretend: Pretend, while_looking: bool
) -> None:
    if while_looking:
        pretend.after.append(OutcomeUncertain("broke"))
        pretend.finding.append(AccessLost("token revoked"))
    else:
        pretend.before.append(AccessLost("token revoked"))
    reply(case, ana)
    send_all(DAY)
    assert state() == ("uncertain" if while_looking else "failed")
    assert Channel.objects.get().state == "broken"
    with pytest.raises(Invalid, match="not connected"):
        reply(case, ana, "Once more")


@pytest.mark.parametrize("gone", ["broken", "removed"])
def test_what_waits_for_a_channel_that_goes_away_is_shown_to_a_person(
    case: Conversation, ana: Member, pretend: Pretend, gone: str
) -> None:
    reply(case, ana)
    Channel.objects.update(state=gone)
    send_all(DAY)
    assert (state(), pretend.requests) == ("failed", [])
    assert Delivery.objects.get().trouble
    assert stuck_events() == 1


def test_the_same_key_twice_sends_once_and_another_message_under_it_is_refused(
    case: Conversation, ana: Member, pretend: Pretend
) -> None:
    first = reply(case, ana, idempotency_key="k1")
    assert reply(case, ana, idempotency_key="k1") == first
    send_all()
    assert reply(case, ana, idempotency_key="k1") == first
    send_all()
    assert len(pretend.posted) == 1
    with pytest.raises(Invalid) as refusal:
        reply(case, ana, "Something else", idempotency_key="k1")
    assert refusal.value.reason == "idempotency_key_reused"


def test_a_reply_heard_back_is_one_entry_whichever_comes_first(
    case: Conversation, ana: Member, pretend: Pretend
) -> None:
    place = Channel.objects.get()
    delivery = reply(case, ana, "One")
    send_all()
    hear(place, world.heard_back(delivery))
    assert messages_out(case) == 1
    assert Entry.objects.get(delivery=delivery).mention is not None
    second = reply(case, ana, "Two")
    drain(queues=["outbound"])
    hear(place, world.heard_back(second), follow_up=False)
    Job.objects.filter(args__0__endswith="put_into_conversations").update(priority=5)
    world.catch_up()
    assert messages_out(case) == 2
    entry = Entry.objects.get(delivery=second)
    assert entry.mention is not None
    assert entry.member == ana


@pytest.mark.parametrize("heard_first", [False, True])
def test_a_reply_that_a_person_confirmed_without_its_id_is_recognised_when_heard(
    case: Conversation, ana: Member, pretend: Pretend, heard_first: bool
) -> None:
    pretend.can(finds_sent=False)
    pretend.after.append(OutcomeUncertain("broke"))
    delivery = reply(case, ana)
    send_all(DAY)
    echo = world.answer("77", "1", "@ana  We are coming", at=world.clock.now())
    if heard_first:
        hear(Channel.objects.get(), echo)
    outbound.confirm_sent(delivery.pk, by=ana)
    world.catch_up()
    if not heard_first:
        hear(Channel.objects.get(), echo)
    assert messages_out(case) == 1
    entry = Entry.objects.get(delivery=delivery)
    assert (entry.external_id, entry.member) == ("77", ana)


def test_a_person_confirms_with_the_id_of_a_post_that_was_heard(
    case: Conversation, ana: Member, pretend: Pretend
) -> None:
    pretend.can(finds_sent=False)
    pretend.after.append(OutcomeUncertain("broke"))
    delivery = reply(case, ana)
    send_all(DAY)
    hear(Channel.objects.get(), world.answer("77", "1", "other words", at=world.clock.now()))
    outbound.confirm_sent(delivery.pk, by=ana, external_id="77")
    world.catch_up()
    assert (state(), messages_out(case)) == ("sent", 1)
    assert Delivery.objects.get().resolved_by == ana
    with pytest.raises(Stale):
        outbound.drop(delivery.pk, by=ana)


def test_dropped_words_come_back_as_the_draft_of_who_wrote_them(
    case: Conversation, ana: Member, pretend: Pretend
) -> None:
    pretend.before.extend([Rejected("no"), Rejected("no")])
    first = reply(case, ana, "First words")
    send_all()
    care.save_draft(case.pk, "Newer words", by=ana, mode="public", basis=1)
    lead = world.member(case.workspace, Role.LEAD)
    outbound.drop(first.pk, by=lead)
    draft = care.draft_of(case, by=ana)
    assert draft is not None
    assert draft.text == "First words\n\nNewer words"
    assert care.draft_of(case, by=lead) is None
    assert state() == "dropped"
    with pytest.raises(Stale):
        outbound.retry(first.pk, by=ana)


@pytest.mark.parametrize("role", list(Role))
def test_who_may_decide_about_a_stuck_message(
    case: Conversation, ana: Member, pretend: Pretend, role: Role
) -> None:
    pretend.before.append(Rejected("no"))
    delivery = reply(case, ana)
    send_all()
    by = world.member(case.workspace, role)
    if "delivery.resolve" in PERMISSIONS[role]:
        outbound.retry(delivery.pk, by=by)
    else:
        with pytest.raises((NotAllowed, NotFound)):
            outbound.retry(delivery.pk, by=by)


def test_other_brands_and_partners_know_nothing_of_our_messages(
    case: Conversation, ana: Member, pretend: Pretend
) -> None:
    pretend.before.append(Rejected("no"))
    delivery = reply(case, ana)
    send_all()
    stranger = world.member(world.workspace("Blue Heron"), Role.OWNER)
    partner = world.member(case.workspace, Role.PARTNER)
    for reader in (stranger, partner):
        with pytest.raises(NotFound):
            queries.delivery(delivery.pk, seen_by=reader)
        assert not queries.stuck(seen_by=reader).exists()
    for act in (outbound.retry, outbound.drop, outbound.confirm_sent):
        with pytest.raises(NotFound):
            act(delivery.pk, by=stranger)
