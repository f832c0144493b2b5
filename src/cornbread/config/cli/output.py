"""How commands print: for people through rich, for programs as JSON."""

import json
from typing import Any

import click
from rich.console import Console

console = Console(highlight=False)


def print_json(value: Any) -> None:
    """Print one JSON document on stdout, readable and stable in its order."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))
