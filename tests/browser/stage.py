"""The product in a process of its own, for tests with a browser: real server, own home.

Reads one JSON command a line, answers with one JSON line. Jobs run as a worker would run them.
"""

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cornbread.config.settings")


def main() -> None:
    """Prepare the home, serve, and do what is asked until the input ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    os.environ["PORT"] = str(port)
    _prepare()
    threading.Thread(target=_serve, args=(listener,), daemon=True).start()
    threading.Thread(target=_work, daemon=True).start()
    _say({"port": port})
    for line in sys.stdin:
        command = json.loads(line)
        try:
            _say(COMMANDS[command.pop("do")](**command) or {})
        except Exception as error:  # the test shows it
            _say({"error": f"{type(error).__name__}: {error}"})


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


def _prepare() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)


def _serve(listener: socket.socket) -> None:
    import uvicorn

    from cornbread.config.asgi import application

    config = uvicorn.Config(application, lifespan="off", ws="none", log_config=None)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    server.run(sockets=[listener])


def _work() -> None:
    from django.db import close_old_connections

    from cornbread.foundation.jobs import drain

    while True:
        close_old_connections()
        drain(raise_errors=False)
        time.sleep(0.05)


def _found(name: str = "Red Kite Rail", kind: str = "sandbox") -> dict[str, Any]:
    from tests.care import brand

    made = brand.found(name, kind=kind)
    BRANDS[made.workspace.slug] = made
    return {"slug": made.workspace.slug, "owner": made.owner.pk, "workspace": made.workspace.pk}


def _colleague(slug: str, name: str, role: str = "agent") -> dict[str, Any]:
    from cornbread.team.domain.permissions import Role

    return {"id": BRANDS[slug].colleague(name, Role(role)).pk}


def _cookie(slug: str, member: int) -> dict[str, Any]:
    from cornbread.team.models import Member

    client = BRANDS[slug].client(Member.objects.select_related("user").get(pk=member))
    return {"cookie": client.cookies["cornbread"].value}


def _hears(slug: str, text: str, **post: Any) -> dict[str, Any]:
    return {"id": BRANDS[slug].hears(text, **post).pk}


def _hears_many(slug: str, number: int) -> dict[str, Any]:
    brand = BRANDS[slug]
    posts = [
        brand.post(f"Question number {n} about my ticket", who=f"Customer {n:04}", ago=40 + n / 10)
        for n in range(number)
    ]
    brand.hears_all(posts)
    return {}


def _act(
    slug: str, action: str, conversation: int, by: int, values: dict[str, Any]
) -> dict[str, Any]:
    from cornbread.care import actions
    from cornbread.team.models import Member

    member = Member.objects.select_related("user", "workspace").get(pk=by)
    getattr(actions, action)(conversation, by=member, **values)
    return {}


BRANDS: dict[str, Any] = {}


def _fails(slug: str) -> dict[str, Any]:
    """A job of the brand was given up."""
    from cornbread.foundation.clock import now
    from cornbread.foundation.models import Job
    from cornbread.team import queries

    moment = now()
    Job.objects.create(
        task="cornbread.outbound.sending.send_delivery",
        queue="outbound",
        workspace_id=queries.workspace_named(slug).pk,
        state="dead",
        attempts=3,
        max_attempts=3,
        due_at=moment,
        created_at=moment,
        finished_at=moment,
        last_error={"class": "django.db.utils.OperationalError", "code": "error", "traceback": ""},
    )
    return {}


COMMANDS: dict[str, Callable[..., dict[str, Any]]] = {
    "found": _found,
    "fails": _fails,
    "colleague": _colleague,
    "cookie": _cookie,
    "hears": _hears,
    "hears_many": _hears_many,
    "act": _act,
}

if __name__ == "__main__":
    main()
