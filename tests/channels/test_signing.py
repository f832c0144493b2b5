"""Signatures of webhooks: the same yes and no as the library of the standard says."""

import base64
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from cornbread.channels.domain.signing import (
    OVERLAP,
    BadSignature,
    good_secrets,
    key_of,
    new_secret,
    rotated,
    sign,
    verify,
)

SECRET = new_secret()
NOW = datetime.now(UTC).replace(microsecond=0)
BODY = '{"posts": [], "ü": "🚆"}'


def ours(headers: dict[str, str], body: str, secret: str = SECRET) -> bool:
    """Whether we take it."""
    try:
        verify(
            [key_of(secret)],
            message_id=headers["webhook-id"].encode(),
            timestamp=headers["webhook-timestamp"].encode(),
            signatures=headers["webhook-signature"].encode(),
            body=body.encode(),
            now_s=time.time(),
        )
    except BadSignature:
        return False
    return True


def theirs(headers: dict[str, str], body: str, secret: str = SECRET) -> bool:
    """Whether the library does."""
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def headers(seconds: int = 0, message_id: str = "msg_1", body: str = BODY) -> dict[str, str]:
    """What the library's sender puts into the request."""
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)
    signature = Webhook(SECRET).sign(message_id, at, body)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(
    message_id=st.text("abcXYZ019_-.", min_size=1, max_size=40),
    body=st.text(max_size=40),
    # Near the edge the two look at their clocks at different moments.
    seconds=st.sampled_from([-1000, -400, -340, -250, -1, 0, 1, 250, 340, 1000]),
    other=st.booleans(),
)
def test_we_take_what_the_library_takes(
    message_id: str, body: str, seconds: int, other: bool
) -> None:
    sent = headers(seconds, message_id, body)
    arrived = body + "x" if other else body
    assert ours(sent, arrived) == theirs(sent, arrived) == (abs(seconds) < 300 and not other)


def test_one_good_signature_among_others_is_enough() -> None:
    sent = headers()
    good = sent["webhook-signature"]
    wrong = "v1," + base64.b64encode(b"x" * 32).decode()
    for signatures in (f"{wrong} {good}", f"v1a,abc {good}", f"{good} {wrong}"):
        assert ours({**sent, "webhook-signature": signatures}, BODY)
    for signatures in (wrong, good.replace("v1,", "v2,"), good.removeprefix("v1,"), ""):
        assert not ours({**sent, "webhook-signature": signatures}, BODY)


@pytest.mark.parametrize("stamp", ["", "soon", "-5", "1e9", "9" * 30, "١٢٣"])
def test_a_time_that_is_none_is_refused(stamp: str) -> None:
    assert not ours({**headers(), "webhook-timestamp": stamp}, BODY)


def test_our_own_signature_is_the_librarys() -> None:
    stamp = int(NOW.timestamp())
    known = Webhook(SECRET).sign("msg_1", NOW, BODY)
    assert sign(key_of(SECRET), "msg_1", stamp, BODY.encode()) == known


def test_a_replaced_secret_is_good_for_a_day_and_two_at_most() -> None:
    first = rotated({}, NOW)
    second = rotated(first, NOW)
    assert good_secrets(first, NOW) == [first["signing"]]
    assert good_secrets(second, NOW) == [second["signing"], first["signing"]]
    assert good_secrets(second, NOW + OVERLAP) == [second["signing"]]
    third = rotated(second, NOW)
    assert first["signing"] not in good_secrets(third, NOW)
    assert good_secrets({}, NOW) == []
