"""Connecting by signing in over there, against a Mastodon API server."""

import httpx
import pytest
from django.test import Client, override_settings

from cornbread.channels.models import Channel
from cornbread.team.models import Member
from tests.people_here import brand, owner_of, signed_in
from tests.servers import MastodonServer, free_port

pytestmark = [pytest.mark.connector, pytest.mark.django_db]
MASTODON = "/w/red-kite-rail/channels/mastodon/"
CONNECT = "/w/red-kite-rail/channels/connect/mastodon/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def owner() -> Member:
    return owner_of(brand())


@pytest.fixture
def browser(owner: Member) -> Client:
    return signed_in(owner)


@pytest.fixture(autouse=True)
def local_channels() -> object:
    with override_settings(LOCAL_CHANNELS=True):
        yield


def leave(browser: Client, server: MastodonServer, **more: str) -> str:
    """Where the browser is led to ask for permission."""
    typed = {"address": server.url, "local": "on", **more}
    answer = browser.post(f"{MASTODON}authorize/", typed, headers=HTMX)
    assert answer.status_code == 204
    return answer.headers["HX-Redirect"]


def allow(address: str, username: str = "brand") -> str:
    """A person says yes over there; the address that they are sent back to."""
    asked = dict(httpx.QueryParams(httpx.URL(address).query))
    form = {"username": username, "redirect_uri": asked["redirect_uri"], "state": asked["state"]}
    said = httpx.post(address.partition("?")[0], data=form, trust_env=False)
    back = httpx.URL(said.headers["location"])
    return f"{back.path}?{back.query.decode()}"


def test_a_person_allows_it_and_the_account_is_a_channel(
    browser: Client, mastodon_server: MastodonServer
) -> None:
    back = allow(leave(browser, mastodon_server))
    answer = browser.get(back)
    channel = Channel.objects.get()
    assert answer.headers["Location"] == f"/w/red-kite-rail/channels/{channel.pk}/connected/"
    assert (channel.name, channel.local) == ("The Brand", True)
    assert channel.secret["token"]
    again = browser.get(back, follow=True)
    assert "was not begun here" in again.content.decode()


def test_a_forged_return_connects_nothing(browser: Client, mastodon_server: MastodonServer) -> None:
    back = allow(leave(browser, mastodon_server))
    forged = back.partition("state=")[0] + "state=forged"
    assert browser.get(forged).headers["Location"] == CONNECT
    assert browser.get(back).headers["Location"] == CONNECT
    assert not Channel.objects.exists()


def test_another_browser_cannot_finish_what_this_one_began(
    browser: Client, owner: Member, mastodon_server: MastodonServer
) -> None:
    back = allow(leave(browser, mastodon_server))
    assert signed_in(owner).get(back).headers["Location"] == CONNECT
    assert not Channel.objects.exists()


def test_a_no_over_there_is_said(browser: Client, mastodon_server: MastodonServer) -> None:
    leave(browser, mastodon_server)
    state = leave(browser, mastodon_server).partition("state=")[2].partition("&")[0]
    answer = browser.get(
        f"{MASTODON}callback/", {"error": "access_denied", "state": state}, follow=True
    )
    assert "did not allow it" in answer.content.decode()
    assert not Channel.objects.exists()


def test_reconnecting_by_signing_in_takes_the_same_account_only(
    browser: Client, mastodon_server: MastodonServer
) -> None:
    browser.get(allow(leave(browser, mastodon_server)))
    channel = Channel.objects.get()
    before = channel.secret["token"]
    other = allow(leave(browser, mastodon_server, channel=str(channel.pk)), username="other")
    assert "Connect it as a channel of its own" in browser.get(other, follow=True).content.decode()
    same = allow(leave(browser, mastodon_server, channel=str(channel.pk)))
    assert browser.get(same).status_code == 302
    channel.refresh_from_db()
    assert channel.secret["token"] != before
    assert Channel.objects.count() == 1


def test_the_apps_secret_is_not_readable_in_the_session(
    browser: Client, mastodon_server: MastodonServer
) -> None:
    leave(browser, mastodon_server)
    assert "client_secret" not in browser.session["mastodon_oauth"]


def test_without_scripts_a_link_leads_on(browser: Client, mastodon_server: MastodonServer) -> None:
    typed = {"address": mastodon_server.url, "local": "on"}
    page = browser.post(f"{MASTODON}authorize/", typed).content.decode()
    assert f'href="{mastodon_server.url}/oauth/authorize?' in page


def test_an_instance_that_does_not_answer_is_said_beside_the_field(browser: Client) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    answer = browser.post(f"{MASTODON}authorize/", {"address": address, "local": "on"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "instance_address_error" in page
    assert f'value="{address}"' in page


def test_a_server_on_this_machine_is_refused_where_local_channels_are_off(
    browser: Client, mastodon_server: MastodonServer
) -> None:
    typed = {"address": mastodon_server.url, "local": "on"}
    with override_settings(LOCAL_CHANNELS=False):
        answer = browser.post(f"{MASTODON}authorize/", typed, headers=HTMX)
    assert answer.status_code == 422
    assert "mastodon_oauth" not in browser.session
