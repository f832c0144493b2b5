"""What may stand in a log and what is masked."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornbread.foundation.redaction import masked, permitted


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("conversation_id", 7), ("id", UUID(int=7)), ("status", 503), ("duration_ms", 1.5),
        ("code", "address_refused"), ("kind", "listening.MentionsHeard"), ("host", "toot.example"),
        ("workspace_ids", [1, 2]), ("job_id", str(UUID(int=8))), ("sent", True), ("reason", None),
    ],
)  # fmt: skip
def test_ids_counts_durations_codes_and_kinds_are_kept(name: str, value: object) -> None:
    assert permitted(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", "hello"), ("email", "x"), ("name", "Ana"), ("body", 1), ("handle", "ana"),
        ("code", "my train is late"), ("kind", "ana@example.org"), ("person_id", "ana@example.org"),
        ("status", {"text": 1}), ("id", object()), ("ids", ["ok", "two words"]), ("id", b"x"),
        ("code", "a" * 32 + "1"), ("host", "203.0.113.7"),
    ],
)  # fmt: skip
def test_prose_unknown_names_and_disguised_addresses_are_dropped(name: str, value: object) -> None:
    assert not permitted(name, value)


@pytest.mark.parametrize(
    "text",
    [
        "mail from ana.meier+x@example.co.uk failed",
        "Authorization: Bearer geheim",
        "sent Bearer geheim-abc.def",
        "Basic Z2VoZWltOmdlaGVpbQ==",
        "api_key=geheim and more",
        'body {"access_token": "geheim", "x": 1}',
        "password: geheim",
        "Cookie: sid=geheim; other=geheim",
        "GET https://example.org/a?q=geheim HTTP",
        "Bad Request: /w/brand/search?q=geheim",
        "https://ana:geheim@example.org/",
        "signed with AbC123geheim456AbC123geheim456AbC1",
        "refused 203.0.113.7 and 2001:db8::7",
    ],
)
def test_addresses_tokens_and_queries_are_masked(text: str) -> None:
    hidden = ("geheim", "ana", "example.co.uk", "Z2Vo", "203.0", "2001:")
    found = masked(text)
    assert "***" in found
    assert not [word for word in hidden if word in found]


@pytest.mark.parametrize(
    "text",
    [
        "delivery sent", "12:30:45 up 3 days", "Listening on 127.0.0.1:8000", "::1 is loopback",
        "python 3.11.2", "cornbread.care.actions:assign", "99 % of 10,000", "what?",
        "ended with exit code: 1",
    ],
)  # fmt: skip
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert masked(text) == text


@given(st.from_regex(r"[a-z0-9.+_-]{1,20}@[a-z0-9-]{1,20}\.[a-z]{2,5}", fullmatch=True), st.text())
def test_no_mail_address_survives(address: str, around: str) -> None:
    assert address not in masked(f"{around} {address} {around}")


@given(st.text(alphabet="a:=?&@/. -\"'12Bearkytoken", max_size=300))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    assert masked(masked(text)) == masked(text)
