"""Who does something: a member, or the product itself."""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from cornbread.foundation.errors import NotAllowed


@runtime_checkable
class Actor(Protocol):
    """Anything an action can be done by."""

    @property
    def actor_id(self) -> int | None:
        """The member's id; None for the product itself."""

    def allows(self, permission: str, workspace_id: int) -> bool:
        """Whether this actor may do that in this workspace."""


class _System:
    """The product acting on its own: reactions, listeners, scheduled work."""

    actor_id: int | None = None

    def allows(self, permission: str, workspace_id: int) -> bool:
        return True

    def __str__(self) -> str:
        return "Cornbread"


SYSTEM = _System()


@dataclass(frozen=True)
class Automation:
    """A rule that acts with the rights of the member who keeps it, and under its own name.

    ``chain`` holds the ids of the rules that led there, in order, this one last.
    """

    name: str
    chain: tuple[int, ...]

    def mark(self) -> dict[str, Any]:
        """What is written beside everything that the rule does."""
        return {"rule": self.name, "chain": list(self.chain)}


def require(by: Actor, permission: str, workspace_id: int) -> None:
    """Raise NotAllowed unless ``by`` holds the permission in that workspace."""
    if not by.allows(permission, workspace_id):
        raise NotAllowed(
            "Your role does not include this. Ask an owner or admin of the workspace.",
            fields={"permission": permission},
        )
