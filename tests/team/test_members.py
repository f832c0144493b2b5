"""Members, their roles and teams, and the links that invite them."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from cornbread.foundation.errors import Invalid, NotAllowed
from cornbread.team import actions, queries
from cornbread.team.domain import explained
from cornbread.team.domain.permissions import ALL, SCOPES, Role
from cornbread.team.models import Invitation, Member, Team
from tests.people_here import PASSWORD, brand, member, owner_of, signed_in, user

pytestmark = pytest.mark.django_db
MEMBERS = "/w/red-kite-rail/settings/members/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def owner() -> Member:
    return owner_of(brand())


@pytest.fixture
def browser(owner: Member) -> Client:
    return signed_in(owner)


def link_in(page: str) -> str:
    """The path of the invitation link that a page shows."""
    found = re.search(r"http://testserver(/join/[\w-]+/)", page)
    assert found is not None
    return found.group(1)


def invite(browser: Client, email: str = "kim@example.org", role: str = "agent") -> str:
    answer = browser.post(f"{MEMBERS}invite/", {"email": email, "role": role}, headers=HTMX)
    assert answer.status_code == 200
    return link_in(answer.content.decode())


def test_every_role_permission_and_scope_is_explained() -> None:
    assert set(explained.ROLES) == set(Role)
    assert {permission for _, permission in explained.ABILITIES} == ALL
    assert set(explained.SCOPES) == set(SCOPES)


def test_the_list_tells_role_teams_and_second_step(browser: Client, owner: Member) -> None:
    lee = member(owner.workspace, Role.LEAD, "Lee Brandt")
    night = actions.create_team("Night desk", by=owner)
    actions.change_member(lee.pk, by=owner, team_ids=[night.pk])
    Authenticator.objects.create(user=lee.user, type=Authenticator.Type.TOTP, data={})
    Authenticator.objects.create(user=owner.user, type=Authenticator.Type.RECOVERY_CODES, data={})
    row = browser.get(MEMBERS).content.decode().partition("Lee Brandt")[2].partition("</tr>")[0]
    assert "Lead" in row
    assert "Night desk" in row
    assert "never" in row
    assert [one.second_step for one in queries.members(seen_by=owner)] == [True, False]  # type: ignore[attr-defined]


def test_role_and_teams_are_changed(browser: Client, owner: Member) -> None:
    lee = member(owner.workspace, Role.AGENT, "Lee")
    night = actions.create_team("Night desk", by=owner)
    assert "Answers customers" in browser.get(f"{MEMBERS}{lee.pk}/").content.decode()
    answer = browser.post(f"{MEMBERS}{lee.pk}/", {"role": "partner", "teams": [night.pk]})
    assert answer.status_code == 302
    lee.refresh_from_db()
    assert (lee.role, list(lee.teams.all())) == (Role.PARTNER, [night])


def test_the_last_owner_stays(browser: Client, owner: Member) -> None:
    answer = browser.post(f"{MEMBERS}{owner.pk}/", {"role": "agent"})
    assert answer.status_code == 422
    assert "needs at least one owner" in answer.content.decode()
    owner.refresh_from_db()
    assert owner.role == Role.OWNER


def test_an_admin_may_put_an_owner_into_a_team_but_make_none(owner: Member) -> None:
    admin = member(owner.workspace, Role.ADMIN)
    lee = member(owner.workspace, Role.AGENT, "Lee")
    night = actions.create_team("Night desk", by=owner)
    browser = signed_in(admin)
    saved = browser.post(f"{MEMBERS}{owner.pk}/", {"role": "owner", "teams": [night.pk]})
    assert saved.status_code == 302
    assert list(owner.teams.all()) == [night]
    assert browser.post(f"{MEMBERS}{lee.pk}/", {"role": "owner"}).status_code == 422
    with pytest.raises(NotAllowed):
        actions.change_member(lee.pk, by=admin, role=Role.OWNER)


def test_a_deactivated_member_is_out_at_once_and_can_come_back(
    browser: Client, owner: Member
) -> None:
    lee = member(owner.workspace, Role.AGENT, "Lee")
    theirs = signed_in(lee)
    assert theirs.get("/w/red-kite-rail/settings/").status_code == 200
    browser.post(f"{MEMBERS}{lee.pk}/deactivate/")
    assert theirs.get("/w/red-kite-rail/settings/").status_code == 404
    assert "Former members" in browser.get(MEMBERS).content.decode()
    browser.post(f"{MEMBERS}{lee.pk}/activate/")
    assert theirs.get("/w/red-kite-rail/settings/").status_code == 200


def test_a_team_is_created_beside_the_others(browser: Client, owner: Member) -> None:
    answer = browser.post(f"{MEMBERS}teams/", {"name": "Night desk"}, headers=HTMX)
    assert "Night desk, 0 members" in answer.content.decode()
    assert "<html" not in answer.content.decode()
    assert browser.post(f"{MEMBERS}teams/", {"name": "Day desk"}).status_code == 302
    assert Team.objects.count() == 2
    assert browser.post(f"{MEMBERS}teams/", {"name": ""}, headers=HTMX).status_code == 422


def test_an_invitation_is_shown_once_and_works_once(browser: Client, client: Client) -> None:
    link = invite(browser)
    page = browser.get(MEMBERS).content.decode()
    assert "kim@example.org" in page
    assert link not in page
    assert "Ona Weld invites you" in client.get(link).content.decode()
    joined = client.post(link, {"name": "Kim", "password": PASSWORD})
    assert joined.headers["Location"].startswith("/w/red-kite-rail/")
    assert client.get("/w/red-kite-rail/settings/").status_code == 200
    assert Client().get(link).status_code == 404


def test_joining_keeps_the_name_but_not_the_password(browser: Client, client: Client) -> None:
    link = invite(browser)
    answer = client.post(link, {"name": "Kim", "password": "short"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Kim"' in page
    assert "short" not in page.partition('id="id_password"')[2].partition(">")[0]
    assert Invitation.objects.get().accepted_at is None


def test_somebody_with_an_account_joins_as_themselves(browser: Client) -> None:
    link = invite(browser, "ana@elsewhere.example", role="analyst")
    ana = user("ana@elsewhere.example", "Ana Ruiz")
    assert "Somebody signs in with ana@elsewhere.example already" in (
        Client().get(link).content.decode()
    )
    theirs = signed_in(ana)
    assert "Join as Ana Ruiz" in theirs.get(link).content.decode()
    assert theirs.post(link).status_code == 302
    assert queries.member("red-kite-rail", user=ana).role == Role.ANALYST


def test_an_invitation_never_changes_the_role_of_a_member(browser: Client, owner: Member) -> None:
    link = invite(browser)
    answer = browser.post(link)
    assert answer.status_code == 422
    assert "You already work for Red Kite Rail." in answer.content.decode()
    owner.refresh_from_db()
    assert owner.role == Role.OWNER
    assert Invitation.objects.get().accepted_at is None


def test_a_new_link_makes_the_lost_one_worthless(browser: Client, client: Client) -> None:
    lost, fresh = invite(browser), invite(browser)
    assert client.get(lost).status_code == 404
    assert client.get(fresh).status_code == 200


def test_a_member_cannot_be_invited_again(owner: Member) -> None:
    with pytest.raises(Invalid, match="already work here"):
        actions.invite("ONA@red.example", Role.AGENT, by=owner)


def test_a_revoked_invitation_opens_nothing(browser: Client, client: Client) -> None:
    link = invite(browser)
    number = Invitation.objects.get().pk
    assert browser.post(f"{MEMBERS}invitations/{number}/revoke/").status_code == 302
    assert client.get(link).status_code == 404
    assert browser.post(f"{MEMBERS}invitations/{number}/revoke/").status_code == 404


def test_a_wrong_address_stays_in_the_form(browser: Client) -> None:
    typed = {"email": "kim@", "role": "lead"}
    answer = browser.post(f"{MEMBERS}invite/", typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="kim@"' in page
    assert "id_email_error" in page
    assert re.search(r'value="lead"[^>]*checked', page)


def test_only_an_owner_invites_owners(owner: Member) -> None:
    admin = signed_in(member(owner.workspace, Role.ADMIN))
    assert 'value="owner"' not in admin.get(f"{MEMBERS}invite/").content.decode()
    answer = admin.post(f"{MEMBERS}invite/", {"email": "x@example.org", "role": "owner"})
    assert answer.status_code == 422
    assert not Invitation.objects.exists()


def changes(owner: Member) -> list[str]:
    """Every address of this page that changes something."""
    number = owner.pk
    return ["invite/", "teams/", f"{number}/", f"{number}/deactivate/", f"{number}/activate/"]


def test_strangers_other_brands_and_lesser_roles_change_nothing(
    client: Client, owner: Member
) -> None:
    other = signed_in(owner_of(brand("Hearth Inns")))
    agent = signed_in(member(owner.workspace, Role.AGENT))
    for change in changes(owner):
        assert client.post(MEMBERS + change).headers["Location"].startswith("/accounts/login/")
        assert other.post(MEMBERS + change).status_code == 404
        assert agent.post(MEMBERS + change).status_code == 403
    assert agent.get(MEMBERS).status_code == 200
    assert "Invite somebody" not in agent.get(MEMBERS).content.decode()
    assert other.get(f"/w/hearth-inns/settings/members/{owner.pk}/").status_code == 404
    assert signed_in(member(owner.workspace, Role.PARTNER)).get(MEMBERS).status_code == 403
