"""The one way out: every HTTP request that Cornbread makes leaves through ``HttpClient``."""

from cornbread.foundation.http.client import HttpClient
from cornbread.foundation.http.lines import LineStream
from cornbread.foundation.http.response import Headers, Response
from cornbread.foundation.http.trouble import (
    ConnectFailed,
    DeadlineExceeded,
    HttpTrouble,
    OutcomeUnknown,
    Refused,
    TooLarge,
)

__all__ = [
    "ConnectFailed",
    "DeadlineExceeded",
    "Headers",
    "HttpClient",
    "HttpTrouble",
    "LineStream",
    "OutcomeUnknown",
    "Refused",
    "Response",
    "TooLarge",
]
