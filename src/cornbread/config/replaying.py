"""What ``cornbread replay`` does around the replay itself: which channels, progress, going on."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from cornbread.channels.contract import Reparses
from cornbread.channels.models import Channel
from cornbread.foundation.errors import Invalid, NotFound
from cornbread.foundation.wording import counted
from cornbread.listening.domain.replaying import Difference
from cornbread.listening.replaying import Step, Window, count, replay
from cornbread.team.domain.actors import SYSTEM

KEPT_EXAMPLES = 10


@dataclass
class Totals:
    """The figures of a replay."""

    dry: bool
    read: int = 0
    changed: int = 0
    unreadable: int = 0
    left: int = 0
    caught: int = 0
    released: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    examples: list[Difference] = field(default_factory=list)

    def add(self, step: Step) -> None:
        """Count a step."""
        for name in ("read", "changed", "unreadable", "left", "caught", "released"):
            setattr(self, name, getattr(self, name) + getattr(step, name))
        self.fields.update(step.fields)
        self.examples.extend(step.examples[: KEPT_EXAMPLES - len(self.examples)])

    def as_dict(self) -> dict[str, Any]:
        """The figures for programs."""
        names = ("dry", "read", "changed", "unreadable", "left", "caught", "released")
        examples = [
            {"id": one.external_id, "field": one.field, "before": one.before, "after": one.after}
            for one in self.examples
        ]
        figures = {name: getattr(self, name) for name in names}
        return {**figures, "fields": dict(self.fields), "examples": examples}

    def sentences(self) -> list[str]:
        """The figures for people."""
        would = "would change" if self.dry else "changed"
        said = [
            f"{counted(self.read, 'payload')} read again, {counted(self.changed, 'post')} {would}."
        ]
        if self.fields:
            said.append(", ".join(f"{name}: {n}" for name, n in self.fields.most_common()))
        if self.unreadable:
            said.append(
                f"{counted(self.unreadable, 'payload')} cannot be read again; left as kept."
            )
        if self.left:
            said.append(f"{counted(self.left, 'post')} stayed in the thread shared with others.")
        if self.caught or self.released:
            said.append(f"Watches: {self.caught} caught, {self.released} let go.")
        return said


class Replayer:
    """One replay over one or many channels. One that was broken off goes on where it was."""

    def __init__(
        self, channels: Sequence[Channel], window: Window, *, match: bool, dry: bool, afresh: bool
    ) -> None:
        self.channels = channels
        self.window = window
        self.match = match
        self.totals = Totals(dry)
        self._place = _place(channels, window, match=match)
        if afresh:
            self._place.unlink(missing_ok=True)
        self._reached = {} if dry else _stored(self._place)

    @property
    def goes_on(self) -> bool:
        """Whether an earlier run was broken off."""
        return bool(self._reached)

    def run(self, *, progress: bool) -> Totals:
        """Replay everything; raises Refusal."""
        windows = [(channel, self._window(channel)) for channel in self.channels]
        with _bar(progress) as bar:
            for channel, window in windows:
                task = bar.add_task(channel.name, total=count(channel, window))
                steps = replay(channel, window, by=SYSTEM, match=self.match, dry=self.totals.dry)
                for step in steps:
                    self.totals.add(step)
                    bar.advance(task, step.read)
                    self._note(channel, step)
        self._place.unlink(missing_ok=True)
        return self.totals

    def _window(self, channel: Channel) -> Window:
        after = self._reached.get(str(channel.pk), 0)
        return Window(since=self.window.since, until=self.window.until, after=after)

    def _note(self, channel: Channel, step: Step) -> None:
        if not self.totals.dry:
            self._reached[str(channel.pk)] = step.reached
            self._place.parent.mkdir(exist_ok=True, mode=0o700)
            beside = self._place.with_suffix(".new")
            beside.write_text(json.dumps(self._reached))
            beside.replace(self._place)


def channels_for(name: str | None, workspace: str | None) -> list[Channel]:
    """The channels somebody means by a name or an id; raises NotFound, or Invalid for several."""
    found = Channel.objects.select_related("workspace").order_by("pk")
    if workspace:
        found = found.filter(workspace__slug=workspace)
    if name is None:
        return [one for one in found if isinstance(one.network, Reparses)]
    same = found.filter(pk=int(name)) if name.isdecimal() else found.filter(name__iexact=name)
    if not same:
        raise NotFound(f"There is no channel {name}.")
    if len(same) > 1:
        places = ", ".join(f"{one.pk} in {one.workspace.slug}" for one in same)
        raise Invalid(f"Several channels are called {name}; say which by its id: {places}.")
    return list(same)


def moment(text: str | None) -> datetime | None:
    """A day or a time in ISO 8601; without an offset it is UTC. Raises Invalid."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise Invalid(f"{text} is no time. Write 2026-03-02 or 2026-03-02T22:10Z.") from wrong
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _place(channels: Sequence[Channel], window: Window, *, match: bool) -> Path:
    """Where a run with these options notes how far it is."""
    asked = [[one.pk for one in channels], str(window.since), str(window.until), match]
    name = hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]
    return Path(settings.HOME) / "replay" / f"{name}.json"


def _stored(place: Path) -> dict[str, int]:
    try:
        found: dict[str, int] = json.loads(place.read_text())
    except (OSError, ValueError):
        return {}
    return found


def _bar(shown: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not shown,
    )
