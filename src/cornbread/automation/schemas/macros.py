"""Macros in the API."""

from typing import Any

from ninja import Field, Schema

from cornbread.automation.models import Macro, Run
from cornbread.automation.schemas.rules import DoneOut, StepIn
from cornbread.team.schemas import Id


class MacroBody(Schema):
    """A macro as it is written."""

    name: str = Field(max_length=80)
    steps: list[StepIn] = Field(max_length=12)


class MacroOut(Schema):
    """A macro."""

    id: int
    name: str
    steps: list[dict[str, Any]]
    made_by_id: int | None

    @staticmethod
    def of(macro: Macro) -> "MacroOut":
        """A macro as the API shows one."""
        return MacroOut(
            id=macro.pk, name=macro.name, steps=macro.steps, made_by_id=macro.made_by_id
        )


class RunIn(Schema):
    """The conversations to run a macro on."""

    conversation_ids: list[Id] = Field(min_length=1, max_length=50)


class RunOut(Schema):
    """What a macro did on one conversation. ``undoable``: some of it can be taken back."""

    id: int
    conversation_id: int
    done: list[DoneOut]
    undoable: bool

    @staticmethod
    def of(run: Run) -> "RunOut":
        """A run as the API shows one."""
        return RunOut(
            id=run.pk,
            conversation_id=run.conversation_id,
            done=[DoneOut(**step) for step in run.done],
            undoable=bool(run.undo) and run.undone_at is None,
        )


class UndoneOut(Schema):
    """What could not be taken back, in sentences; empty when all was."""

    kept: list[str]
