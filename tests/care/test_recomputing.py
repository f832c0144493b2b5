"""Levels follow the brand's thresholds, for every conversation there ever was."""

from datetime import timedelta

import pytest

from cornbread.care import recomputing
from cornbread.care.models import Conversation
from cornbread.channels import actions as channels
from cornbread.channels.domain.posts import Author, Batch, HeardPost
from cornbread.foundation import clock
from cornbread.foundation.jobs import drain
from cornbread.foundation.models import EventRecord
from cornbread.listening.intake import forget_compiled, take_in
from cornbread.team import actions as team
from cornbread.team.models import Member
from tests.people_here import brand, owner_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Member:
    """Three customers, each answered after 50 minutes."""
    forget_compiled()
    owner = owner_of(brand())
    channel = channels.connect("sandbox", {"handle": "kite"}, by=owner)
    asked = clock.now() - timedelta(hours=5)
    us = Author(external_id=channel.external_id, handle="kite")
    posts = []
    for number in range(3):
        customer = Author(external_id=f"c{number}", handle=f"c{number}")
        question, answer = f"q{number}", f"a{number}"
        posts += [
            HeardPost(
                external_id=question, author=customer, text="Help?", created_at=asked,
                addressed=True,
            ),
            HeardPost(
                external_id=answer, author=us, text="On our way.", ours=True,
                created_at=asked + timedelta(minutes=50), in_reply_to=question,
            ),
        ]  # fmt: skip
    take_in(channel, Batch(stream="posts", posts=tuple(posts)))
    drain()
    return owner


def levels() -> list[int]:
    return list(Conversation.objects.values_list("level", flat=True))


def test_a_changed_threshold_changes_every_level(
    owner: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Smaller than the number of conversations, so that the job has to ask for more.
    monkeypatch.setattr(recomputing, "CHUNK", 2)
    assert levels() == [2, 2, 2]
    team.change_workspace(by=owner, quick_s=3_600)
    drain()
    assert levels() == [3, 3, 3]
    assert EventRecord.objects.filter(kind="care.LevelsRecomputed").count() == 1
    team.change_workspace(by=owner, quick_s=600, slow_s=1_200)
    drain()
    assert levels() == [1, 1, 1]


def test_a_new_name_works_nothing_out(owner: Member) -> None:
    team.change_workspace(by=owner, name="Kite")
    drain()
    assert not EventRecord.objects.filter(kind="care.LevelsRecomputed").exists()
