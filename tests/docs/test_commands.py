"""The commands on the pages print what the pages say they print."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, blocks

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
WITH_COMMANDS = [page for page in PAGES if blocks("console", page)]


def steps(page: Path) -> Iterator[tuple[str, str]]:
    """The commands of a page in order, each with what it is said to print."""
    for block in blocks("console", page):
        _, *parts = ("\n" + block.text).split("\n$ ")
        for part in parts:
            command, _, output = part.partition("\n")
            yield command, output.strip()


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.name)
def test_the_commands_of_a_page_do_what_it_says(page: Path, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "CORNBREAD_HOME": str(tmp_path / "home")}
    run = [sys.executable, "-m", "cornbread.config"]
    subprocess.run([*run, "prepare", "--no-demo"], env=environment, check=True, cwd=ROOT)
    for command, expected in steps(page):
        program, *words = shlex.split(command)
        assert program == "cornbread", f"this test runs no {program}"
        answer = subprocess.run(
            [*run, *words], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60
        )
        assert answer.returncode == 0, answer.stderr
        # "…" stands for a part that differs from machine to machine.
        _assert_like(answer.stdout.strip(), expected)


def _assert_like(printed: str, expected: str) -> None:
    lines, wanted = printed.splitlines(), expected.splitlines()
    assert len(lines) == len(wanted), printed
    for line, pattern in zip(lines, wanted, strict=True):
        head, hole, tail = pattern.partition("[…]")
        assert line == pattern or (hole and line.startswith(head) and line.endswith(tail)), printed
