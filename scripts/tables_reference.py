"""Write the reference pages that are tables of what the code says: events, permissions, networks.

Usage: .venv/bin/python scripts/tables_reference.py
"""

import inspect
import os
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import get_type_hints

import msgspec

from cornbread.foundation.events import Event

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
ROOMS = ("team", "channels", "people", "listening", "outbound", "care")
MADE = "Written by `scripts/tables_reference.py`; a test keeps this page in step with the code.\n"
EVENTS = f"""\
# Events

{MADE}
An event is a fact in the past tense that one room tells the rooms after it. It is written in the
same transaction as the change, together with one job for each reaction, and carries ids instead
of objects. Every event also has a `workspace_id`. Those marked *Live* are told to open pages at
once. Events are kept for 30 days. [Architecture](../architecture.md) says how they travel.
"""
PERMISSIONS = f"""\
# Roles, permissions and scopes

{MADE}
A **role** says what a member may do. A **scope** says what an API token may do: a token never can
more than the member it speaks for, and never more than its scopes. Everybody may always look
after their own sign-in and their own drafts.

## Roles
"""
NETWORKS = f"""\
# Networks and what they can do

{MADE}
The product never asks which network something came from, only what can be done there. An instance
may announce other limits than its network's usual ones, for example longer posts; then those count.
"""
#: What each capability means for the people who answer.
CAPABILITIES = {
    "reply_public": "answer in public, in the thread",
    "reply_direct": "answer with a private message",
    "favourite": "mark a post as a favourite",
    "boost": "share a public post with our followers",
    "follow": "follow its author",
    "hears_edits": "hear that a post was changed",
    "hears_deletions": "hear that a post was taken back",
    "hears_own_posts": "hear what we said there outside Cornbread",
    "searches": "be searched for the words and tags of watches",
    "receives": "take posts that are handed in, as signed requests",
    "idempotent_send": "be sent the same reply again without doubling it",
    "finds_sent": "be asked whether a reply has arrived",
    "names_recipient": "want the customer's handle in a reply (put in front where it is missing)",
    "tells_history": "bring old posts on purpose (they are never listed apart as heard late)",
    "max_length": "longest reply, in characters",
    "counting": "way of counting them",
}


def pages() -> dict[Path, str]:
    """Every page with its text."""
    _load()
    made: dict[str, Callable[[], Iterator[str]]] = {
        "events.md": _events,
        "permissions.md": _permissions,
        "networks.md": _networks,
    }
    return {FOLDER / name: "\n".join(lines()) for name, lines in made.items()}


def _load() -> None:
    """Set Django up, for the networks; outside the tests in a home that is thrown away."""
    import django
    from django.apps import apps

    if apps.ready:
        return
    with tempfile.TemporaryDirectory() as home:
        os.environ["CORNBREAD_HOME"] = home
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cornbread.config.settings")
        django.setup()


def _events() -> Iterator[str]:
    yield EVENTS
    for room in ROOMS:
        module = import_module(f"cornbread.{room}.events")
        yield f"## {room}\n"
        for found in vars(module).values():
            mine = inspect.isclass(found) and found.__module__ == module.__name__
            if mine and issubclass(found, Event):
                yield from _event(found)


def _event(event: type[Event]) -> Iterator[str]:
    yield f"### {event.__name__}\n"
    words = inspect.cleandoc(event.__doc__ or "").replace("``", "`")
    yield f"{words} *Live.*\n" if event.live else f"{words}\n"
    hints = get_type_hints(event)
    own = [one for one in msgspec.structs.fields(event) if one.name != "workspace_id"]
    if own:
        yield "| field | type |\n|---|---|"
        yield from (f"| `{one.name}` | `{_type(hints[one.name])}` |" for one in own)
        yield ""


def _type(hint: object) -> str:
    words = hint.__name__ if isinstance(hint, type) and not hasattr(hint, "__args__") else str(hint)
    return words.replace("datetime.datetime", "datetime").replace("|", "or")


def _permissions() -> Iterator[str]:
    from cornbread.team.domain.explained import ABILITIES, ROLES, SCOPES
    from cornbread.team.domain.permissions import ALL, Role, grants, opened_by

    yield PERMISSIONS
    yield "| role | |\n|---|---|"
    yield from (f"| **{role.label}** | {ROLES[role]} |" for role in Role)
    yield "\n## Who may do what\n"
    yield "| | permission | " + " | ".join(role.label for role in Role) + " |"
    yield "|---|---|" + ":-:|" * len(Role)
    unexplained = [("", name) for name in sorted(ALL - {name for _, name in ABILITIES})]
    for words, permission in (*ABILITIES, *unexplained):
        ticks = " | ".join("yes" if grants(role, permission) else "" for role in Role)
        yield f"| {words} | `{permission}` | {ticks} |"
    yield "\n## Scopes of API tokens\n"
    yield "| scope | | opens |\n|---|---|---|"
    for scope, words in SCOPES.items():
        opened = ", ".join(f"`{name}`" for name in sorted(opened_by(frozenset({scope}))))
        yield f"| `{scope}` | {words} | {opened} |"
    yield ""


def _networks() -> Iterator[str]:
    from cornbread.channels.registry import networks

    found = networks()
    yield NETWORKS
    yield "| | kind | |\n|---|---|---|"
    yield from (f"| **{one.name}** | `{one.kind}` | {one.summary} |" for one in found)
    yield "\n## Capabilities\n"
    yield "| it can | | " + " | ".join(one.name for one in found) + " |"
    yield "|---|---|" + ":-:|" * len(found)
    for name in type(found[0].capabilities).__struct_fields__:
        cells = " | ".join(_cell(one.capabilities, name) for one in found)
        yield f"| {CAPABILITIES[name]} | `{name}` | {cells} |"
    yield "\n## What connecting asks for\n"
    for one in found:
        yield f"### {one.name}\n\n| field | | |\n|---|---|---|"
        for field in one.fields:
            notes = [
                word
                for word, so in (("secret", field.secret), ("may be left out", not field.required))
                if so
            ]
            yield f"| {field.label} (`{field.name}`) | {field.help} | {', '.join(notes)} |"
        yield ""


def _cell(capabilities: msgspec.Struct, name: str) -> str:
    value = getattr(capabilities, name)
    if isinstance(value, bool):
        return "yes" if value else ""
    # How to count says something only where there is a limit to count towards.
    if name == "counting" and getattr(capabilities, "max_length", None) is None:
        return ""
    return "" if value is None else str(value)


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
