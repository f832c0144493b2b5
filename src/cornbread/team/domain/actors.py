"""Who does something: a member, or the product itself."""

from typing import Protocol, runtime_checkable

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


def require(by: Actor, permission: str, workspace_id: int) -> None:
    """Raise NotAllowed unless ``by`` holds the permission in that workspace."""
    if not by.allows(permission, workspace_id):
        raise NotAllowed(
            "Your role does not include this. Ask an owner or admin of the workspace.",
            fields={"permission": permission},
        )
