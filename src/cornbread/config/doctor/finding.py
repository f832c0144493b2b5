"""What a check found."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """``warn`` runs but wants attention; ``fail`` must be mended before it can be relied on."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report; ``advice`` says what to do unless all is well."""

    name: str
    state: State
    sentence: str
    advice: str = ""
    figures: dict[str, Any] = field(default_factory=dict)


def ok(name: str, sentence: str, **figures: Any) -> Finding:
    """All is well."""
    return Finding(name, State.OK, sentence, figures=figures)


def warn(name: str, sentence: str, advice: str, **figures: Any) -> Finding:
    """It runs, but somebody should look at this."""
    return Finding(name, State.WARN, sentence, advice, figures)


def fail(name: str, sentence: str, advice: str, **figures: Any) -> Finding:
    """This has to be mended."""
    return Finding(name, State.FAIL, sentence, advice, figures)
