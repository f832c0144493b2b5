"""``cornbread doctor``: is this installation well?"""

from collections.abc import Sequence
from dataclasses import asdict

import click

from cornbread.config.cli import options
from cornbread.config.cli.loading import load_product
from cornbread.config.cli.output import console, print_json
from cornbread.config.doctor import Finding, State, examine

_MARKS = {State.OK: "[green]ok  [/]", State.WARN: "[yellow]warn[/]", State.FAIL: "[red]fail[/]"}


@click.command()
@options.as_json
def command(as_json: bool) -> None:
    """Check machine, database, keys, jobs and channels, and say what to do.

    The exit code is 2 when something has to be mended.
    """
    findings = examine(load_product)
    failed = any(finding.state is State.FAIL for finding in findings)
    if as_json:
        print_json({"ok": not failed, "findings": [asdict(finding) for finding in findings]})
    else:
        _print(findings)
    raise SystemExit(2 if failed else 0)


def _print(findings: Sequence[Finding]) -> None:
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        console.print(f"{_MARKS[finding.state]}  {finding.name:<{width}}  ", end="", soft_wrap=True)
        console.print(finding.sentence, markup=False, soft_wrap=True)
        if finding.advice:
            console.print(f"{'':<{width + 6}}  → {finding.advice}", markup=False, soft_wrap=True)
