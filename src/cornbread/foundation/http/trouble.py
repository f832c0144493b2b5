"""What can go wrong with a request, told apart by the one question that matters to a sender:
may the other side have got it? A reply that may have arrived is never simply sent again.
"""

from cornbread.foundation.errors import Refusal


class HttpTrouble(Exception):
    """A request that brought no usable answer.

    ``sent`` is False only when not one byte of the request left this machine, so that repeating
    it cannot double anything. The message names the host, never the path, query or body.
    """

    sent: bool = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Refused(Refusal, HttpTrouble):
    """We will not talk to this address. ``sent`` is True when a redirect led there."""

    code = "address_refused"

    def __init__(self, message: str, *, sent: bool = False) -> None:
        super().__init__(message)
        self.sent = sent


class ConnectFailed(HttpTrouble):
    """No connection came about: the request was certainly not sent."""


class OutcomeUnknown(HttpTrouble):
    """The request, or a part of it, was sent, but no readable answer came: it may have arrived."""

    sent = True


class DeadlineExceeded(OutcomeUnknown):
    """The request was sent, and the answer did not come, or did not end, in time."""


class TooLarge(HttpTrouble):
    """The answer is larger than we are willing to hold; the request itself has arrived."""

    sent = True
