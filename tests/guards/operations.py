"""The rule for the API: every operation has a door of its own. A function over lists."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ninja import NinjaAPI
from ninja.operation import Operation

from cornbread.team.api_access import Scoped


@dataclass(frozen=True)
class Call:
    """One operation as it is called: its method, its path, what it is named."""

    method: str
    path: str
    operation: Operation

    @property
    def name(self) -> str:
        return self.operation.view_func.__name__

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"{(?:\w+:)?(\w+)}", self.path)

    @property
    def scopes(self) -> list[str]:
        doors = self.operation.auth_callbacks
        return [scope for door in doors if isinstance(door, Scoped) for scope in door.scopes]

    @property
    def has_body(self) -> bool:
        return any(model.__ninja_param_source__ == "body" for model in self.operation.models)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def calls(api: NinjaAPI) -> Iterator[Call]:
    """Every operation of the API."""
    for _, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    yield Call(method, path, operation)


def without_door(found: Iterable[Call]) -> list[str]:
    """Operations that ask for no token, or take one without looking at its scopes."""
    return [f"{one} lets in without a scope" for one in found if not _guarded(one)]


def _guarded(call: Call) -> bool:
    doors = call.operation.auth_callbacks
    # Ninja lets in through any of several doors, so the widest would count.
    return len(doors) == 1 and isinstance(doors[0], Scoped)
