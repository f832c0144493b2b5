"""Which conversations fit some words: what was said in them, who said it, what was noted.

Whoever calls decides which of them the reader may see.
"""

from cornbread.care.models import Conversation, Entry
from cornbread.foundation.errors import Invalid
from cornbread.listening import searching
from cornbread.listening.domain.wording import read
from cornbread.people.models import Identity, Person

#: So many of the newest messages, people and notes that fit are followed to their conversations.
MOST = 1000


def saying(typed: str, workspace_id: int) -> set[int]:
    """Ids of conversations in which this was said lately; for narrowing a list."""
    try:
        ids = searching.newest(read(typed), workspace_id, limit=MOST)
    except Invalid:
        return set()
    found: set[int] = set()
    for start in range(0, len(ids), 500):
        entries = Entry.objects.filter(mention_id__in=ids[start : start + 500])
        found.update(entries.values_list("conversation_id", flat=True))
    return found


def about(typed: str, workspace_id: int) -> set[int]:
    """Ids of conversations with people of this name or account, or with such words in a note."""
    people = Person.objects.filter(workspace_id=workspace_id, name__icontains=typed)
    accounts = Identity.objects.filter(workspace_id=workspace_id, handle__icontains=typed)
    them = list(people.order_by("-pk").values_list("pk", flat=True)[:MOST])
    theirs = list(accounts.order_by("-pk").values_list("person_id", flat=True)[:MOST])
    notes = Entry.objects.filter(workspace_id=workspace_id, text__icontains=typed)
    noted = notes.exclude(text="").order_by("-pk").values_list("conversation_id", flat=True)
    found = set(noted[:MOST])
    everybody = sorted({*them, *theirs}, reverse=True)[:MOST]
    for start in range(0, len(everybody), 500):
        some = everybody[start : start + 500]
        with_them = Conversation.objects.filter(person_id__in=some, workspace_id=workspace_id)
        found.update(with_them.order_by("-pk").values_list("pk", flat=True)[:MOST])
    return found
