"""One home, one running copy."""

import subprocess
import sys
from pathlib import Path

import pytest

from cornbread.config import lock, signin

HOLD = """
import pathlib, sys, time
from cornbread.config import lock
with lock.held(pathlib.Path(sys.argv[1])) as held:
    held.note("answering on http://127.0.0.1:8000")
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_start_says_who_holds_the_data(tmp_path: Path) -> None:
    with lock.held(tmp_path) as held:
        held.note("answering on http://127.0.0.1:8000")
        with (
            pytest.raises(lock.AlreadyRunning, match=r"answering on http://127\.0\.0\.1:8000"),
            lock.held(tmp_path),
        ):
            pass
    with lock.held(tmp_path):
        assert True, "free again"


def test_two_homes_do_not_meet(tmp_path: Path) -> None:
    first, second = tmp_path / "one", tmp_path / "two"
    first.mkdir(), second.mkdir()
    with lock.held(first), lock.held(second):
        assert (first / "running.lock").exists()
        assert (second / "running.lock").exists()


def test_a_killed_holder_lets_go(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(lock.AlreadyRunning, match=f"process {holder.pid}"), lock.held(tmp_path):
            pass
        holder.kill()
        holder.wait()
    with lock.held(tmp_path):
        assert True, "free again"


def test_the_demo_sign_in_is_kept_for_the_next_start(tmp_path: Path) -> None:
    assert signin.kept(tmp_path) is None
    signin.keep(tmp_path, signin.SignIn("ana@example.org", "warm-bread"))
    assert signin.kept(tmp_path) == signin.SignIn("ana@example.org", "warm-bread")
    assert (tmp_path / "demo-sign-in.json").stat().st_mode & 0o777 == 0o600
    signin.forget(tmp_path)
    signin.forget(tmp_path)
    assert signin.kept(tmp_path) is None


@pytest.mark.parametrize("text", ["", "[]", '{"email": "x"}', "{"])
def test_a_sign_in_file_that_was_edited_away_is_no_sign_in(tmp_path: Path, text: str) -> None:
    (tmp_path / "demo-sign-in.json").write_text(text)
    assert signin.kept(tmp_path) is None
