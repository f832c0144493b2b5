"""The scripted network, for the tests of this room."""

from tests.world import registered

__all__ = ["registered"]
