"""The keys are made once, kept beside the database, and never replaced by mistake."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from cornbread.config.home import HomeUnusable, flag, home
from cornbread.config.keys import KeyMissing, load_keys


@pytest.fixture(autouse=True)
def _nothing_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CORNBREAD_SECRET_KEY", "CORNBREAD_ENCRYPTION_KEYS", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)


def test_a_new_home_gets_keys_and_keeps_them(tmp_path: Path) -> None:
    first = load_keys(tmp_path)
    assert load_keys(tmp_path) == first
    assert len(first.session) > 50
    assert Fernet(first.encryption[0])


def test_only_the_owner_can_read_the_keys(tmp_path: Path) -> None:
    load_keys(tmp_path)
    files = sorted((tmp_path / "keys").iterdir())
    assert [path.name for path in files] == ["encryption", "session"]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


def test_processes_that_start_together_agree_on_the_keys(tmp_path: Path) -> None:
    code = (
        "import sys, time, pathlib; from cornbread.config.keys import load_keys;"
        "time.sleep(max(0, float(sys.argv[2]) - time.time()));"
        "print(load_keys(pathlib.Path(sys.argv[1])))"
    )
    at = str(time.time() + 1.0)
    racing = [
        subprocess.Popen([sys.executable, "-c", code, tmp_path, at], stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    seen = {process.communicate(timeout=20)[0] for process in racing}
    assert len(seen) == 1
    assert all(process.returncode == 0 for process in racing)
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == ["encryption", "session"]


def test_a_database_without_its_key_is_not_given_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "cornbread.sqlite3").touch()
    with pytest.raises(KeyMissing, match="Restore the file from your backup"):
        load_keys(tmp_path)
    assert not (tmp_path / "keys" / "encryption").exists()


def test_the_environment_comes_before_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, old = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    monkeypatch.setenv("CORNBREAD_SECRET_KEY", "from outside")
    monkeypatch.setenv("CORNBREAD_ENCRYPTION_KEYS", f"{new},{old}")
    keys = load_keys(tmp_path)
    assert keys.session == "from outside"
    assert keys.encryption == (new, old)
    assert not (tmp_path / "keys").exists()


def test_several_keys_in_the_file_are_read_newest_first(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "encryption").write_text("new\nold\n")
    assert load_keys(tmp_path).encryption == ("new", "old")


def test_the_home_is_made_for_its_owner_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORNBREAD_HOME", str(tmp_path / "deep" / "home"))
    assert home() == tmp_path / "deep" / "home"
    assert home().stat().st_mode & 0o777 == 0o700


def test_without_a_setting_the_home_is_var_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CORNBREAD_HOME", "")
    assert home() == tmp_path / "var"


def test_a_home_that_is_a_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("CORNBREAD_HOME", str(tmp_path / "file"))
    with pytest.raises(HomeUnusable, match="cannot be made"):
        home()


@pytest.mark.parametrize(
    ("value", "meant"), [("1", True), (" Yes ", True), ("on", True), ("0", False), ("", False)]
)
def test_switches_are_read_from_the_environment(
    value: str, meant: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORNBREAD_SWITCH", value)
    assert flag("CORNBREAD_SWITCH", default=not meant) is meant
    assert flag("CORNBREAD_OTHER_SWITCH", default=meant) is meant
