"""The web server: one uvicorn process over the ASGI application."""

import socket

import uvicorn
from django.db import connections

#: Connections to PostgreSQL that one web server process keeps open at most.
MOST_CONNECTIONS = 16
#: Open event streams never finish by themselves; after so many seconds they are cut.
_GRACE_S = 3


def serve(*, host: str, port: int, fd: int | None) -> None:
    """Serve until SIGTERM, on an inherited listening socket where ``fd`` names one."""
    config = uvicorn.Config(
        "cornbread.config.asgi:application",
        host=host,
        port=port,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    _give_connections_back()
    inherited = None if fd is None else [socket.socket(fileno=fd)]
    uvicorn.Server(config).run(sockets=inherited)


def _give_connections_back() -> None:
    """Each request has a thread of its own, which a connection must not be kept for afterwards:
    it would stay open until Python finds it as garbage. On PostgreSQL a pool keeps some instead.
    """
    for alias in connections:
        database = connections.settings[alias]
        database["CONN_MAX_AGE"] = 0
        if database["ENGINE"].endswith("postgresql"):
            pool = {"min_size": 1, "max_size": MOST_CONNECTIONS, "timeout": 20}
            database["OPTIONS"] = {**database["OPTIONS"], "pool": pool}
