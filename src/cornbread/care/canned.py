"""Canned responses for one conversation: what fits it, and one filled in for its customer."""

from cornbread.care import queries
from cornbread.care.models import Conversation
from cornbread.channels.domain.posts import Visibility
from cornbread.foundation import clock
from cornbread.listening.models import Mention
from cornbread.outbound import queries as outbound
from cornbread.outbound.domain.canned import Candidate, ranked
from cornbread.outbound.domain.variables import filled
from cornbread.outbound.models import CannedResponse
from cornbread.outbound.values import customer_values, sender_values
from cornbread.team.models import Member

#: So many are offered; who wants another types on.
OFFERED = 12


def offered(one: Conversation, query: str, *, by: Member) -> list[Candidate]:
    """What fits the words typed and the conversation's network and language, best first."""
    candidates = outbound.canned_candidates(seen_by=by, kind=one.channel.kind)
    newest = _newest(one)
    lang = newest.lang if newest else ""
    return ranked(query, candidates, lang=lang, now=clock.now())[:OFFERED]


def rendered(conversation_id: int, response_id: int, *, by: Member) -> tuple[CannedResponse, str]:
    """A canned response with its text for this conversation's customer, from this member."""
    one = queries.conversation(conversation_id, seen_by=by)
    response = outbound.usable(seen_by=by, response_id=response_id)
    return response, filled(response.text, values_of(one, by=by, lang=response.lang))


def values_of(one: Conversation, *, by: Member, lang: str = "") -> dict[str, str]:
    """What variables stand for here; the link is there only where everybody may read it."""
    newest, handle = _newest(one), one.identity.handle
    public = newest is not None and newest.visibility == Visibility.PUBLIC
    shown = handle if "@" in handle or one.channel.kind == "email" else f"@{handle}"
    return {
        **customer_values(name=one.person.name or one.identity.name, handle=handle),
        **sender_values(by, lang or (newest.lang if newest else "")),
        "person.handle": shown,
        "channel.name": one.channel.name,
        "conversation.link": newest.url if newest is not None and public else "",
    }


def _newest(one: Conversation) -> Mention | None:
    said = Mention.objects.filter(entry__conversation=one, ours=False, deleted_at=None)
    return said.order_by("-posted_at", "-pk").first()
