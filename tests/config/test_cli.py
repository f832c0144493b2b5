"""The command line: names, refusals, exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from django.db.utils import OperationalError

from cornbread.config.cli import COMMANDS, app
from cornbread.config.cli.group import Commands
from cornbread.foundation.errors import Invalid


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words, prog_name="cornbread")


def cornbread(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The real command in a process and a home of its own."""
    return subprocess.run(
        [sys.executable, "-m", "cornbread.config", *words],
        env={"PATH": "/usr/bin:/bin", "CORNBREAD_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_is_for(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert f"Usage: cornbread {name}" in result.output


def test_help_lists_the_commands_in_the_order_of_use() -> None:
    result = run("--help")
    assert result.exit_code == 0
    places = [result.output.index(f"\n  {name} ") for name in ("run", "work", "migrate", "doctor")]
    assert places == sorted(places)


def test_an_unknown_command_is_refused() -> None:
    result = run("bake")
    assert result.exit_code == 2
    assert "No such command 'bake'" in result.stderr


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Commands:
    """A group with one command that raises what it is given."""

    class Failing(Commands):
        error: Exception

        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
            @click.command()
            def command() -> None:
                raise self.error

            return command

    return Failing(modules={"fail": "nowhere"}, name="cornbread")


def test_a_refusal_is_a_sentence_on_stderr_and_exit_code_2(failing: Commands) -> None:
    failing.error = Invalid("That does not work.", fields={"port": "is too big"})  # type: ignore[attr-defined]
    result = CliRunner().invoke(failing, ["fail"])
    assert result.exit_code == 2
    assert result.stderr == "That does not work.\n  port: is too big\n"
    assert result.stdout == ""


def test_a_database_that_is_not_ready_is_a_refusal_too(failing: Commands) -> None:
    failing.error = OperationalError("no such table: team_workspace\nmore")  # type: ignore[attr-defined]
    result = CliRunner().invoke(failing, ["fail"])
    assert result.exit_code == 2
    assert "no such table: team_workspace" in result.stderr
    assert "cornbread migrate" in result.stderr


def test_an_error_of_ours_is_not_dressed_up_as_a_refusal(failing: Commands) -> None:
    failing.error = ZeroDivisionError()  # type: ignore[attr-defined]
    result = CliRunner().invoke(failing, ["fail"])
    assert result.exit_code == 1
    assert isinstance(result.exception, ZeroDivisionError)


def test_the_doctor_tells_a_new_home_what_to_do(tmp_path: Path) -> None:
    before = cornbread(tmp_path, "doctor")
    assert before.returncode == 2
    assert "Run `cornbread migrate`" in before.stdout

    assert cornbread(tmp_path, "migrate").returncode == 0
    assert "up to date" in cornbread(tmp_path, "migrate").stdout

    after = cornbread(tmp_path, "doctor", "--json")
    assert after.returncode == 0, after.stdout
    report = json.loads(after.stdout)
    assert report["ok"] is True
    assert {"python", "sqlite", "database", "encryption key", "jobs", "channels"} <= {
        finding["name"] for finding in report["findings"]
    }


def test_settings_that_cannot_work_are_refused_in_one_sentence(tmp_path: Path) -> None:
    result = cornbread(tmp_path, "migrate", DATABASE_URL="mysql://localhost/x")
    assert result.returncode == 2
    assert result.stderr == "DATABASE_URL starts with mysql://; use postgres:// or sqlite://.\n"


def test_a_lost_key_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    (tmp_path / "cornbread.sqlite3").touch()
    result = cornbread(tmp_path, "prepare", "--no-demo")
    assert result.returncode == 2
    assert "Restore the file from your backup" in result.stderr


def test_a_key_of_another_database_is_refused(tmp_path: Path) -> None:
    from cryptography.fernet import Fernet

    assert cornbread(tmp_path, "prepare", "--no-demo").returncode == 0
    (tmp_path / "keys" / "encryption").write_text(Fernet.generate_key().decode())
    result = cornbread(tmp_path, "prepare", "--no-demo")
    assert result.returncode == 2
    assert "sealed with another key" in result.stderr
