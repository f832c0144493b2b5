"""A workspace, its teams and members."""

from copy import copy
from typing import Self

from django.conf import settings
from django.db import models

from cornbread.foundation.errors import NotAllowed
from cornbread.team.domain.actors import Automation
from cornbread.team.domain.permissions import Role, grants, opened_by


class Workspace(models.Model):
    """One brand's space; every other row belongs to exactly one.

    ``quick_s`` and ``slow_s`` are the thresholds of the levels. A post heard more than ``late_s``
    after its posting is listed apart. ``expand_links`` says whether shortened addresses are asked
    where they lead.
    """

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=60, default="UTC")
    quick_s = models.PositiveIntegerField(default=30 * 60)
    slow_s = models.PositiveIntegerField(default=24 * 3600)
    late_s = models.PositiveIntegerField(default=7 * 24 * 3600)
    expand_links = models.BooleanField(default=True)
    demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quick_s__gt=0, slow_s__gt=models.F("quick_s")),
                name="workspace_quick_before_slow",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """A group of members; a partner sees only what is given to their teams."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="teams")
    name = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="team_name_once")]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """A user in one workspace, with a role. Members act; users only sign in."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(role.value, role.label) for role in Role])
    teams = models.ManyToManyField(Team, related_name="members", blank=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    #: Set when the member acts through an API token: only these scopes are open.
    token_scopes: frozenset[str] | None = None
    #: Set when a rule acts with this member's rights: what it does is not the member's own doing.
    automation: Automation | None = None

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="member_once"),
        ]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def actor_id(self) -> int | None:
        return None if self.automation else self.pk

    def lent_to(self, automation: Automation) -> Self:
        """This member's rights in the hands of a rule; a member who acts is left as it is."""
        lent = copy(self)
        lent.automation = automation
        return lent

    def allows(self, permission: str, workspace_id: int) -> bool:
        """Whether this member may do that there, through their role and their token."""
        if not self.active or workspace_id != self.workspace_id:
            return False
        if self.token_scopes is not None and permission not in opened_by(self.token_scopes):
            return False
        return grants(Role(self.role), permission)

    def may(self, permission: str) -> bool:
        """Whether this member holds the permission in their own workspace."""
        return self.allows(permission, self.workspace_id)

    def require(self, permission: str) -> None:
        """Raise NotAllowed unless the member holds the permission."""
        if not self.may(permission):
            raise NotAllowed(
                "Your role does not include this. Ask an owner or admin of the workspace.",
                fields={"permission": permission},
            )

    @property
    def limited_to_teams(self) -> bool:
        """Partners see only what was given to their teams."""
        return self.role == Role.PARTNER
