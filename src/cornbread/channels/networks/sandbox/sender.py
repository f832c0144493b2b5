"""Answering in the sandbox, with the trouble that a test has asked for."""

from cornbread.channels.contract import Account
from cornbread.channels.domain.posts import Author, OutgoingPost, SentPost
from cornbread.channels.domain.trouble import (
    AccessLost,
    OutcomeUncertain,
    RateLimited,
    Rejected,
    Unreachable,
)
from cornbread.channels.networks.sandbox import server
from cornbread.channels.networks.sandbox.rows import sent
from cornbread.channels.sandbox_models import SandboxFault
from cornbread.foundation import clock

_Fault = SandboxFault.Kind
_RETRY_AFTER_S = 1.0


class SandboxSender:
    """Posts as the brand's account. The same idempotency key never posts twice."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def send(self, post: OutgoingPost) -> SentPost:
        """Store the reply; the customer reacts in a while."""
        fault = server.next_fault(self._account)
        if fault == _Fault.UNREACHABLE:
            raise Unreachable("The sandbox answered 503 and took nothing.")
        if fault == _Fault.RATE_LIMITED:
            raise RateLimited("The sandbox asks us to wait.", retry_after_s=_RETRY_AFTER_S)
        if fault == _Fault.REJECTED:
            raise Rejected("The sandbox does not take this post.")
        if fault == _Fault.ACCESS_LOST:
            raise AccessLost("The sandbox no longer knows this account. Connect it again.")
        if fault == _Fault.LOST_REQUEST:
            raise OutcomeUncertain("The connection to the sandbox broke.")
        if post.in_reply_to and server.find_post(self._account, post.in_reply_to) is None:
            raise Rejected("The post that this answers is not there any more.")
        row = server.take_reply(self._account, post, now=clock.now())
        if fault == _Fault.LOST_ANSWER:
            raise OutcomeUncertain("The connection to the sandbox broke after the request.")
        return sent(row)

    def find(self, post: OutgoingPost) -> SentPost | None:
        """The reply that was sent with this key."""
        row = server.find_reply(self._account, post.idempotency_key)
        return sent(row) if row else None

    def favourite(self, external_id: str) -> None:
        """Mark a post as a favourite."""
        self._mark(external_id, favourited=True)

    def boost(self, external_id: str) -> None:
        """Share a post with our followers."""
        self._mark(external_id, boosted=True)

    def follow(self, author: Author) -> None:
        """Follow a customer."""
        server.follow(self._account, author.external_id)

    def _mark(self, external_id: str, **marks: bool) -> None:
        if not server.mark(self._account, external_id, **marks):
            raise Rejected("This post is not there any more.")
