"""Write docs/reference/cli.md from the commands themselves.

Usage: .venv/bin/python scripts/cli_reference.py
"""

import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from cornbread.config.cli import app

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "cli.md"
HEAD = """\
# The command line

This page is written by `scripts/cli_reference.py`; a test keeps it in step with the commands.

`make setup` puts the command at `.venv/bin/cornbread`. It reads its [settings](settings.md) from
the environment. All state lies under `CORNBREAD_HOME`, which is `./var` unless you say otherwise.

| exit code | means |
|---|---|
| 0 | done |
| 1 | a fault of ours; please report what it printed |
| 2 | refused: a sentence on stderr says why and what to do; from `doctor`: something is wrong |
"""


def page() -> str:
    """The whole page."""
    root = click.Context(app, info_name="cornbread")
    return "\n".join(
        [HEAD, *(line for name in app.list_commands(root) for line in _part(root, name))]
    )


def _part(root: click.Context, name: str) -> Iterator[str]:
    command = app.get_command(root, name)
    if command is None:
        raise SystemExit(f"There is no command {name}.")
    if not isinstance(command, click.Group):
        yield from _command(root, name, command)
        return
    group = click.Context(command, info_name=name, parent=root)
    for inner in command.list_commands(group):
        found = command.get_command(group, inner)
        if found is not None:
            yield from _command(group, inner, found)


def _command(parent: click.Context, name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=parent)
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield f"## {context.command_path}\n\n    {usage}\n"
    # Click reads a single line break as a space, and so does Markdown.
    yield inspect.cleandoc(command.help or "") + "\n"
    rows = [row for option in command.params if (row := _option(option, context)) is not None]
    if rows:
        yield "\n".join(["| option | |", "|---|---|", *rows]) + "\n"


def _option(option: click.Parameter, context: click.Context) -> str | None:
    if not isinstance(option, click.Option) or option.hidden:
        return None
    record = option.get_help_record(context)
    if record is None:
        return None
    names, words = record[0], " ".join(record[1].split())
    variables = option.envvar if isinstance(option.envvar, str) else ""
    about = f"{words} Also read from `{variables}`." if variables else words
    return f"| `{names}` | {about.replace('|', chr(92) + '|')} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
