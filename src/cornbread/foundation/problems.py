"""Errors for programs as RFC 9457 wants them, without saying how they are sent."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

MEDIA_TYPE = "application/problem+json"
#: What programs tell errors apart by, where no refusal gave a code of its own.
CODES = {401: "unauthenticated", 403: "not_allowed", 404: "not_found", 413: "too_large"}


def problem_body(
    *,
    status: int,
    detail: str,
    code: str | None = None,
    title: str | None = None,
    fields: Mapping[str, str] | None = None,
) -> bytes:
    """What went wrong, to programs and to people, as JSON."""
    code = code or CODES.get(status, "error" if status >= 500 else "invalid")
    body: dict[str, Any] = {
        "type": f"urn:cornbread:problem:{code}",
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "fields": dict(fields or {}),
    }
    return json.dumps(body).encode()
