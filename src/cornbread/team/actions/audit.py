"""The record of who changed what."""

from typing import Any

from cornbread.team.domain.actors import Actor
from cornbread.team.models import AuditEntry


def record(workspace_id: int, by: Actor, verb: str, subject: str, **details: Any) -> None:
    """Write who changed what, in the caller's transaction."""
    AuditEntry.objects.create(
        workspace_id=workspace_id,
        member_id=by.actor_id,
        verb=verb,
        subject=subject,
        details=details,
    )
