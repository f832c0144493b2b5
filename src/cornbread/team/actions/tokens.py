"""Keys for programs."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction

from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid, NotFound
from cornbread.team.actions.audit import record
from cornbread.team.domain.actors import Actor, require
from cornbread.team.domain.permissions import SCOPES
from cornbread.team.domain.tokens import digest_of, new_secret
from cornbread.team.models import ApiToken, Member


@transaction.atomic
def create_token(
    name: str, scopes: Iterable[str], *, for_member: Member, by: Actor, days: int = 365
) -> tuple[ApiToken, str]:
    """An API token and its secret, which is shown once and never stored."""
    require(by, "token.write", for_member.workspace_id)
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown or not wanted:
        sentence = f"Choose from these scopes: {', '.join(SCOPES)}."
        raise Invalid(sentence, fields={"scopes": sentence})
    if not 1 <= days <= 3650:
        raise Invalid("A token lives between 1 and 3650 days.", fields={"days": "1 to 3650"})
    secret = new_secret()
    token = ApiToken.objects.create(
        workspace_id=for_member.workspace_id,
        member=for_member,
        name=name.strip()[:80] or "token",
        prefix=secret[:8],
        digest=digest_of(secret),
        scopes=wanted,
        expires_at=clock.now() + timedelta(days=days),
    )
    record(token.workspace_id, by, "token.created", f"token:{token.pk}", scopes=wanted)
    return token, secret


@transaction.atomic
def revoke_token(token_id: int, *, by: Member) -> None:
    """Close a token for ever."""
    by.require("token.write")
    found = ApiToken.objects.filter(pk=token_id, workspace_id=by.workspace_id)
    if not found.exists():
        raise NotFound("There is no such token.")
    if found.filter(revoked_at=None).update(revoked_at=clock.now()):
        record(by.workspace_id, by, "token.revoked", f"token:{token_id}")


def member_of_token(secret: str) -> Member | None:
    """The member behind a valid token, limited to its scopes; None for anything else."""
    now = clock.now()
    token = (
        ApiToken.objects.select_related("member__workspace", "member__user")
        .filter(digest=digest_of(secret), revoked_at=None, expires_at__gt=now)
        .first()
    )
    if token is None or not token.member.active or not token.member.user.is_active:
        return None
    if token.last_used_at is None or now - token.last_used_at > timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    member = token.member
    member.token_scopes = frozenset(token.scopes)
    return member
