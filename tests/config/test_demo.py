"""The demo brand: what a person sees within a minute of the first start."""

import pytest

from cornbread.care.models import Conversation, Entry
from cornbread.channels.networks.sandbox.story import story
from cornbread.config import demo
from cornbread.foundation import clock
from cornbread.team.models import User, Workspace

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def filled() -> Workspace:
    demo.fill()
    return Workspace.objects.get(demo=True)


def test_every_case_of_the_story_stands_at_the_level_it_tells_of(filled: Workspace) -> None:
    told = {case.external_id: case for case in story(clock.now()).setting.cases}
    entries = Entry.objects.select_related("conversation", "mention").filter(
        workspace=filled, mention__external_id__in=told
    )
    stands = {
        entry.mention.external_id: entry.conversation.level for entry in entries if entry.mention
    }
    assert stands == {id_: case.level for id_, case in told.items()}
    assert set(stands.values()) == set(range(8))


def test_every_status_has_something_to_show(filled: Workspace) -> None:
    conversations = Conversation.objects.filter(workspace=filled, merged_into=None)
    statuses = set(conversations.values_list("status", flat=True))
    assert statuses == {"open", "pending", "snoozed", "resolved"}


def test_answers_of_the_past_name_who_gave_them(filled: Workspace) -> None:
    answers = Entry.objects.filter(workspace=filled, kind="message_out")
    assert answers.count() > 10
    assert not answers.filter(member=None).exists()


def test_the_owner_can_sign_in_with_what_is_shown() -> None:
    sign_in = demo.fill()
    user = User.objects.get(email=sign_in.email)
    assert user.check_password(sign_in.password)
