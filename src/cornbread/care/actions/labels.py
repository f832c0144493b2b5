"""Labels on conversations."""

from django.db import transaction

from cornbread.care import queries
from cornbread.care.actions.entries import add_entry
from cornbread.care.domain.timeline import EntryKind, Labelled
from cornbread.care.models import Conversation, Label
from cornbread.foundation.errors import Invalid
from cornbread.team.actions import record
from cornbread.team.models import Member


@transaction.atomic
def label(conversation_id: int, name: str, *, by: Member) -> Conversation:
    """Put a label on; a label nobody has used yet is made by leads, and refused to others."""
    by.require("conversation.label")
    conversation = queries.conversation(conversation_id, seen_by=by, lock=True)
    name = " ".join(name.split())[:60]
    known = queries.labels(seen_by=by).filter(name__iexact=name).first()
    if known is None:
        if not name or not by.may("label.write"):
            known_names = ", ".join(queries.labels(seen_by=by).values_list("name", flat=True))
            raise Invalid(f"There is no label “{name}”. Labels here: {known_names or 'none'}.")
        known = create_label(name, by=by)
    if not conversation.labels.filter(pk=known.pk).exists():
        conversation.labels.add(known)
        details = Labelled(label=known.name)
        add_entry(conversation, EntryKind.LABELLED, by=by, details=details)
    return conversation


@transaction.atomic
def unlabel(conversation_id: int, name: str, *, by: Member) -> Conversation:
    """Take a label off; one that is not there is no error."""
    by.require("conversation.label")
    conversation = queries.conversation(conversation_id, seen_by=by, lock=True)
    known = conversation.labels.filter(name__iexact=name.strip()).first()
    if known is not None:
        conversation.labels.remove(known)
        details = Labelled(label=known.name)
        add_entry(conversation, EntryKind.UNLABELLED, by=by, details=details)
    return conversation


@transaction.atomic
def create_label(name: str, *, by: Member, colour: str = "blue") -> Label:
    """A new label of the workspace."""
    by.require("label.write")
    name = " ".join(name.split())[:60]
    if not name:
        raise Invalid("A label needs a name.", fields={"name": "A label needs a name."})
    # Words that differ only in their capitals would be two labels for one thing.
    made, created = Label.objects.get_or_create(
        workspace_id=by.workspace_id,
        name__iexact=name,
        defaults={"workspace_id": by.workspace_id, "name": name, "colour": colour[:12]},
    )
    if created:
        record(by.workspace_id, by, "label.created", f"label:{made.pk}")
    return made
