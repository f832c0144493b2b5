"""``cornbread keys``: a new encryption key, and going on without one that is lost."""

import fcntl
import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

CONNECT = """
from cornbread.config.cli.loading import load_product
load_product()
from allauth.mfa.totp.internal.auth import TOTP
from cornbread.channels.models import Channel
from cornbread.team.actions import create_user, create_workspace
workspace = create_workspace("Merrow Rail")
Channel.objects.create(
    workspace=workspace, kind="mastodon", source="mastodon:x", name="x", secret={"token": "t"}
)
TOTP.activate(create_user("ana@brand.example", "a long enough phrase"), "SECRET")
"""
LOOK = """
from cornbread.config.cli.loading import load_product
load_product()
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from cornbread.channels.models import Channel
channel = Channel.objects.get()
steps = [decrypt(one.data["secret"]) for one in Authenticator.objects.all()]
print(dict(channel.secret), channel.state, steps)
"""
WHOLE = "{'token': 't'} active ['SECRET']"


class Copy:
    """An installation with one channel and one second step."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.key = home / "keys" / "encryption"
        assert self.run("prepare", "--no-demo").returncode == 0
        self.python(CONNECT)

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return self._process("-m", "cornbread.config", *words, **more)

    def python(self, script: str, **more: str) -> str:
        answer = self._process("-c", script, **more)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout.strip()

    def doctor(self) -> dict[str, str]:
        report = json.loads(self.run("doctor", "--json").stdout)
        return next(one for one in report["findings"] if one["name"] == "encryption key")

    def keys(self) -> list[str]:
        return self.key.read_text().split()

    def _process(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words],
            env={"PATH": "/usr/bin:/bin", "CORNBREAD_HOME": str(self.home), **more},
            capture_output=True,
            text=True,
            timeout=60,
        )


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "home")


def test_a_new_key_takes_over_from_the_old_one(copy: Copy) -> None:
    (old,) = copy.keys()
    assert "nothing to remove" in copy.run("keys", "rotate", "--finish").stdout

    rotated = copy.run("keys", "rotate")
    assert rotated.returncode == 0, rotated.stderr
    assert rotated.stdout.startswith("2 secrets sealed with the newest key")
    new, kept = copy.keys()
    assert kept == old
    assert new not in rotated.stdout
    assert copy.key.stat().st_mode & 0o777 == 0o600
    assert "rotate" in copy.doctor()["sentence"]

    finished = copy.run("keys", "rotate", "--finish")
    assert finished.stdout.startswith("Removed 1 older key; nothing needed it.")
    assert copy.keys() == [new]
    assert copy.doctor()["state"] == "ok"
    assert copy.python(LOOK) == WHOLE


def test_an_old_key_that_is_still_needed_stays(copy: Copy) -> None:
    (old,) = copy.keys()
    new = Fernet.generate_key().decode()
    copy.key.write_text(f"{new}\n{old}\n")
    refused = copy.run("keys", "rotate", "--finish")
    assert refused.returncode == 2
    assert "channels (1), second steps of sign-ins (1), the key check (1)" in refused.stderr
    assert copy.keys() == [new, old]
    # An interrupted change is gone on with; it does not begin another one.
    assert copy.run("keys", "rotate").returncode == 0
    assert copy.keys() == [new, old]
    assert copy.run("keys", "rotate", "--finish").returncode == 0
    assert copy.keys() == [new]


def test_keys_are_not_changed_under_a_running_copy(copy: Copy) -> None:
    before = copy.keys()
    with (copy.home / "running.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        for words in (["rotate"], ["rotate", "--finish"], ["forget-lost", "--yes"]):
            refused = copy.run("keys", *words)
            assert refused.returncode == 2
            assert "Stop it first" in refused.stderr
    assert copy.keys() == before


def test_keys_from_outside_are_changed_from_outside(copy: Copy) -> None:
    (old,) = copy.keys()
    asked = copy.run("keys", "rotate", CORNBREAD_ENCRYPTION_KEYS=old)
    new = asked.stdout.split()[-1]
    both = f"{new}, {old}"
    assert copy.run("keys", "rotate", CORNBREAD_ENCRYPTION_KEYS=both).returncode == 0
    finished = copy.run("keys", "rotate", "--finish", CORNBREAD_ENCRYPTION_KEYS=both)
    assert finished.stdout.startswith("Nothing needs the older keys: leave only the first")
    assert copy.python(LOOK, CORNBREAD_ENCRYPTION_KEYS=new) == WHOLE
    assert copy.keys() == [old]


def test_a_lost_key_costs_the_secrets_and_nothing_else(copy: Copy) -> None:
    copy.key.unlink()
    assert "forget-lost" in copy.run("prepare", "--no-demo").stderr

    explained = copy.run("keys", "forget-lost")
    assert explained.returncode == 2
    assert "channels (1), second steps of sign-ins (1), the key check (1)" in explained.stderr
    assert "repeat this with --yes" in explained.stderr
    assert not copy.key.exists()

    done = copy.run("keys", "forget-lost", "--yes")
    assert done.returncode == 0, done.stderr
    assert "A new key is in" in done.stdout
    assert copy.run("prepare", "--no-demo").returncode == 0
    assert copy.python(LOOK) == "{} broken []"
    assert "nothing to forget" in copy.run("keys", "forget-lost", "--yes").stdout


def test_a_key_taken_away_too_early_is_noticed(copy: Copy) -> None:
    (old,) = copy.keys()
    assert copy.run("keys", "rotate").returncode == 0
    new, _ = copy.keys()
    copy.python(
        "import os; from cryptography.fernet import Fernet;"
        "from cornbread.config.cli.loading import load_product; load_product();"
        "from allauth.mfa.models import Authenticator; one = Authenticator.objects.get();"
        f"one.data['secret'] = Fernet('{old}').encrypt(b'SECRET').decode(); one.save()"
    )
    copy.key.write_text(new)
    found = copy.doctor()
    assert found["state"] == "fail"
    assert found["sentence"] == "Cannot open secrets of: second steps of sign-ins (1)"
    assert "forget-lost" in found["advice"]
    assert copy.run("keys", "rotate").returncode == 2
    assert copy.run("keys", "forget-lost", "--yes").returncode == 0
    assert copy.keys() == [new]
    assert copy.python(LOOK) == "{'token': 't'} active []"
