"""API tokens: shown once, limited, and closed for ever."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from cornbread.foundation import clock
from cornbread.team import actions
from cornbread.team.domain.permissions import Role
from cornbread.team.models import ApiToken, Member
from tests.people_here import brand, member, owner_of, signed_in

pytestmark = pytest.mark.django_db
TOKENS = "/w/red-kite-rail/settings/tokens/"
WANTED = {"name": "Warehouse", "scopes": ["people:read", "watches:read"], "days": "30"}


@pytest.fixture
def owner() -> Member:
    return owner_of(brand())


@pytest.fixture
def browser(owner: Member) -> Client:
    return signed_in(owner)


def secret_in(page: str) -> str:
    found = re.search(r'value="(cb_[\w-]+)"', page)
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_secret_is_shown_once_and_works(browser: Client, headers: dict[str, str]) -> None:
    answer = browser.post(TOKENS, WANTED, headers=headers)
    secret = secret_in(answer.content.decode())
    assert "no-store" in answer.headers["Cache-Control"]
    assert secret not in browser.get(TOKENS).content.decode()
    speaker = actions.member_of_token(secret)
    assert speaker is not None
    assert (speaker.may("person.read"), speaker.may("person.write")) == (True, False)
    left = ApiToken.objects.get().expires_at - clock.now()
    assert timedelta(days=29) < left <= timedelta(days=30)


def test_a_token_that_may_nothing_is_not_made(browser: Client) -> None:
    answer = browser.post(TOKENS, {"name": "Warehouse", "days": "30"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Warehouse"' in page
    assert "Choose at least one" in page
    assert not ApiToken.objects.exists()


def test_a_revoked_token_is_refused_and_stays_in_the_list(browser: Client) -> None:
    secret = secret_in(browser.post(TOKENS, WANTED).content.decode())
    assert "never" in browser.get(TOKENS).content.decode()
    assert browser.post(f"{TOKENS}{ApiToken.objects.get().pk}/revoke/").status_code == 302
    assert actions.member_of_token(secret) is None
    page = browser.get(TOKENS).content.decode()
    assert "revoked" in page
    assert "data-opens" not in page.partition('caption="Tokens"')[2].partition("</table>")[0]


def test_strangers_other_brands_and_lesser_roles_see_no_tokens(
    browser: Client, owner: Member, client: Client
) -> None:
    browser.post(TOKENS, WANTED)
    revoke = f"{TOKENS}{ApiToken.objects.get().pk}/revoke/"
    assert client.get(TOKENS).status_code == 302
    other = signed_in(owner_of(brand("Hearth Inns")))
    assert other.get(TOKENS).status_code == 404
    elsewhere = revoke.replace("red-kite-rail", "hearth-inns")
    assert other.post(elsewhere).status_code == 404
    for role in (Role.LEAD, Role.AGENT, Role.PARTNER, Role.COMPLIANCE):
        theirs = signed_in(member(owner.workspace, role))
        assert (theirs.get(TOKENS).status_code, theirs.post(revoke).status_code) == (403, 403)
    assert ApiToken.objects.get().revoked_at is None
