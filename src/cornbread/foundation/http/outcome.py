"""From what broke to what it means for the request."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import httpcore
import httpx

from cornbread.foundation.http.budget import Budget
from cornbread.foundation.http.trouble import (
    ConnectFailed,
    DeadlineExceeded,
    HttpTrouble,
    OutcomeUnknown,
    Refused,
)

_BROKEN = (
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.UnsupportedProtocol,
    httpx.HTTPError,
    httpx.StreamError,
    httpx.InvalidURL,
)


@contextmanager
def judged(budget: Budget, host: str) -> Iterator[None]:
    """Run network operations on this budget; whatever breaks leaves as HttpTrouble.

    The budget knows whether a byte of the request left, in this hop or in one before it.
    """
    try:
        with budget.active():
            yield
    except Refused as refused:
        refused.sent = refused.sent or budget.sent
        raise
    except _BROKEN as broken:
        raise _verdict(broken, budget, host) from broken


def _verdict(broken: Exception, budget: Budget, host: str) -> HttpTrouble:
    late = budget.expired or isinstance(broken, httpcore.TimeoutException)
    if isinstance(broken, httpcore.LocalProtocolError) and not budget.sent:
        return Refused("This request holds something that HTTP cannot carry, such as a line break.")
    if not budget.sent:
        return ConnectFailed(_why_not_connected(broken, host, late=late))
    if late:
        return DeadlineExceeded(f"{host} did not answer in time.")
    return OutcomeUnknown(f"The connection to {host} broke before its answer was complete.")


def _why_not_connected(broken: Exception, host: str, *, late: bool) -> str:
    # Among the arguments, because the pool raises the error anew without its cause.
    if any(isinstance(reason, ssl.SSLCertVerificationError) for reason in broken.args):
        return f"The certificate of {host} is not valid."
    if late:
        return f"{host} could not be reached in time."
    return f"{host} could not be reached."
