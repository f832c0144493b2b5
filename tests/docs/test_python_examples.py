"""The scripts on the pages run, and do what the page promises."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, PAGES, ROOT, Block, blocks

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
EXAMPLES = [block for page in PAGES for block in blocks("python", page)]
(BACKUP,) = blocks("python", DOCS / "howto" / "backup-and-restore.md")

CONNECT = """
from cornbread.config.cli.loading import load_product
load_product()
from cornbread.channels.models import Channel
from cornbread.team.actions import create_workspace
workspace = create_workspace("Merrow Rail")
Channel.objects.create(
    workspace=workspace, kind="mastodon", source="mastodon:x", name="x", secret={"token": "t"}
)
"""
LOOK = """
from cornbread.config.cli.loading import load_product
load_product()
from cornbread.channels.models import Channel
print(*((dict(one.secret), one.state) for one in Channel.objects.all()))
"""


class Copy:
    """An installation in a home of its own, in which scripts and commands are run."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words],
            env={"PATH": os.environ["PATH"], "CORNBREAD_HOME": str(self.home)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def script(self, text: str) -> str:
        answer = self.run("-c", text)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout.strip()

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.run("-m", "cornbread.config", *words)

    def is_well(self) -> bool:
        return bool(json.loads(self.command("doctor", "--json").stdout)["ok"])

    @property
    def key(self) -> Path:
        return self.home / "keys" / "encryption"


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    made = Copy(tmp_path / "home")
    answer = made.command("prepare", "--no-demo")
    assert answer.returncode == 0, answer.stderr
    return made


@pytest.mark.parametrize("block", EXAMPLES, ids=str)
def test_an_example_runs(block: Block, copy: Copy) -> None:
    copy.script(block.text)


def test_a_backup_and_the_key_make_an_installation(copy: Copy, tmp_path: Path) -> None:
    copy.script(CONNECT)
    made = Path(copy.script(BACKUP.text))
    other = Copy(tmp_path / "restored")
    other.key.parent.mkdir(parents=True, mode=0o700)
    shutil.copy(made, other.home / "cornbread.sqlite3")
    assert "is missing" in other.command("prepare", "--no-demo").stderr
    shutil.copy(copy.key, other.key)
    assert other.command("prepare", "--no-demo").returncode == 0
    assert other.is_well()
    assert other.script(LOOK) == "({'token': 't'}, 'active')"


def test_the_doctor_looks_at_what_the_page_lists(copy: Copy) -> None:
    page = (DOCS / "howto" / "operate.md").read_text()
    table = page.split("\n## ")[1]
    report = json.loads(copy.command("doctor", "--json").stdout)
    assert [one["name"] for one in report["findings"]] == [
        line.split("`")[1] for line in table.splitlines() if line.startswith("| `")
    ]
