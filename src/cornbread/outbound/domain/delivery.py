"""The states of a delivery, and which may follow which.

``uncertain`` means that the request may have reached the network and no answer came back. It is
looked up, or shown to a person; it never turns into ``sending`` without having been queued anew
by whoever knows that it is not there or that repeating is harmless.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from cornbread.foundation.errors import Stale


class DeliveryState(StrEnum):
    """Where something that we say stands on its way to the network."""

    DRAFT = "draft"
    HELD = "held"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    DROPPED = "dropped"


_S = DeliveryState

TRANSITIONS: Mapping[DeliveryState, frozenset[DeliveryState]] = MappingProxyType(
    {
        _S.DRAFT: frozenset({_S.HELD, _S.QUEUED, _S.DROPPED}),
        _S.HELD: frozenset({_S.DRAFT, _S.QUEUED, _S.DROPPED}),
        # Back to draft is "undo" in the seconds before it leaves.
        _S.QUEUED: frozenset({_S.DRAFT, _S.HELD, _S.SENDING, _S.FAILED, _S.DROPPED}),
        # Back to queued only where the network certainly did not take it.
        _S.SENDING: frozenset({_S.QUEUED, _S.SENT, _S.FAILED, _S.UNCERTAIN}),
        _S.UNCERTAIN: frozenset({_S.QUEUED, _S.SENT, _S.FAILED, _S.DROPPED}),
        _S.FAILED: frozenset({_S.DRAFT, _S.QUEUED, _S.DROPPED}),
        _S.SENT: frozenset(),
        _S.DROPPED: frozenset(),
    }
)

_SENTENCES: Mapping[DeliveryState, str] = {
    _S.DRAFT: "This message is still a draft.",
    _S.HELD: "This message is held back.",
    _S.QUEUED: "This message is waiting to be sent.",
    _S.SENDING: "This message is being sent at this moment. Look again in a few seconds.",
    _S.SENT: "This message has been sent.",
    _S.FAILED: "This message could not be sent.",
    _S.UNCERTAIN: "We do not know yet whether this message arrived. Please look on the network.",
    _S.DROPPED: "This message was given up.",
}


def may_become(state: str, to: str) -> bool:
    """Whether a delivery in ``state`` may go to ``to``. ValueError where one is no state."""
    return DeliveryState(to) in TRANSITIONS[DeliveryState(state)]


def require_transition(state: str, to: str) -> None:
    """Refuses, as Stale, a step that a delivery in ``state`` cannot take."""
    if not may_become(state, to):
        raise Stale(
            f"{_SENTENCES[DeliveryState(state)]} It cannot become “{to}” from there.",
            code=f"delivery_{DeliveryState(state)}",
        )
