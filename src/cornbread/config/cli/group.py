"""Commands loaded by name, and refusals shown the way a command line shows them."""

from collections.abc import Mapping
from importlib import import_module
from typing import IO, Any, cast

import click

from cornbread.foundation.errors import Refusal


class Refused(click.ClickException):
    """A refusal on its way to stderr."""

    exit_code = 2

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.fields = refusal.fields

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence, and what is wrong with each input."""
        click.echo(self.format_message(), file=file, err=True)
        for name, problem in self.fields.items():
            click.echo(f"  {name}: {problem}", file=file, err=True)


class Commands(click.Group):
    """A group whose commands are modules; each module has a ``command``.

    Loading on demand keeps the supervisor and ``--help`` free of everything else.
    """

    def __init__(self, *, modules: Mapping[str, str], **settings: Any) -> None:
        super().__init__(**settings)
        self.modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order of registration, which is the order of use."""
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the command's module; None when there is no such command."""
        module = self.modules.get(cmd_name)
        return cast(click.Command, import_module(module).command) if module else None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what it refuses, and a database out of reach, become exit code 2."""
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            raise Refused(refusal) from refusal
        except Exception as error:
            if not _is_database_trouble(error):
                raise
            raise Refused(_database_refusal(error)) from error


def _database_refusal(error: Exception) -> Refusal:
    sentence = next(iter(str(error).strip().splitlines()), type(error).__name__)
    return Refusal(
        f"The database is not ready: {sentence}\n"
        "Run `cornbread migrate`; if that does not help, `cornbread doctor` tells more.",
        code="database_not_ready",
    )


def _is_database_trouble(error: Exception) -> bool:
    # By name, because the group must not load Django for commands that do without.
    kind = type(error)
    return kind.__module__ == "django.db.utils" and kind.__name__ in {
        "OperationalError",
        "ProgrammingError",
    }
