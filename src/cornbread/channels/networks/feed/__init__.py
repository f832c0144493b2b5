"""Feeds: blogs, news, forums and review pages that offer RSS or Atom. One can only listen."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from cornbread.channels.contract import Account, Connected, Field, Interest, Sender, Stream
from cornbread.channels.domain.capabilities import Capabilities
from cornbread.channels.domain.posts import HeardPost
from cornbread.channels.networks.feed.discovery import discover
from cornbread.channels.networks.feed.fetching import client
from cornbread.channels.networks.feed.parsing import reparse
from cornbread.channels.networks.feed.stream import FeedStream
from cornbread.foundation import clock


class FeedNetwork:
    """RSS and Atom feeds."""

    kind = "feed"
    name = "Feed"
    icon = "rss"
    summary = "A blog, news page, forum or review page with an RSS or Atom feed. Listening only."
    capabilities = Capabilities(hears_edits=True)
    fields: Sequence[Field] = (
        Field(
            name="address",
            label="Address",
            help="Of the page or of the feed itself; a page's feed is found for you.",
            placeholder="https://example.org/blog",
        ),
    )

    def connect(self, values: Mapping[str, str], *, local: bool) -> Connected:
        """Find the feed and read it once."""
        with client(local=local) as http:
            address, feed = discover(http, values.get("address", ""))
        host = urlsplit(address).hostname or ""
        return Connected(
            name=feed.title or host,
            address=address,
            handle=host,
            settings={"home": feed.url},
        )

    def streams(self, account: Account, interests: Sequence[Interest]) -> Sequence[Stream]:
        """The feed itself."""
        return (FeedStream(account),)

    def sender(self, account: Account) -> Sender | None:
        """Feeds take no answers."""
        return None

    def fetch_post(self, account: Account, external_id: str) -> HeardPost | None:
        """Not offered: a feed tells only what it tells."""
        return None

    def reparse(self, account: Account, raw: bytes) -> HeardPost | None:
        """An entry as it was received, read again."""
        return reparse(raw, now=clock.now())


network = FeedNetwork()
