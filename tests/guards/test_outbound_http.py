"""Every request leaves through foundation.http, where addresses are checked and answers limited."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "cornbread"
THE_WAY_OUT = PACKAGE / "foundation" / "http"

BANNED = (
    "httpx",
    "httpcore",
    "requests",
    "urllib3",
    "urllib.request",
    "http.client",
    "aiohttp",
    "socket.create_connection",
)
#: path below src/cornbread: {banned name: why it is no way around foundation.http}
ALLOWED: dict[str, dict[str, str]] = {
    "config/address.py": {
        "http.client": "asks our own web server, on the address it listens on, whether it answers",
    },
}


def ways_out(source: str) -> Iterator[tuple[int, str]]:
    """Line and name of everything in a module that could open a connection by itself."""
    for node in ast.walk(ast.parse(source)):
        for name in _names(node):
            for banned in BANNED:
                if name == banned or name.startswith(f"{banned}."):
                    yield getattr(node, "lineno", 0), banned


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import():
            yield from (alias.name for alias in node.names)
        case ast.ImportFrom(module=str(module), level=0):
            yield from (f"{module}.{alias.name}" for alias in node.names)
        case ast.Attribute() if name := _dotted(node):
            yield name
        case ast.Call(func=function, args=[ast.Constant(value=str(module)), *_]):
            called = _dotted(function) or ""
            if called.rpartition(".")[2] in {"import_module", "__import__"}:
                yield module


def _dotted(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (owner := _dotted(node.value)):
        return f"{owner}.{node.attr}"
    return None


def modules() -> list[Path]:
    return [path for path in PACKAGE.rglob("*.py") if not path.is_relative_to(THE_WAY_OUT)]


def test_nothing_but_foundation_http_opens_connections() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}:{line} uses {name}; use cornbread.foundation.http.HttpClient"
        for path in modules()
        for line, name in ways_out(path.read_text())
        if name not in ALLOWED.get(str(path.relative_to(PACKAGE)), {})
    ]
    assert not found, "\n".join(found)


def test_every_exception_is_still_needed_and_has_its_reason() -> None:
    for path, names in ALLOWED.items():
        used = {name for _, name in ways_out((PACKAGE / path).read_text())}
        assert set(names) <= used, f"{path} no longer needs its exception"
        assert all(len(reason) > 20 for reason in names.values())


def test_the_guard_looks_at_the_product() -> None:
    assert PACKAGE / "foundation" / "clock.py" in modules()
    assert list(ways_out((THE_WAY_OUT / "client.py").read_text())), "the guard sees nothing"


@pytest.mark.parametrize(
    "source",
    [
        "import httpx",
        "import httpx._client as quiet",
        "from httpx import get",
        "def later():\n    import requests",
        "from urllib import request",
        "from urllib.request import urlopen",
        "import urllib.request as u",
        "from http import client",
        "import http.client",
        "import socket\nsocket.create_connection(('x', 1))",
        "from socket import create_connection as connect",
        "import importlib\nimportlib.import_module('aiohttp')",
        "__import__('urllib3')",
    ],
)
def test_the_guard_finds_every_way_of_asking(source: str) -> None:
    assert list(ways_out(source))


@pytest.mark.parametrize(
    "source",
    [
        "from urllib.parse import urlsplit",
        "from http import HTTPStatus",
        "import socket\nsocket.gethostname()",
        "from cornbread.foundation.http import HttpClient",
        "self.requests = 3",
    ],
)
def test_the_guard_lets_the_harmless_pass(source: str) -> None:
    assert not list(ways_out(source))
