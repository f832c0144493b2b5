"""HTTP clients for tests, and an internet for them."""

from collections.abc import Iterator

import pytest

from cornbread.foundation.http import HttpClient
from tests.foundation.internet import Internet


@pytest.fixture
def http() -> Iterator[HttpClient]:
    """Reaches the servers that a test starts on loopback."""
    with HttpClient(timeout=2, local=True) as local:
        yield local


@pytest.fixture
def public() -> Iterator[HttpClient]:
    """Reaches public addresses only, as in production."""
    with HttpClient(timeout=2) as strict:
        yield strict


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> Internet:
    return Internet(monkeypatch)
