"""Mastodon: see ``network`` for what it can do, ``home`` and ``watches`` for how it hears."""

from cornbread.channels.networks.mastodon.network import MastodonNetwork

network = MastodonNetwork()
