"""The stream of live events: only for members, without ids for partners, resumable, coalesced."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.db import DatabaseError, transaction
from django.test import Client

from cornbread.care.events import ConversationChanged
from cornbread.foundation.live import LiveEvent
from cornbread.foundation.outbox import emit
from cornbread.team import actions, hub, live_sign_in, streaming
from cornbread.team.domain.actors import SYSTEM
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member, User, Workspace
from tests.guards.live_page import opened

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test runs in an event loop of its own."""
    monkeypatch.setattr(streaming, "hub", hub.Hub())
    monkeypatch.setattr(hub, "LOOK_EVERY_S", 0.01)
    # The test's transaction must outlive the request, as with Django's own test client.
    for module in (hub, live_sign_in):
        monkeypatch.setattr(module, "close_old_connections", lambda: None)


@pytest.fixture
def brand() -> Workspace:
    return actions.create_workspace("Red Kite Rail")


def member(workspace: Workspace, role: Role, email: str = "") -> Member:
    user = User.objects.create_user(email or f"{role}@{workspace.slug}.example")
    return actions.add_member(workspace, user, role, by=SYSTEM)


def cookie_of(someone: Member) -> str:
    client = Client()
    client.force_login(someone.user, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def changed(workspace: Workspace, *conversation_ids: int) -> list[int]:
    with transaction.atomic():
        return [
            emit(ConversationChanged(workspace_id=workspace.pk, conversation_id=id_, what="note"))
            for id_ in conversation_ids
        ]


def in_a_loop(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async_to_sync(story)()


def refused(slug: str, cookie: str = "") -> bool:
    """204 makes a browser's EventSource give up."""
    found: list[bool] = []

    async def story() -> None:
        async with opened(slug, cookie) as page:
            await asyncio.wait_for(page.ended.wait(), 5)
            found.append(page.status == 204 and page.got.empty())

    in_a_loop(story)
    return found[0]


def test_a_stranger_hears_nothing(brand: Workspace) -> None:
    assert refused(brand.slug)
    assert refused(brand.slug, "a-cookie-nobody-gave-out")


def test_a_member_of_another_workspace_hears_nothing(brand: Workspace) -> None:
    other = member(actions.create_workspace("Pine Hotel"), Role.OWNER)
    assert refused(brand.slug, cookie_of(other))
    assert refused("no-such-workspace", cookie_of(other))


def test_a_removed_member_hears_nothing(brand: Workspace) -> None:
    agent = member(brand, Role.AGENT)
    cookie = cookie_of(agent)
    Member.objects.filter(pk=agent.pk).update(active=False)
    assert refused(brand.slug, cookie)


def test_a_changed_password_ends_the_session_here_too(brand: Workspace) -> None:
    agent = member(brand, Role.AGENT)
    cookie = cookie_of(agent)
    agent.user.set_password("another basket of warm bread")
    agent.user.save()
    assert refused(brand.slug, cookie)


@pytest.mark.parametrize("end", ["removed", "signed out", "account closed"])
def test_whoever_loses_the_right_is_cut_off_within_a_beat(
    brand: Workspace, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr(hub, "BEAT_EVERY_S", 0.1)
    agent = member(brand, Role.AGENT)
    client = Client()
    client.force_login(agent.user, backend="django.contrib.auth.backends.ModelBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value

    @sync_to_async
    def lose() -> None:
        if end == "removed":
            Member.objects.filter(pk=agent.pk).update(active=False)
        elif end == "signed out":
            client.logout()
        else:
            User.objects.filter(pk=agent.user_id).update(is_active=False)

    async def story() -> None:
        async with opened(brand.slug, cookie) as page:
            assert (await page.message())["event"] == "ready"
            await asyncio.sleep(0.25)
            assert not page.ended.is_set()
            await lose()
            await asyncio.wait_for(page.ended.wait(), 5)
        assert page.status == 200

    in_a_loop(story)


def test_beats_come_while_events_flow(brand: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "BEAT_EVERY_S", 0.1)
    agent = member(brand, Role.AGENT)
    cookie = cookie_of(agent)

    async def story() -> None:
        async with opened(brand.slug, cookie) as page:
            await page.message()
            await sync_to_async(Member.objects.filter(pk=agent.pk).update)(active=False)
            for number in range(1, 200):
                await sync_to_async(changed)(brand, number)
                if page.ended.is_set():
                    return
                await asyncio.sleep(0.02)
            raise AssertionError("events kept the stream of a removed member open")

    in_a_loop(story)


def test_members_hear_which_conversations_changed_and_partners_only_that_some_did(
    brand: Workspace,
) -> None:
    agent = cookie_of(member(brand, Role.AGENT))
    partner = cookie_of(member(brand, Role.PARTNER))

    async def story() -> None:
        async with opened(brand.slug, agent) as open_, opened(brand.slug, partner) as closed:
            assert (await open_.message())["event"] == "ready"
            assert (await closed.message())["event"] == "ready"
            await sync_to_async(changed)(brand, 17)
            heard, hidden = await open_.message(), await closed.message()
        assert heard["conversations"] == [17]
        assert hidden["kinds"] == heard["kinds"] == ["care.ConversationChanged"]
        assert all(hidden[name] == [] for name in ("conversations", "channels", "persons"))
        assert "17" not in json.dumps({k: v for k, v in hidden.items() if k != "id"})

    in_a_loop(story)


def test_an_agent_who_becomes_a_partner_gets_no_more_ids(
    brand: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "BEAT_EVERY_S", 0.05)
    agent = member(brand, Role.AGENT)
    cookie = cookie_of(agent)

    async def story() -> None:
        async with opened(brand.slug, cookie) as page:
            await page.message()
            await sync_to_async(Member.objects.filter(pk=agent.pk).update)(role=Role.PARTNER)
            await asyncio.sleep(0.2)
            await sync_to_async(changed)(brand, 17)
            assert (await page.message())["conversations"] == []

    in_a_loop(story)


def test_another_workspace_s_events_are_not_told(brand: Workspace) -> None:
    other = actions.create_workspace("Pine Hotel")
    cookie = cookie_of(member(brand, Role.AGENT))

    async def story() -> None:
        async with opened(brand.slug, cookie) as page:
            await page.message()
            await sync_to_async(changed)(other, 5)
            await sync_to_async(changed)(brand, 6)
            assert (await page.message())["conversations"] == [6]

    in_a_loop(story)


def test_a_page_that_comes_back_hears_what_it_missed_once(brand: Workspace) -> None:
    cookie = cookie_of(member(brand, Role.AGENT))
    first, *missed = changed(brand, 1, 2, 3)

    async def story() -> None:
        async with opened(brand.slug, cookie, after=first) as page:
            assert (await page.message()) == {"id": first, "event": "ready"}
            caught_up = await page.message()
            assert (caught_up["id"], caught_up["conversations"]) == (missed[-1], [2, 3])
            assert not caught_up["everything"]
            await sync_to_async(changed)(brand, 4)
            assert (await page.message())["conversations"] == [4]

    in_a_loop(story)


def test_a_page_that_was_away_too_long_is_told_to_load_everything(
    brand: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "TOO_FAR", 10)
    cookie = cookie_of(member(brand, Role.AGENT))
    ids = changed(brand, *range(1, 40))

    async def story() -> None:
        async with opened(brand.slug, cookie, after=ids[0]) as page:
            await page.message()
            caught_up = await page.message()
            assert caught_up["everything"] is True
            assert caught_up["id"] == ids[-1]

    in_a_loop(story)


def test_a_thousand_changes_are_a_few_messages(brand: Workspace) -> None:
    cookie = cookie_of(member(brand, Role.AGENT))

    async def story() -> None:
        async with opened(brand.slug, cookie) as page:
            await page.message()
            ids = await sync_to_async(changed)(brand, *[1, 2, 3] * 333, 4)
            messages = [await page.message()]
            while messages[-1]["id"] < ids[-1]:
                messages.append(await page.message())
        assert len(messages) <= 4
        assert {id_ for one in messages for id_ in one["conversations"]} == {1, 2, 3, 4}

    in_a_loop(story)


def test_a_database_that_fails_for_a_moment_ends_no_stream(
    brand: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = cookie_of(member(brand, Role.AGENT))
    read, failures = hub._news, [1, 2, 3]

    async def shaky(*args: Any) -> Any:
        if failures:
            failures.pop()
            raise DatabaseError("gone for a moment")
        return await read(*args)

    async def story() -> None:
        async with opened(brand.slug, cookie) as page:
            await page.message()
            monkeypatch.setattr(hub, "_news", shaky)
            await sync_to_async(changed)(brand, 8)
            assert (await page.message())["conversations"] == [8]
        assert not failures

    in_a_loop(story)


def test_more_changes_than_anybody_wants_to_hear_of_are_one_short_message(
    brand: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "TOO_MANY", 10)
    cookie = cookie_of(member(brand, Role.AGENT))

    async def story() -> None:
        async with opened(brand.slug, cookie) as page:
            await page.message()
            ids = await sync_to_async(changed)(brand, *range(1, 40))
            told = await page.message()
            assert (told["everything"], told["conversations"]) == (True, [])
            await sync_to_async(changed)(brand, 7)
            after = await page.message()
            assert (after["everything"], after["conversations"]) == (False, [7])
        assert told["id"] == ids[-1]

    in_a_loop(story)


def test_events_that_carry_many_conversations_name_them_all() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    many = LiveEvent(8, 1, "care.ConversationsChanged", {"conversation_ids": [4, 2]}, at)
    draft = LiveEvent(9, 1, "outbound.DraftSaved", {"context": "conversation:3"}, at)
    told = hub.message([many, draft], hides_ids=False).decode().split("data: ")[1]
    assert json.loads(told)["conversations"] == [2, 3, 4]


def test_a_page_that_does_not_read_keeps_little_waiting() -> None:
    slow = hub.Subscriber(1, hides_ids=False)
    at = datetime(2026, 3, 2, tzinfo=UTC)
    for number in range(1, 10 * hub.TOO_SLOW):
        event = LiveEvent(number, 1, "care.ConversationChanged", {"conversation_id": 1}, at)
        slow.tell(hub.message([event], hides_ids=False))
    told = slow.take()
    assert told.count(b"event: changes") <= hub.TOO_SLOW
    assert b'"everything": true' in told
    assert f"id: {number}\n".encode() in told
