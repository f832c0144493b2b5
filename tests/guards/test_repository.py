"""What must hold for the files of the repository themselves."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
#: Files that decide where packages come from.
BUILD_FILES = [
    ROOT / "Makefile",
    ROOT / "pyproject.toml",
    ROOT / ".ci" / "run",
    *sorted((ROOT / "scripts").glob("*.py")),
    ROOT / "scripts" / "setup",
    *sorted((ROOT / "requirements").iterdir()),
]
SOURCES = [path for path in sorted((ROOT / "src").rglob("*.py")) if "migrations" not in path.parts]
LONGEST_FILE = 300
LONGEST_FUNCTION = 50
#: An option that names an index; leaving the address out of a lock file is not naming one.
INDEX_OPTION = re.compile(
    r"(?<!no-emit-)\b(?:extra-)?index-url\b|--find-links|\[\[tool\.uv\.index\]\]|trusted-host"
)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_exact_versions_with_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    requirements = re.split(r"\n(?=\S)", text.strip())
    assert len(requirements) > 40
    for requirement in requirements:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+", requirement), requirement[:80]
        assert "--hash=sha256:" in requirement, requirement[:80]


def test_the_packages_for_running_are_the_same_in_development() -> None:
    pinned = {
        lock.stem: set(re.findall(r"^(\S+==\S+)", lock.read_text(), re.MULTILINE)) for lock in LOCKS
    }
    assert pinned["runtime"] <= pinned["dev"]


@pytest.mark.parametrize("path", BUILD_FILES, ids=lambda path: path.name)
def test_no_file_decides_where_packages_come_from(path: Path) -> None:
    assert not INDEX_OPTION.search(path.read_text())


def test_no_file_is_too_long_to_know() -> None:
    lengths = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in SOURCES}
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_too_long_to_read() -> None:
    functions = (
        (path, node)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    long = {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": length
        for path, node in functions
        if (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}
