"""What can go wrong while talking with a network, by what has to happen next."""

from typing import ClassVar


class ChannelTrouble(Exception):
    """Base: ``code`` is stable, ``message`` says what happened and what a person can do."""

    code: ClassVar[str] = "trouble"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class AccessLost(ChannelTrouble):
    """The token was revoked or the account is gone: only a person can mend this."""

    code = "access_lost"


class RateLimited(ChannelTrouble):
    """The network asks us to wait ``retry_after_s`` seconds."""

    code = "rate_limited"

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Unreachable(ChannelTrouble):
    """Nothing was taken over there (refused connection, 5xx before sending): try again later."""

    code = "unreachable"


class Rejected(ChannelTrouble):
    """The network understood and said no (too long, deleted parent): trying again is no use."""

    code = "rejected"


class OutcomeUncertain(ChannelTrouble):
    """A request left, and nobody knows whether it was carried out."""

    code = "uncertain"
