"""A running product on each kind of database, and scenes on a real Mastodon server."""

import contextlib
import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.road.product import Product, own_database
from tests.road.scene import Scene, scene_at
from tests.servers import MastodonServer, mastodon_process, mastodon_server

__all__ = ["mastodon_process", "mastodon_server"]


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def product(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    """One copy for the whole run; every test has a channel of its own in it."""
    home = tmp_path_factory.mktemp("road") / request.param
    home.mkdir()
    if request.param == "sqlite":
        with Product(home) as running:
            yield running
        return
    with _database() as url, Product(home, url) as running:
        yield running


@pytest.fixture
def scene(product: Product, mastodon_server: MastodonServer) -> Iterator[Scene]:
    """A brand that is about to connect its account."""
    with scene_at(product, mastodon_server) as scene:
        yield scene


def _database() -> "contextlib.AbstractContextManager[str]":
    named = os.environ.get("CI_DATABASE_URL") or os.environ.get("DATABASE_URL", "")
    parts = urlsplit(named if named.startswith("postgres") else "postgres://root@localhost")
    server = f"{parts.scheme}://{parts.netloc}"
    try:
        psycopg.connect(f"{server}/postgres", connect_timeout=5).close()
    except psycopg.OperationalError as trouble:
        pytest.skip(f"no PostgreSQL answers at {parts.hostname}: {trouble}")
    return own_database(server, f"cornbread_road_{os.getpid()}")
