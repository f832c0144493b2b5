"""What stands below replies, for a member and for the brand."""

from django.db import transaction

from cornbread.foundation.errors import Invalid
from cornbread.outbound.domain.signing_off import fault_of_signature
from cornbread.outbound.models import Signature
from cornbread.team.actions import record
from cornbread.team.models import Member


@transaction.atomic
def save_own_signature(text: str, *, on: bool, by: Member) -> Signature:
    """The member's own; while it is on it stands in place of the brand's."""
    by.require("conversation.reply")
    return _save(text, on, by, member=by)


@transaction.atomic
def save_brand_signature(text: str, *, on: bool, by: Member) -> Signature:
    """The brand's, for everybody who has none of their own."""
    by.require("canned.write")
    return _save(text, on, by, member=None)


def _save(text: str, on: bool, by: Member, *, member: Member | None) -> Signature:
    text = text.replace("\r\n", "\n").strip()
    if sentence := fault_of_signature(text, on=on):
        raise Invalid(sentence, fields={"text": sentence})
    made, _ = Signature.objects.update_or_create(
        workspace_id=by.workspace_id, member=member, defaults={"text": text, "on": on}
    )
    whose = "own" if member else "brand"
    record(by.workspace_id, by, "signature.saved", f"signature:{made.pk}", whose=whose, on=on)
    return made
