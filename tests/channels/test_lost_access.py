"""A lost key costs the access to channels, and nothing that was heard."""

import pytest
from cryptography.fernet import Fernet
from pytest_django import Settings

from cornbread.channels.events import ChannelChanged
from cornbread.channels.models import Channel
from cornbread.foundation import crypto
from cornbread.foundation.models import EventRecord
from cornbread.team import actions

pytestmark = pytest.mark.django_db
OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


@pytest.fixture(autouse=True)
def old_key(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = (OLD,)


def connected(kind: str, **values: object) -> Channel:
    workspace = actions.create_workspace(f"{kind} rail")
    return Channel.objects.create(
        workspace=workspace, kind=kind, source=f"{kind}:x", name="x", **values
    )


def test_a_channel_that_needs_its_secret_waits_to_be_reconnected(settings: Settings) -> None:
    channel = connected("mastodon", secret={"token": "t"})
    settings.ENCRYPTION_KEYS = (NEW,)
    assert crypto.not_opened_by() == {"channels": 1}
    assert crypto.forget_lost() == {"channels": 1}
    channel = Channel.objects.get(pk=channel.pk)
    assert (channel.secret, channel.state) == ({}, Channel.State.BROKEN)
    assert (channel.trouble_code, bool(channel.trouble_since)) == ("access_lost", True)
    assert EventRecord.objects.filter(kind=ChannelChanged.kind()).count() == 1


def test_a_channel_without_secrets_goes_on(settings: Settings) -> None:
    channel = connected("feed")
    settings.ENCRYPTION_KEYS = (NEW,)
    crypto.forget_lost()
    assert Channel.objects.get(pk=channel.pk).state == Channel.State.ACTIVE


def test_a_channel_whose_secret_opens_keeps_it(settings: Settings) -> None:
    channel = connected("mastodon", secret={"token": "t"})
    settings.ENCRYPTION_KEYS = (NEW, OLD)
    assert crypto.forget_lost() == {}
    assert Channel.objects.get(pk=channel.pk).secret == {"token": "t"}
