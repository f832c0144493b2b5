"""What ``cornbread import`` does around the import itself: progress, totals and the report."""

import csv
import json
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from cornbread.channels.networks.file.problems import RejectedLine
from cornbread.foundation.errors import Invalid
from cornbread.foundation.wording import counted
from cornbread.listening.importing import Step, import_file, rejected_before
from cornbread.team import actions as team
from cornbread.team.domain.actors import SYSTEM
from cornbread.team.models import Workspace

KEPT_REJECTED = 100


@dataclass
class Totals:
    """The figures of one import run."""

    workspace: str
    read: int = 0
    new: int = 0
    edited: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    first_rejected: list[RejectedLine] = field(default_factory=list)

    def add(self, step: Step) -> None:
        """Count a step."""
        self.read += step.read
        self.new += step.new
        self.edited += step.edited
        self.rejected += len(step.rejected)
        self.reasons.update(str(line.reason) for line in step.rejected)
        room = KEPT_REJECTED - len(self.first_rejected)
        self.first_rejected.extend(step.rejected[:room])

    def as_json(self) -> str:
        """The figures for programs; ``read`` counts the lines of this run."""
        return json.dumps(
            {
                "workspace": self.workspace,
                "read": self.read,
                "new": self.new,
                "edited": self.edited,
                "known": self.read - self.new - self.edited - self.rejected,
                "rejected": self.rejected,
                "reasons": dict(self.reasons),
            }
        )

    def sentence(self) -> str:
        """The figures for people."""
        if self.read == 0:
            return f"Nothing new: {self.workspace} has all of this file already."
        return (
            f"{counted(self.new, 'new post')} in {self.workspace} from "
            f"{counted(self.read, 'line')}; {self.rejected} could not be read."
        )


class Importer:
    """One run of an import."""

    def __init__(
        self, file: Path, workspace: str, mapping: str | None, *, name: str, report: Path | None
    ) -> None:
        self.file = file
        self.mapping = mapping
        self.name = name
        self.report = report
        self.totals = Totals(workspace)

    def run(self, *, progress: bool) -> Totals:
        """Import everything; raises Refusal when the file cannot be read at all."""
        slug = self.totals.workspace
        workspace = Workspace.objects.filter(slug=slug).first()
        if workspace is None:
            workspace = team.create_workspace(slug, slug=slug)
        about = (self.file, self.mapping, workspace)
        with ExitStack() as stack:
            bar = stack.enter_context(_bar(progress))
            task = bar.add_task(f"Importing {self.file.name}", total=None)
            report = stack.enter_context(Report(self.report)) if self.report else None
            if report:
                report.add(rejected_before(*about, by=SYSTEM, name=self.name))
            for step in import_file(*about, by=SYSTEM, name=self.name):
                self.totals.add(step)
                bar.update(task, total=step.size, completed=step.offset)
                if report:
                    report.add(step.rejected)
        return self.totals


class Report:
    """A CSV file of the lines that could not be read. Every run writes it from the beginning."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Self:
        try:
            self._file = self.path.open("w", newline="", encoding="utf-8")
        except OSError as error:
            raise Invalid(f"{self.path} cannot be written: {error.strerror}.") from error
        self._rows = csv.writer(self._file)
        self._rows.writerow(["line", "reason", "sentence"])
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, rejected: Iterable[RejectedLine]) -> None:
        """Write lines down, to be read at once."""
        self._rows.writerows([line.line, line.reason, line.sentence] for line in rejected)
        self._file.flush()


def _bar(shown: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not shown,
    )
