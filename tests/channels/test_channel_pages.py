"""Channels in the browser: connecting, health, pausing, disconnecting."""

from datetime import timedelta

import pytest
from django.test import Client, override_settings

from cornbread.channels import actions
from cornbread.channels.contract import Connected
from cornbread.channels.domain.trouble import Unreachable
from cornbread.channels.models import Channel, SandboxPost
from cornbread.channels.registry import network
from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid
from cornbread.listening.models import Volume
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member
from tests.people_here import brand, member, owner_of, signed_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
ACME = {"handle": "acme", "name": "Acme Trains", "speed": "60"}


@pytest.fixture
def owner() -> Member:
    return owner_of(brand())


@pytest.fixture
def browser(owner: Member) -> Client:
    return signed_in(owner)


@pytest.fixture
def sandbox(owner: Member) -> Channel:
    return actions.connect("sandbox", ACME, by=owner)


@pytest.fixture
def instance(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Mastodon answers at once: with the account of this dictionary, or with its trouble."""
    account = {"external_id": "7", "handle": "@kite@social.example", "trouble": ""}

    def connect(values: dict[str, str], *, local: bool) -> Connected:
        if account["trouble"]:
            raise Unreachable(account["trouble"])
        if values["token"] != "good":
            sentence = "The instance does not accept this access token."
            raise Invalid(sentence, fields={"token": sentence})
        return Connected(
            name="Red Kite",
            address="https://social.example",
            external_id=account["external_id"],
            handle=account["handle"],
            secret={"token": values["token"]},
        )

    monkeypatch.setattr(network("mastodon"), "connect", connect)
    return account


def url(path: str = "", slug: str = "red-kite-rail") -> str:
    return f"/w/{slug}/channels/{path}"


def test_an_empty_list_teaches_the_first_step(browser: Client) -> None:
    page = browser.get(url()).content.decode()
    assert "Nothing is connected yet" in page
    assert url("connect/") in page


def test_the_first_channel_can_be_skipped(browser: Client) -> None:
    page = browser.get(url("first/")).content.decode()
    for kind in ("mastodon", "feed", "sandbox"):
        assert url(f"connect/{kind}/") in page
    assert "Skip this for now" in page


def test_every_network_is_offered_with_what_it_can_do(browser: Client) -> None:
    page = browser.get(url("connect/")).content.decode()
    assert "Listens, answers in public and in private, up to 500 characters" in page
    assert "Listens only" in page
    assert "cornbread import FILE --workspace red-kite-rail" in page
    assert url("connect/file/") not in page


def test_a_file_and_an_unknown_network_have_no_form(browser: Client) -> None:
    assert browser.get(url("connect/file/")).status_code == 404
    assert browser.get(url("connect/telepathy/")).status_code == 404


def test_the_sandbox_is_connected_and_its_customers_talk(browser: Client) -> None:
    answer = browser.post(url("connect/sandbox/"), ACME, follow=True)
    channel = Channel.objects.get(kind="sandbox")
    assert channel.settings == {"speed": 60.0}
    assert answer.redirect_chain[-1][0] == url(f"{channel.pk}/connected/")
    assert "Acme Trains is connected" in answer.content.decode()
    assert SandboxPost.objects.filter(channel=channel, state="scheduled").exists()


def test_what_was_typed_stays_when_something_is_wrong(browser: Client) -> None:
    answer = browser.post(url("connect/sandbox/"), {**ACME, "speed": "warp"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Acme Trains"' in page
    assert "id_speed_error" in page
    assert "Speed is a number" in page


def test_a_token_is_typed_blind_and_never_shown_again(
    browser: Client, instance: dict[str, str]
) -> None:
    typed = {"address": "social.example", "token": "s3cret-bad"}
    answer = browser.post(url("connect/mastodon/"), typed, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "does not accept this access token" in page
    assert 'type="password"' in page
    assert "s3cret-bad" not in page
    assert "<html" not in page
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_network_in_trouble_is_said_above_the_form(
    browser: Client, instance: dict[str, str]
) -> None:
    instance["trouble"] = "The instance cannot be reached."
    answer = browser.post(url("connect/mastodon/"), {"address": "a.example", "token": "good"})
    assert answer.status_code == 422
    assert "The instance cannot be reached." in answer.content.decode()


def test_htmx_is_led_to_the_success_page(browser: Client, instance: dict[str, str]) -> None:
    typed = {"address": "social.example", "token": "good"}
    answer = browser.post(url("connect/mastodon/"), typed, headers=HTMX)
    channel = Channel.objects.get()
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == url(f"{channel.pk}/connected/")


def test_reconnecting_renews_the_same_channel_only(
    browser: Client, owner: Member, instance: dict[str, str]
) -> None:
    typed = {"address": "https://social.example", "token": "good"}
    channel = actions.connect("mastodon", typed, by=owner)
    actions.note_trouble(channel.pk, code="access_lost", message="Revoked.", retry_at=None)
    page = browser.get(url(f"{channel.pk}/reconnect/")).content.decode()
    assert 'value="https://social.example"' in page
    instance["external_id"] = "8"
    refused = browser.post(url(f"{channel.pk}/reconnect/"), typed)
    assert refused.status_code == 422
    assert "Connect it as a channel of its own" in refused.content.decode()
    instance["external_id"] = "7"
    assert browser.post(url(f"{channel.pk}/reconnect/"), typed).status_code == 302
    channel.refresh_from_db()
    assert (channel.state, Channel.objects.count()) == (Channel.State.ACTIVE, 1)


def test_health_is_told_in_words_with_what_to_do(
    browser: Client, owner: Member, sandbox: Channel
) -> None:
    later = clock.now() + timedelta(minutes=5)
    actions.note_trouble(
        sandbox.pk, code="unreachable", message="No answer over there.", retry_at=later
    )
    page = browser.get(url()).content.decode()
    assert "No answer over there." in page
    assert "Next try" in page
    actions.note_trouble(
        sandbox.pk, code="access_lost", message="The token was revoked.", retry_at=None
    )
    page = browser.get(url(f"{sandbox.pk}/")).content.decode()
    assert "needs you" in page
    assert "Reconnect it with a new token" in page


def test_the_volume_of_a_day_is_shown(browser: Client, owner: Member, sandbox: Channel) -> None:
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    for back, heard in ((0, 3), (5, 9), (30, 99)):
        Volume.objects.create(
            workspace=owner.workspace,
            channel=sandbox,
            hour=hour - timedelta(hours=back),
            heard=heard,
            kept=1,
        )
    assert "12 posts in the last 24 hours" in browser.get(url()).content.decode()
    assert "12 posts, 2 kept" in browser.get(url(f"{sandbox.pk}/")).content.decode()


def test_the_list_and_the_health_can_be_asked_for_alone(browser: Client, sandbox: Channel) -> None:
    for path in ("", f"{sandbox.pk}/"):
        part = browser.get(url(path), headers=HTMX).content.decode()
        assert "data-refreshes" in part
        assert "<html" not in part


def test_pause_resume_and_disconnect(browser: Client, sandbox: Channel) -> None:
    def state() -> str:
        sandbox.refresh_from_db()
        return sandbox.state

    browser.post(url(f"{sandbox.pk}/pause/"))
    assert state() == Channel.State.PAUSED
    browser.post(url(f"{sandbox.pk}/resume/"))
    assert state() == Channel.State.ACTIVE
    answer = browser.post(url(f"{sandbox.pk}/disconnect/"), follow=True)
    assert state() == Channel.State.REMOVED
    assert "Disconnected" in answer.content.decode()
    assert browser.get(url(f"{sandbox.pk}/")).status_code == 200


def test_customers_can_be_asked_to_talk_again(browser: Client, sandbox: Channel) -> None:
    assert "Let customers talk" in browser.get(url(f"{sandbox.pk}/")).content.decode()
    browser.post(url(f"{sandbox.pk}/rehearse/"))
    assert SandboxPost.objects.filter(channel=sandbox, state="scheduled").exists()


def test_only_the_sandbox_has_scripted_customers(
    browser: Client, owner: Member, instance: dict[str, str]
) -> None:
    made = actions.connect("mastodon", {"address": "a.example", "token": "good"}, by=owner)
    assert browser.post(url(f"{made.pk}/rehearse/")).status_code == 422


def test_a_channel_is_local_only_where_the_operator_allows_it(
    browser: Client, owner: Member, instance: dict[str, str]
) -> None:
    assert 'name="local"' not in browser.get(url("connect/mastodon/")).content.decode()
    typed = {"address": "a.example", "token": "good", "local": "on"}
    browser.post(url("connect/mastodon/"), typed)
    assert Channel.objects.get().local is False
    with pytest.raises(Invalid, match="not allowed here"):
        actions.connect("mastodon", typed, by=owner, local=True)
    with override_settings(LOCAL_CHANNELS=True):
        assert 'name="local"' in browser.get(url("connect/mastodon/")).content.decode()
        browser.post(url("connect/mastodon/"), typed)
    assert Channel.objects.get().local is True


CHANGES = ("pause/", "resume/", "disconnect/", "rehearse/")


def test_strangers_are_sent_to_sign_in(client: Client, sandbox: Channel) -> None:
    for path in ("", "connect/", "connect/feed/", f"{sandbox.pk}/", f"{sandbox.pk}/reconnect/"):
        assert client.get(url(path)).headers["Location"].startswith("/accounts/login/?next=")
    for change in CHANGES:
        assert client.post(url(f"{sandbox.pk}/{change}")).status_code == 302
    sandbox.refresh_from_db()
    assert sandbox.state == Channel.State.ACTIVE


def test_another_brands_people_learn_nothing(sandbox: Channel) -> None:
    other = owner_of(brand("Hearth Inns"))
    there, here = signed_in(other), f"{sandbox.pk}/"
    assert there.get(url()).status_code == 404
    assert there.get(url(here, slug=other.workspace.slug)).status_code == 404
    for change in (*CHANGES, "reconnect/"):
        assert there.post(url(here + change)).status_code == 404
        assert there.post(url(here + change, slug=other.workspace.slug)).status_code == 404
    sandbox.refresh_from_db()
    assert sandbox.state == Channel.State.ACTIVE


def test_an_agent_may_look_but_not_change(owner: Member, sandbox: Channel) -> None:
    agent = signed_in(member(owner.workspace, Role.AGENT))
    page = agent.get(url(f"{sandbox.pk}/"))
    assert page.status_code == 200
    assert "Disconnect" not in page.content.decode()
    for change in (*CHANGES, "reconnect/"):
        assert agent.post(url(f"{sandbox.pk}/{change}")).status_code == 403
    for path in ("first/", "connect/", "connect/feed/"):
        assert agent.get(url(path)).status_code == 403
    partner = signed_in(member(owner.workspace, Role.PARTNER))
    assert partner.get(url()).status_code == 403
