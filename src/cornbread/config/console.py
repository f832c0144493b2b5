"""The terminal, for people."""

from rich.console import Console

console = Console(highlight=False)
