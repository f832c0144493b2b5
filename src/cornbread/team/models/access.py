"""Keys for machines, invitations for people, and the record of who changed what."""

from django.db import models

from cornbread.team.domain.permissions import Role
from cornbread.team.models.workspace import Member, Workspace


class ApiToken(models.Model):
    """A key for programs: shown once, kept as a hash, limited by scopes, expiring."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="tokens")
    member = models.ForeignKey(Member, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class Invitation(models.Model):
    """A link that lets one person join a workspace, once, until it expires."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=20, choices=[(role.value, role.label) for role in Role])
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.email


class AuditEntry(models.Model):
    """Who changed what, append-only; written by actions in the same transaction."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="audit")
    member = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    details = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "-id"], name="audit_newest")]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"
