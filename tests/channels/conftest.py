"""Fixtures of the channels' tests."""

from tests.servers import mastodon_process, mastodon_server

__all__ = ["mastodon_process", "mastodon_server"]
