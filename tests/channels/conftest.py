"""Fixtures of the channels' tests."""

from tests.servers import mastodon_process, mastodon_server
from tests.world import registered

__all__ = ["mastodon_process", "mastodon_server", "registered"]
