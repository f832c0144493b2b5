"""The reference pages say what the code says."""

import ast
import re
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, ROOT

SOURCES = [path for path in (ROOT / "src").rglob("*.py") if "migrations" not in path.parts]
SETTINGS = DOCS / "reference" / "settings.md"
#: Read by a library on our behalf: name and the library.
OF_LIBRARIES = {"FORWARDED_ALLOW_IPS": "uvicorn"}
_NAME = re.compile(r"[A-Z][A-Z0-9_]{2,}")


def variables(path: Path) -> Iterator[str]:
    """Names of environment variables that a module reads, or offers as an option's other source."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {
        target.id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        for found in _mentioned(node):
            value = constants.get(found.id) if isinstance(found, ast.Name) else None
            value = found.value if isinstance(found, ast.Constant) else value
            if isinstance(value, str) and _NAME.fullmatch(value):
                yield value


def _mentioned(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.Call(func=func, args=[first, *_]) if _reads(ast.unparse(func)):
            yield first
        case ast.Subscript(value=value, slice=name) if ast.unparse(value) == "os.environ":
            yield name
        case ast.keyword(arg="envvar", value=name):
            yield name


def _reads(function: str) -> bool:
    return function in ("flag", "home.flag", "number", "os.getenv") or function.startswith(
        "os.environ."
    )


def test_the_settings_page_has_every_variable_that_the_code_reads_and_no_other() -> None:
    named = set(re.findall(r"^\| `([A-Z0-9_]+)` \|", SETTINGS.read_text(), re.MULTILINE))
    read = {name for path in SOURCES for name in variables(path)}
    assert {"CORNBREAD_HOME", "CORNBREAD_LIFELINE", "DEMO", "CORNBREAD_TESTING"} <= read
    assert named == read | set(OF_LIBRARIES)


def test_the_command_line_page_is_current() -> None:
    script = ROOT / "scripts" / "cli_reference.py"
    made = runpy.run_path(str(script))
    assert made["PAGE"].read_text() == made["page"](), (
        "run .venv/bin/python scripts/cli_reference.py"
    )


@pytest.mark.parametrize("name", ["events.md", "permissions.md", "networks.md"])
def test_a_table_page_is_current(name: str) -> None:
    made = runpy.run_path(str(ROOT / "scripts" / "tables_reference.py"))
    pages = {path.name: (path.read_text(), text) for path, text in made["pages"]().items()}
    there, text = pages[name]
    assert there == text, "run .venv/bin/python scripts/tables_reference.py"


def test_every_capability_is_explained() -> None:
    from cornbread.channels.domain.capabilities import Capabilities

    made = runpy.run_path(str(ROOT / "scripts" / "tables_reference.py"))
    assert set(made["CAPABILITIES"]) == set(Capabilities.__struct_fields__)
