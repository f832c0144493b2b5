"""What somebody has begun to write is kept for them alone."""

import pytest

from cornbread.care import actions as care
from cornbread.care.models import Conversation
from cornbread.outbound.models import Draft
from tests import world
from tests.world import Pretend, channel, conversation, hear, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(pretend: Pretend) -> Conversation:
    brand = world.workspace()
    hear(channel(brand), post("1"))
    return conversation(brand)


def test_each_person_has_their_own_draft_and_the_last_words_stay(case: Conversation) -> None:
    nora, omar = (world.member(case.workspace, name=name) for name in ("Nora", "Omar"))
    for text in ("D", "De", "Dear Ana"):
        care.save_draft(case.pk, text, by=nora, mode="public", basis=1)
    care.save_draft(case.pk, "Hi", by=omar, mode="direct", basis=1)
    mine, theirs = care.draft_of(case, by=nora), care.draft_of(case, by=omar)
    assert mine is not None
    assert theirs is not None
    assert (mine.text, theirs.text, theirs.mode) == ("Dear Ana", "Hi", "direct")
    assert Draft.objects.count() == 2


def test_an_empty_draft_is_none(case: Conversation) -> None:
    nora = world.member(case.workspace)
    care.save_draft(case.pk, "Dear", by=nora, mode="public", basis=1)
    assert care.save_draft(case.pk, "  ", by=nora, mode="public", basis=1) is None
    assert care.draft_of(case, by=nora) is None


def test_sending_uses_the_draft_up_and_only_the_senders(case: Conversation) -> None:
    nora, omar = (world.member(case.workspace, name=name) for name in ("Nora", "Omar"))
    for by in (nora, omar):
        care.save_draft(case.pk, "Dear Ana", by=by, mode="public", basis=1)
    care.reply(case.pk, "Dear Ana", by=nora, basis=case.last_entry_id)
    assert care.draft_of(case, by=nora) is None
    assert care.draft_of(case, by=omar) is not None


def test_a_draft_can_be_thrown_away(case: Conversation) -> None:
    nora = world.member(case.workspace)
    care.save_draft(case.pk, "Dear", by=nora, mode="public", basis=1)
    care.discard_draft(case.pk, by=nora)
    assert not Draft.objects.exists()
