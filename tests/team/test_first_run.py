"""The front door: an empty installation, and the way into a workspace."""

import pytest
from django.test import Client

from cornbread.team import actions, queries
from cornbread.team.domain.actors import SYSTEM
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member, User
from tests.people_here import PASSWORD, brand, member, owner_of, signed_in, user

pytestmark = pytest.mark.django_db
FIRST = {
    "brand": "Hearth Inns",
    "name": "Ida Holm",
    "email": "Ida@hearth.example",
    "password": PASSWORD,
}


def test_the_first_visitor_is_led_to_first_run(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/welcome/"
    assert "Welcome to Cornbread" in client.get("/welcome/").content.decode()


def test_first_run_makes_the_owner_and_the_brand_and_signs_in(client: Client) -> None:
    answer = client.post("/welcome/", FIRST)
    assert answer.status_code == 302
    owner = queries.member("hearth-inns", user=User.objects.get(email="ida@hearth.example"))
    assert (owner.role, owner.workspace.name) == (Role.OWNER, "Hearth Inns")
    assert answer.headers["Location"].startswith("/w/hearth-inns/")
    assert client.get("/").headers["Location"].startswith("/w/hearth-inns/")


def test_first_run_keeps_what_was_typed_but_never_the_password(client: Client) -> None:
    answer = client.post("/welcome/", {**FIRST, "password": "short"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Hearth Inns"' in page
    assert "too short" in page
    assert "id_password_error" in page
    assert 'value="short"' not in page
    assert not User.objects.exists()


def test_first_run_is_closed_once_somebody_is_here(client: Client) -> None:
    brand()
    assert client.get("/welcome/").headers["Location"] == "/"
    assert client.post("/welcome/", FIRST).headers["Location"] == "/"
    assert User.objects.count() == 1


def test_what_was_imported_before_belongs_to_the_first_owner(client: Client) -> None:
    actions.create_workspace("Imported")
    client.post("/welcome/", FIRST)
    mine = {one.workspace.name for one in Member.objects.filter(role=Role.OWNER)}
    assert mine == {"Imported", "Hearth Inns"}


def test_a_stranger_is_led_to_the_sign_in(client: Client) -> None:
    brand()
    assert client.get("/").headers["Location"] == "/accounts/login/"


def test_somebody_of_one_brand_goes_straight_to_work() -> None:
    workspace = brand()
    answer = signed_in(owner_of(workspace)).get("/")
    assert answer.headers["Location"].startswith(f"/w/{workspace.slug}/")


def test_somebody_of_several_brands_chooses() -> None:
    kite, inns = brand("Red Kite Rail"), brand("Hearth Inns")
    ana = member(kite, Role.AGENT, "Ana")
    actions.add_member(inns, ana.user, Role.ANALYST, by=SYSTEM)
    page = signed_in(ana).get("/").content.decode()
    assert "Red Kite Rail" in page
    assert "Hearth Inns" in page
    assert "Analyst" in page


def test_somebody_of_no_brand_is_told_so() -> None:
    page = signed_in(user("nobody@example.org")).get("/").content.decode()
    assert "no brand has you among its members" in page
