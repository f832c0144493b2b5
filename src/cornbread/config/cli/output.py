"""How commands print: for people on the console, for programs as JSON."""

import json
from typing import Any

import click

from cornbread.config.console import console

__all__ = ["console", "print_json"]


def print_json(value: Any) -> None:
    """Print one JSON document on stdout, readable and stable in its order."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))
