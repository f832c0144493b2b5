"""Whatever a program sends, the API answers as its description says, and never breaks.

FUZZ_EXAMPLES=200 looks longer, at other requests each time.
"""

import os
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from tests.api.conftest import Api
from tests.guards.world import Brand

SCRIPT = run_path(str(Path(__file__).parents[2] / "scripts" / "api_reference.py"))
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "6"))
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]

described = schemathesis.openapi.from_dict(SCRIPT["description"]())
described.app = WSGIHandler()

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True, scope="module")
def _one_connection() -> Any:
    """The test's transaction must outlive the requests, as with Django's own test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@described.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES < 10,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_the_api_keeps_to_its_description(case: Case, kite: Brand, api: Api) -> None:
    _point_at_rows(case, kite)
    with transaction.atomic():
        case.call_and_validate(
            base_url="http://127.0.0.1",
            headers={"Authorization": f"Bearer {api.token}"},
            checks=CHECKS,
        )
        transaction.set_rollback(True)


def _point_at_rows(case: Case, kite: Brand) -> None:
    """Most ids become those of rows that exist; made-up ones would only ever be not found."""
    for name, value in (case.path_parameters or {}).items():
        if name in kite.ids and isinstance(value, int) and 0 < value < 2**63 and value % 4:
            case.path_parameters[name] = kite.ids[name]
