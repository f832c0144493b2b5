"""Every row says to which workspace it belongs, and no relation leads forward on the journey."""

from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from cornbread.care.models import Conversation
from cornbread.listening.models import Watch
from cornbread.team.models import Team, Workspace
from tests.guards.rules import (
    Allowed,
    forward_keys,
    label_of,
    later_than,
    unscoped_models,
)

WITHOUT_WORKSPACE: Allowed = {
    "foundation.EventRecord": "has a plain workspace_id: the workspace's room comes later",
    "foundation.Job": "has a plain workspace_id where the work is a workspace's",
    "foundation.KeyCheck": "one row for the whole installation, telling whether the keys fit",
    "team.Workspace": "is the workspace",
    "team.User": "one human's sign-in in all workspaces; rights hang on the memberships",
    "team.Member_teams": "joins a member and a team, both of which have their workspace",
    "care.SlaPolicy_channels": "joins a policy and a channel, which both have theirs",
    "care.SlaPolicy_labels": "joins a policy and a label, which both have theirs",
    "care.Conversation_labels": "joins a conversation and a label, which both have theirs",
}
FORWARD: Allowed = {}


def all_models() -> list[type[models.Model]]:
    ours = [one for one in apps.get_app_configs() if one.name.startswith("cornbread.")]
    return [model for app in ours for model in app.get_models(include_auto_created=True)]


def test_every_model_has_its_workspace() -> None:
    assert not unscoped_models(all_models(), WITHOUT_WORKSPACE)


def test_rows_with_a_plain_workspace_id_have_one() -> None:
    plain = {label_of(one): one for one in all_models()}
    for label in ("foundation.EventRecord", "foundation.Job"):
        assert plain[label]._meta.get_field("workspace_id").column == "workspace_id"


def test_no_relation_leads_forward() -> None:
    assert not forward_keys(all_models(), FORWARD)


def test_every_exception_is_still_needed_and_has_its_reason() -> None:
    unscoped = {one.split()[0] for one in unscoped_models(all_models(), {})}
    assert set(WITHOUT_WORKSPACE) == unscoped
    assert all(len(reason) > 15 for reason in WITHOUT_WORKSPACE.values())


def test_the_guard_looks_at_the_product() -> None:
    labels = {label_of(one) for one in all_models()}
    assert {"care.Conversation", "listening.Mention", "team.Member"} <= labels


def diary(**fields: models.Field) -> type[models.Model]:
    """A new model of the people room with these fields, as somebody might add one."""
    meta = type("Meta", (), {"app_label": "people"})
    parts = {"__module__": "cornbread.people.models", "Meta": meta, **fields}
    with isolate_apps("cornbread.people"):
        return type("Diary", (models.Model,), parts)


def key(target: type[models.Model], *, null: bool = False) -> models.ForeignKey:
    return models.ForeignKey(target, models.CASCADE, null=null, related_name="+")


class TestTheGuardFails:
    def test_when_a_model_has_no_workspace(self) -> None:
        assert unscoped_models([diary()], {}) == ["people.Diary has no workspace foreign key"]

    def test_when_the_workspace_may_be_missing_or_is_another_thing(self) -> None:
        assert unscoped_models([diary(workspace=key(Workspace, null=True))], {})
        assert unscoped_models([diary(workspace=models.BigIntegerField())], {})
        assert unscoped_models([diary(workspace=key(Team))], {})
        assert not unscoped_models([diary(workspace=key(Workspace))], {})

    def test_when_a_relation_leads_forward(self) -> None:
        ahead = "people.Diary.about leads forward to care.Conversation"
        assert forward_keys([diary(about=key(Conversation))], {}) == [ahead]
        many = models.ManyToManyField(Watch, related_name="+")
        assert forward_keys([diary(watches=many)], {})
        assert not forward_keys([diary(workspace=key(Workspace))], {})

    def test_and_it_knows_what_later_rooms_are_called(self) -> None:
        later = later_than("people", all_models())
        assert {"conversations", "mentions"} <= later.lookups
        assert "care_conversation" in later.tables
        assert "identities" not in later.lookups
