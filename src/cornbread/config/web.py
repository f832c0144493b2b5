"""The web server: one uvicorn process over the ASGI application."""

import socket

import uvicorn

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
    inherited = None if fd is None else [socket.socket(fileno=fd)]
    uvicorn.Server(config).run(sockets=inherited)
