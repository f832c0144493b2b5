"""A brand and the people who work there, for tests that open pages as one of them."""

from django.test import Client

from cornbread.team import actions, queries
from cornbread.team.domain.actors import SYSTEM
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member, User, Workspace

PASSWORD = "a warm basket of bread"


def brand(name: str = "Red Kite Rail") -> Workspace:
    """A workspace with an owner called Ona."""
    owner = user(f"ona@{name.split()[0].lower()}.example", "Ona Weld")
    return actions.create_workspace(name, owner=owner)


def user(email: str, name: str = "") -> User:
    """Somebody who can sign in."""
    return actions.create_user(email, PASSWORD, name=name)


def owner_of(workspace: Workspace) -> Member:
    """The workspace's first owner."""
    found = Member.objects.filter(workspace=workspace, role=Role.OWNER).first()
    assert found is not None
    return queries.member(workspace.slug, user=found.user)


def member(workspace: Workspace, role: Role, name: str = "") -> Member:
    """A new colleague with this role."""
    email = f"{name.split()[0].lower() if name else role}@{workspace.slug}.example"
    actions.add_member(workspace, user(email, name), role, by=SYSTEM)
    return queries.member(workspace.slug, user=User.objects.get(email=email))


def signed_in(someone: Member | User) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(
        someone.user if isinstance(someone, Member) else someone,
        backend="django.contrib.auth.backends.ModelBackend",
    )
    return client
