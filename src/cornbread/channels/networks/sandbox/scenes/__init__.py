"""The scenes of the demo story, as data: one file for each."""

from functools import cache

from cornbread.channels.networks.sandbox import loading
from cornbread.channels.networks.sandbox.scene import Scene

NAMES = ("evening", "lifts", "inns", "daily", "earlier", "quiet")


@cache
def scenes() -> tuple[Scene, ...]:
    """All scenes."""
    return tuple(loading.scene(name) for name in NAMES)


def find_scene(key: str) -> Scene | None:
    """The scene of this key; None when it is not played any more."""
    return next((scene for scene in scenes() if scene.key == key), None)
