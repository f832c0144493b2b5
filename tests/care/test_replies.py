"""Two people never answer one customer unknowingly, and nothing unsaid is sent."""

import pytest

from cornbread.care import actions as care
from cornbread.care.models import Conversation
from cornbread.foundation.errors import Invalid, Stale
from cornbread.foundation.jobs import drain
from cornbread.outbound.models import Delivery
from cornbread.team.models import Member
from tests import world
from tests.world import Pretend, answer, channel, conversation, direct, hear, post, send_all

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(pretend: Pretend) -> Conversation:
    brand = world.workspace()
    hear(channel(brand), post("1"))
    return conversation(brand)


@pytest.fixture
def nora(case: Conversation) -> Member:
    return world.member(case.workspace, name="Nora")


@pytest.fixture
def omar(case: Conversation) -> Member:
    return world.member(case.workspace, name="Omar")


def test_the_second_of_two_answers_is_refused_with_what_changed(
    case: Conversation, nora: Member, omar: Member
) -> None:
    seen = case.last_entry_id
    care.reply(case.pk, "We are coming", by=nora, basis=seen)
    with pytest.raises(Stale, match=r"Nora is already sending.*We are coming"):
        care.reply(case.pk, "Sorry!", by=omar, basis=seen)
    drain(queues=["outbound"])
    with pytest.raises(Stale, match=r"Nora is already sending.*We are coming"):
        # Sent, and not yet in the timeline: nobody can have seen it there.
        care.reply(case.pk, "Sorry!", by=omar, basis=seen)
    world.catch_up()
    with pytest.raises(Stale, match="Nora answered: “We are coming”") as refusal:
        care.reply(case.pk, "Sorry!", by=omar, basis=seen)
    care.reply(case.pk, "Sorry!", by=omar, basis=int(refusal.value.fields["basis"]))
    assert Delivery.objects.count() == 2


def test_a_new_message_of_the_customer_makes_a_draft_stale(
    case: Conversation, nora: Member
) -> None:
    seen = case.last_entry_id
    hear(case.channel, post("2", "Forget it, I walk", to="1", at=9))
    with pytest.raises(Stale, match="Ana wrote: “Forget it, I walk”"):
        care.reply(case.pk, "We are coming", by=nora, basis=seen)


def test_an_answer_given_outside_cornbread_makes_a_draft_stale(
    case: Conversation, nora: Member
) -> None:
    seen = case.last_entry_id
    hear(case.channel, answer("2", "1", "Done", at=9))
    with pytest.raises(Stale, match="outside Cornbread, answered: “Done”"):
        care.reply(case.pk, "We are coming", by=nora, basis=seen)


def test_notes_and_labels_of_colleagues_make_nothing_stale(
    case: Conversation, nora: Member, omar: Member
) -> None:
    seen = case.last_entry_id
    care.note(case.pk, "He is angry", by=omar)
    care.reply(case.pk, "We are coming", by=nora, basis=seen)


def test_ones_own_answers_make_nothing_stale(case: Conversation, nora: Member) -> None:
    seen = case.last_entry_id
    care.reply(case.pk, "We are coming", by=nora, basis=seen)
    send_all()
    care.reply(case.pk, "In five minutes", by=nora, basis=seen)


def test_a_colleagues_failed_answer_keeps_nobody_from_answering(
    case: Conversation, nora: Member, omar: Member, pretend: Pretend
) -> None:
    from cornbread.channels.domain.trouble import Rejected

    pretend.before.append(Rejected("no"))
    seen = case.last_entry_id
    care.reply(case.pk, "We are coming", by=nora, basis=seen)
    send_all()
    care.reply(case.pk, "Sorry!", by=omar, basis=seen)


def test_whoever_answers_first_has_the_conversation_and_may_resolve_it_with_that(
    case: Conversation, nora: Member
) -> None:
    care.reply(case.pk, "Done", by=nora, basis=case.last_entry_id, resolve=True)
    send_all()
    case.refresh_from_db()
    assert (case.assignee, case.status) == (nora, "resolved")


@pytest.mark.parametrize("text", ["", "   ", "Dear {name}, sorry", "x" * 101])
def test_what_the_checks_forbid_is_not_sent(case: Conversation, nora: Member, text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        care.reply(case.pk, text, by=nora, basis=case.last_entry_id)
    assert "text" in refusal.value.fields
    assert not Delivery.objects.exists()


def test_a_private_message_is_not_answered_in_public(case: Conversation, nora: Member) -> None:
    hear(case.channel, direct(post("5", by="lee")))
    private = world.conversations(case.workspace)[-1]
    with pytest.raises(Invalid, match="wrote privately"):
        care.reply(private.pk, "Hello", by=nora, basis=private.last_entry_id)
    care.reply(private.pk, "Hello", by=nora, basis=private.last_entry_id, mode=care.Mode.DIRECT)


def test_a_message_taken_back_is_not_answered(case: Conversation, nora: Member) -> None:
    world.take_back(case.channel, "1", at=2)
    with pytest.raises(Invalid, match="took their messages back"):
        care.reply(case.pk, "Hello", by=nora, basis=10**9)
