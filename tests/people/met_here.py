"""People whom a brand has met, for tests of the pages that show them."""

from typing import Any

from cornbread.people.models import Identity, Person
from cornbread.team.models import Member, Workspace


def met(workspace: Workspace, name: str = "Maya Lindt", **more: Any) -> Person:
    """Somebody whose post was heard."""
    person = Person.objects.create(workspace=workspace, name=name)
    given: dict[str, Any] = {
        "kind": "mastodon",
        "source": "mastodon:social.example",
        "external_id": str(person.pk),
        "handle": "maya@social.example",
        **more,
    }
    Identity.objects.create(workspace=workspace, person=person, **given)
    return person


def at(member: Member, path: str = "") -> str:
    return f"/w/{member.workspace.slug}/people/{path}"
