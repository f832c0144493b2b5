"""Messages that somebody searched for, as the list shows them."""

from dataclasses import dataclass

from cornbread.care import searching
from cornbread.care.forms import View
from cornbread.care.models import Entry
from cornbread.foundation.errors import Invalid
from cornbread.listening.domain.marking import Piece, excerpt
from cornbread.listening.domain.wording import Wording, read
from cornbread.team.models import Member

PAGE = 20
#: Characters of a message that are shown around the first word that fits.
EXCERPT = 120


@dataclass(frozen=True)
class Hit:
    """One message: who wrote it, where, and the words around what was searched for."""

    entry: Entry
    who: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Hits:
    """A page of messages, latest heard first; ``more`` is the place after which it goes on.

    ``trouble`` says why nothing can be searched for. ``hits`` may be few although there is more:
    then the reader may see few of the messages that fit.
    """

    hits: tuple[Hit, ...] = ()
    more: int | None = None
    trouble: str = ""


def page_of_hits(view: View, *, seen_by: Member) -> Hits:
    """The messages that fit what is searched for."""
    try:
        wording = read(view.search)
    except Invalid as refusal:
        return Hits(trouble=refusal.message)
    found = searching.messages(
        wording, view.filters, seen_by=seen_by, before=view.before, limit=PAGE
    )
    return Hits(tuple(_hit(entry, wording) for entry in found.hits), found.before)


def _hit(entry: Entry, wording: Wording) -> Hit:
    mention = entry.mention
    text = " ".join(mention.text.split()) if mention else ""
    who = str(entry.member or (mention.identity if mention else entry.identity) or "")
    return Hit(entry, who, excerpt(text, wording.spans(text), EXCERPT))
